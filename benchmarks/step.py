"""`python -m benchmarks.step`: one step of the lab in a real browser, from the click to the end."""

from __future__ import annotations

from statistics import median, quantiles

from benchmarks.running import Line, app, lab, show
from benchmarks.steps import add

WARM_UP, STEPS = 3, 30


def lines() -> list[Line]:
    """Tokens written one by one: how long the text and the whole screen took to change."""
    with app() as running, lab(running) as page:
        timings = [add(page, step) for step in range(1, WARM_UP + STEPS + 1)][WARM_UP:]
    everything = [timing.everything for timing in timings]
    of = "a step in the lab: click →"
    return [
        Line(f"{of} text drawn", "", median(timing.text for timing in timings)),
        Line(f"{of} everything drawn", "", median(everything)),
        Line(f"{of} the slowest tenth begins at", "", quantiles(everything, n=10)[-1]),
    ]


if __name__ == "__main__":
    show(lines())
