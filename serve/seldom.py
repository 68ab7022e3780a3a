"""One line a minute in the log for a kind of trouble, however often it comes."""

from __future__ import annotations

import logging
import time

MINUTE = 60.0
LOGS = ("asyncio", "uvicorn.error", "serve.connections", "serve.errors", "panels.lab.events")

Kind = tuple[str, int, type[BaseException] | None]


class Seldom(logging.Filter):
    """Lets a line pass that has not passed for a minute; it says how many did not meanwhile.

    Of one kind is what is said at the same place of the code about the same kind of exception.
    """

    def __init__(self) -> None:
        super().__init__()
        self._said: dict[Kind, float] = {}
        self._unsaid: dict[Kind, int] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        kind = (record.pathname, record.lineno, record.exc_info[0] if record.exc_info else None)
        now = time.monotonic()
        if now - self._said.get(kind, -MINUTE) < MINUTE:
            self._unsaid[kind] = self._unsaid.get(kind, 0) + 1
            return False
        self._said[kind] = now
        if unsaid := self._unsaid.pop(kind, 0):
            record.msg = f"{record.getMessage()} ({unsaid} more like this within the last minutes)"
            record.args = ()
        return True


def hush() -> None:
    """Let the logs of the door, and of what serves under it, say each trouble seldom."""
    seldom = Seldom()
    for name in LOGS:
        logging.getLogger(name).addFilter(seldom)
