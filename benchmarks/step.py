"""`python -m benchmarks.step`: one step of the lab in a real browser, from the click to the end."""

from __future__ import annotations

from statistics import median, quantiles

from benchmarks.running import app, lab, show
from benchmarks.steps import add

WARM_UP, STEPS = 3, 30


def main() -> None:
    """Write tokens one by one; print how long the text and the whole screen took to change."""
    with app() as running, lab(running) as page:
        timings = [add(page, step) for step in range(1, WARM_UP + STEPS + 1)][WARM_UP:]
    everything = [timing.everything for timing in timings]
    show(
        f"One step, median of {STEPS}",
        [
            ("click → text drawn", f"{median(timing.text for timing in timings):.0f} ms"),
            ("click → everything drawn", f"{median(everything):.0f} ms"),
            ("the slowest tenth begins at", f"{quantiles(everything, n=10)[-1]:.0f} ms"),
        ],
    )


if __name__ == "__main__":
    main()
