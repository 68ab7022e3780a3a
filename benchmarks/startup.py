"""`python -m benchmarks.startup`: from the start of the process to an answer."""

from __future__ import annotations

from statistics import median

from benchmarks.running import app, show

TIMES = 5


def main() -> None:
    """Start the app five times; print when its port answered and when its model was in memory."""
    answers, models = [], []
    for _ in range(TIMES):
        with app() as running:
            answers.append(running.wait(lambda health: health["ok"] is True))
            models.append(running.wait(lambda health: health["model"] is True))
    show(
        f"Opening, median of {TIMES}",
        [
            ("process start → port answers", f"{median(answers):.2f} s"),
            ("process start → model in memory", f"{median(models):.2f} s"),
        ],
    )


if __name__ == "__main__":
    main()
