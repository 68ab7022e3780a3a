"""What all processes have done, counted in memory that the copies of a process share.

Each process writes in a row of its own, so that none waits for another, and none that is killed
leaves the counts broken. Another helper goes on in the row of the one whose place it takes.
"""

from __future__ import annotations

import mmap
import os
import threading

WHAT = ("process", "passes", "texts", "tokens", "seconds", "model")
"""The number of the process; passes of a model, the texts in them, their tokens, their seconds; the
bytes of a helper's model."""

NURSERY = 65
"""The row of the nursery: 0 is that of the process that serves, those between are the helpers'."""


class Tally:
    """Counts by name; rows are those of processes."""

    def __init__(self) -> None:
        self._numbers = memoryview(mmap.mmap(-1, (NURSERY + 1) * len(WHAT) * 8)).cast("d")
        self._lock = threading.Lock()
        self._start = 0
        self.take(0)

    def take(self, row: int) -> None:
        """From here on, this process counts in this row."""
        self._start = row * len(WHAT)
        self.put("process", os.getpid())

    def count(self, **more: float) -> None:
        """Add to what this process has counted."""
        with self._lock:
            for name, number in more.items():
                self._numbers[self._start + WHAT.index(name)] += number

    def put(self, name: str, number: float) -> None:
        """Write what holds of this process from here on."""
        self._numbers[self._start + WHAT.index(name)] = number

    def total(self, name: str) -> float:
        """The sum over all processes."""
        return sum(self._numbers[WHAT.index(name) :: len(WHAT)])

    @property
    def processes(self) -> list[int]:
        """Their numbers, that of the one that serves first; some may have ended."""
        return [int(number) for number in self._numbers[:: len(WHAT)] if number]


tally = Tally()
"""That of this process and its copies."""
