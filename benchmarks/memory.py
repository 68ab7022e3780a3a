"""`python -m benchmarks.memory`: what the process holds after a visitor has written 20 tokens."""

from __future__ import annotations

import re
from pathlib import Path

from benchmarks.running import App, app, lab, show
from benchmarks.steps import add

STEPS = 20


def main() -> None:
    """Write 20 tokens in the lab, in a browser; print the resident memory before and after."""
    with app() as running:
        running.wait(lambda health: health["model"] is True)
        before = resident(running)
        with lab(running) as page:
            for step in range(1, STEPS + 1):
                add(page, step)
            after = resident(running)
            most = resident(running, "VmHWM")
    show(
        "Resident memory of the process",
        [
            ("model in memory, no visitor", f"{before:.0f} MB"),
            (f"after {STEPS} steps in the lab", f"{after:.0f} MB"),
            ("the most it ever was", f"{most:.0f} MB"),
        ],
    )


def resident(running: App, field: str = "VmRSS") -> float:
    """Megabytes (10⁶ bytes) of the process, as Linux counts them."""
    status = Path(f"/proc/{running.process.pid}/status").read_text("utf-8")
    found = re.search(rf"{field}:\s+(\d+) kB", status)
    if found is None:
        raise RuntimeError(f"this system tells no {field}")
    return int(found[1]) * 1024 / 1e6


if __name__ == "__main__":
    main()
