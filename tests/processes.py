"""The processes that a process made, as Linux tells them."""

from __future__ import annotations

from pathlib import Path


def made_by(process: int) -> list[int]:
    """The numbers of those that are still its children."""
    return [
        int(pid)
        for task in Path(f"/proc/{process}/task").glob("*/children")
        for pid in task.read_text("ascii").split()
    ]
