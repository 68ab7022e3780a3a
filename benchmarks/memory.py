"""`python -m benchmarks.memory`: what the process holds, part by part, and after twenty steps."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from benchmarks.running import ROOT, App, Line, app, lab, show
from benchmarks.steps import add

STEPS = 20
PARTS = ("sys", "torch", "gradio", "panels.lab")
"""Each brings along what it needs of those before it."""

ASKED = """
import {parts}
for line in open("/proc/self/status"):
    if line.startswith("VmRSS:"):
        print(line.split()[1])
"""


def lines() -> list[Line]:
    """Resident memory: the parts as they are imported one after another, then the app."""
    found, before = [], 0.0
    for count, part in enumerate(PARTS, start=1):
        held = after_import(PARTS[:count])
        name = "Python alone" if part == "sys" else f"… and {part}"
        found.append(Line(f"memory: {name}", "", held - before, unit="MB"))
        before = held
    with app() as running:
        running.wait(lambda health: health["model"] is True)
        idle = resident(running)
        with lab(running) as page:
            for step in range(1, STEPS + 1):
                add(page, step)
            after, most = resident(running), resident(running, "VmHWM")
    return [
        *found,
        Line("memory: the app, its model open, no visitor", "", idle, unit="MB"),
        Line(f"memory: after {STEPS} steps in the lab", "", after, unit="MB"),
        Line("memory: the most it ever was", "", most, unit="MB"),
    ]


def after_import(parts: tuple[str, ...]) -> float:
    """Megabytes of a process that has imported these."""
    done = subprocess.run(
        [sys.executable, "-c", ASKED.format(parts=", ".join(parts))],
        cwd=ROOT, check=True, capture_output=True, text=True,
    )  # fmt: skip
    return int(done.stdout) * 1024 / 1e6


def resident(running: App, field: str = "VmRSS") -> float:
    """Megabytes (10⁶ bytes) of the process, as Linux counts them."""
    status = Path(f"/proc/{running.process.pid}/status").read_text("utf-8")
    found = re.search(rf"{field}:\s+(\d+) kB", status)
    if found is None:
        raise RuntimeError(f"this system tells no {field}")
    return int(found[1]) * 1024 / 1e6


if __name__ == "__main__":
    show(lines())
