"""Who has left: work that nobody waits for any more is not finished."""

from __future__ import annotations

import threading
from contextvars import ContextVar

LOOK_UP = 0.1
"""Seconds between two looks at whether somebody who waits has left."""

left: ContextVar[threading.Event | None] = ContextVar("left", default=None)
"""Set around a call: an event that tells that nobody waits for its answer any more."""


class LeftError(Exception):
    """Nobody waits for this reading any more; it was not finished."""
