"""`python -m benchmarks.startup`: from the start of the process to an answer, and where it goes."""

from __future__ import annotations

import subprocess
import sys
from statistics import median

from benchmarks.running import ROOT, Line, app, show

TIMES = 5
ASKED = """
import sys, time
started = time.perf_counter()
import {part}
print(time.perf_counter() - started)
"""


def lines() -> list[Line]:
    """When the port answers, when a first page can be read, when the model is there."""
    answers, pages, models = [], [], []
    for _ in range(TIMES):
        with app() as running:
            answers.append(running.wait(lambda health: health["ok"] is True))
            pages.append(running.first_page())
            models.append(running.wait(lambda health: health["model"] is True))
    found = [
        Line("process start → port answers", "", median(answers), unit="s", aim=4.0),
        Line("process start → a first page", "", median(pages), unit="s"),
        Line("process start → model in memory", "", median(models), unit="s"),
    ]
    for part in ("torch", "gradio", "panels.lab.demo"):
        taken = median(imported(part) for _ in range(3))
        found.append(Line(f"import {part}, alone", "", taken, unit="s"))
    return found


def imported(part: str) -> float:
    """Seconds that an import takes in a new process."""
    done = subprocess.run(
        [sys.executable, "-c", ASKED.format(part=part)],
        cwd=ROOT, check=True, capture_output=True, text=True,
    )  # fmt: skip
    return float(done.stdout)


if __name__ == "__main__":
    show(lines())
