"""`python -m benchmarks.memory`: what the process holds, part by part, and after twenty steps."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from benchmarks.running import ROOT, App, Line, app, lab, show
from benchmarks.steps import add
from tests.processes import made_by

STEPS = 20
PARTS = ("sys", "torch", "gradio", "panels.lab.demo")
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
        idle = [of(process) for process in processes(running)]
        with lab(running) as page:
            for step in range(1, STEPS + 1):
                add(page, step)
            after = [of(process) for process in processes(running)]
    helped = f"the app and its {max(0, len(idle) - 2)} helpers"
    return [
        *found,
        Line(f"memory: {helped}, no visitor", "", sum(idle), unit="MB"),
        Line("memory: … of which the app itself", "", idle[0], unit="MB"),
        Line(f"memory: {helped}, after {STEPS} steps in the lab", "", sum(after), unit="MB"),
    ]


def after_import(parts: tuple[str, ...]) -> float:
    """Megabytes of a process that has imported these."""
    done = subprocess.run(
        [sys.executable, "-c", ASKED.format(parts=", ".join(parts))],
        cwd=ROOT, check=True, capture_output=True, text=True,
    )  # fmt: skip
    return int(done.stdout) * 1024 / 1e6


def processes(running: App) -> list[int]:
    """The app's process, the one that its helpers come from, and the helpers."""
    app = running.process.pid
    return [app, *made_by(app), *(helper for each in made_by(app) for helper in made_by(each))]


def of(process: int) -> float:
    """Megabytes (10⁶ bytes) in memory; of what several processes share, this one's part."""
    rollup = Path(f"/proc/{process}/smaps_rollup").read_text("ascii")
    found = re.search(r"^Pss:\s+(\d+) kB", rollup, re.MULTILINE)
    if found is None:
        raise RuntimeError("this system does not tell what processes share")
    return int(found[1]) * 1024 / 1e6


if __name__ == "__main__":
    show(lines())
