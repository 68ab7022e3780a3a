"""Taking turns: of those who work on an answer one goes on at a time; the model reads for all.

Threads of Python do not run side by side, they hand each other the interpreter; a pass of the
model, which gives it back after every multiplication, then waits each time for whoever took it. So
one works, who needs the model lets the next one work meanwhile, and the model reads for all of them
once nobody works any more. It is a courtesy with a limit: whoever takes long is not waited for,
neither by those who are there nor by those who come later.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

PATIENCE = 0.05
"""Seconds that anybody is waited for."""


class Turns:
    """Whose turn it is among the threads that said they are at work."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._changed = threading.Condition()
        self._since: dict[int, float] = {}
        self._taken = 0.0
        self._mine = threading.local()

    @property
    def working(self) -> int:
        """How many are at work and not aside: who has the turn, and who waits for it."""
        return len(self._since)

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Around the work on one answer: wait for one's turn, and let the next one have theirs."""
        if hasattr(self._mine, "held"):
            yield
            return
        self._begin()
        try:
            yield
        finally:
            self._end()

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Around a wait for the model: those who are at work go on meanwhile."""
        if not hasattr(self._mine, "held"):
            yield
            return
        self._end()
        try:
            yield
        finally:
            self._begin()

    def all_aside(self) -> bool:
        """Wait until nobody works; whether anybody did."""
        with self._changed:
            some, until = bool(self._since), time.monotonic() + PATIENCE
            while self._since:
                last = min(until, max(self._since.values()) + PATIENCE)
                if (left := last - time.monotonic()) <= 0:
                    break
                self._changed.wait(left)
            return some

    def _begin(self) -> None:
        now = time.monotonic()
        with self._changed:
            self._since[threading.get_ident()] = now
        left = self._taken + PATIENCE - now if self._turn.locked() else PATIENCE
        self._mine.held = self._turn.acquire(timeout=min(max(left, 0.0), PATIENCE))
        if self._mine.held:
            self._taken = time.monotonic()

    def _end(self) -> None:
        if self._mine.held:
            self._turn.release()
        del self._mine.held
        with self._changed:
            del self._since[threading.get_ident()]
            self._changed.notify_all()


turns = Turns()
"""Those of this process: the models it holds share its processors."""
