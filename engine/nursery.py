"""The nursery: a copy of this process from before it served anybody; of it the helpers are copies.

A process that serves has threads; a copy of it would be without them, but with all that they held.
So one copy is made first, has no threads and does nothing but copy itself: for every helper at the
start, and anew for each that ended. Those that end are its children, and leave nothing behind.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import socket
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress

from engine.tally import NURSERY, tally

logger = logging.getLogger(__name__)

LINES = 64
"""How many lines a helper may have, at the most."""

Live = Callable[[int, Sequence[socket.socket]], object]
"""The life of a helper: what it does in its place, with its ends of the lines."""


class Nursery:
    """Makes helpers that live so. It ends when the process that made it does."""

    def __init__(self, live: Live) -> None:
        self._door, theirs = socket.socketpair()
        multiprocessing.get_context("fork").Process(
            target=_nurse, args=(live, theirs, self._door), name="nursery", daemon=True
        ).start()
        theirs.close()

    def helper_at(self, place: int, lines: Sequence[socket.socket]) -> None:
        """Make a helper for a place, counted from 1, and hand these ends over to it.

        Raises OSError if that cannot be.
        """
        try:
            socket.send_fds(self._door, [bytes([place])], [line.fileno() for line in lines])
        finally:
            for line in lines:
                line.close()


# In the nursery.


def _nurse(live: Live, door: socket.socket, not_mine: socket.socket) -> None:
    not_mine.close()
    tally.take(NURSERY)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the system forgets those that ended by itself
    while True:
        called, numbers, _, _ = socket.recv_fds(door, 1, LINES)
        if not called:
            return
        lines = [socket.socket(fileno=number) for number in numbers]
        with suppress(OSError):  # no memory for one more: its lines close, which is seen
            if os.fork() == 0:
                door.close()
                _lives(live, called[0], lines)
        for line in lines:
            line.close()


def _lives(live: Live, place: int, lines: Sequence[socket.socket]) -> None:
    """In the helper, to its end."""
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        live(place, lines)
    except SystemExit:
        pass  # a stop signal
    except BaseException:
        logger.exception("A helper ended by a fault.")
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)
