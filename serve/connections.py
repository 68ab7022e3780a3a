"""Connections: how many there may be, and how long one may keep the server waiting.

Who says nothing, or stops in the middle of a request or of reading its answer, is not waited for.
When there is no room for one more, the longest that says nothing makes room; no address has more
than half of all, unless it is a named proxy's. Gradio starts the server and does not ask for any of
this: `told` puts it in its way.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from collections import Counter
from functools import partial

import h11
import uvicorn
from starlette.types import Scope
from uvicorn.protocols.http.h11_impl import H11Protocol

from serve.client import address, proxied
from serve.long_address import ROOM

if sys.platform != "win32":
    import resource

HEAD, BODY, TAKEN = 10.0, 60.0, 60.0
"""Seconds for the head of a request, from the connection or the last answer on; for its body, at
21 kB a second a full one; and until something of an answer is taken."""

MOST = 4096
RESERVE = 256
"""Connections at most; files that are left for everything else: models, helpers, pages."""
LONG, LONG_ONES = 64 * 1024, 32
"""Bytes of a head, which may be much longer, after which only so many may be on their way."""
BACKLOG = 1024
"""Connections that are taken at one go at most, and before any of them is counted; of the files
that may be open, an eighth."""

log = logging.getLogger(__name__)


class Crowd:
    """All connections of a server: how many of whom, and which of them wait for a request."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._of: Counter[str] = Counter()
        self._silent: dict[Connection, str] = {}
        self._long: set[Connection] = set()

    def __len__(self) -> int:
        return self._of.total()

    def enter(self, one: Connection) -> bool:
        """Whether there is room for it, some other having made room if need be."""
        full = len(self) >= self.most
        if full or (self._of[one.whose] >= self.most // 2 and not one.by_proxy):
            log.warning("No room for more connections: the longest that say nothing are ended.")
            whose = None if full else one.whose
            longest = next(
                (s for s, of in self._silent.items() if s.read_all and whose in (None, of)), None
            )
            if longest is None:
                return False
            longest.end()
        self._of[one.whose] += 1
        return True

    def leave(self, one: Connection) -> None:
        self._silent.pop(one, None)
        self._long.discard(one)
        self._of[one.whose] -= 1
        if not self._of[one.whose]:
            del self._of[one.whose]

    def grows(self, one: Connection) -> bool:
        """Whether one more head may be long."""
        if one not in self._long and len(self._long) >= LONG_ONES:
            return False
        self._long.add(one)
        return True

    def waits(self, one: Connection, silent: bool) -> None:
        """Note whether a request, or the rest of one, is waited for from this one."""
        self._long.discard(one)
        if not silent:
            self._silent.pop(one, None)
        elif one not in self._silent:
            self._silent[one] = one.whose


class Connection(H11Protocol):
    """A connection that ends when it keeps the server waiting."""

    crowd: Crowd
    whose = ""
    by_proxy = False
    _inside = False
    _waits_for: object = None
    _until: asyncio.TimerHandle | None = None
    _taken: asyncio.TimerHandle | None = None
    _to_take = 0
    _head = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        peer: Scope = {"type": "http", "client": self.client, "headers": []}
        self.whose, self.by_proxy = address(peer), proxied(peer)
        self._inside = self.crowd.enter(self)
        if self._inside:
            self._look()
        else:
            transport.abort()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._look()
        self._head = self._head + len(data) if self._waits_for is h11.IDLE else 0
        if self._inside and self._head > LONG and not self.crowd.grows(self):
            self.end()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.transport.is_closing():
            self._until_taken()
        else:
            self._look()

    def timeout_keep_alive_handler(self) -> None:
        super().timeout_keep_alive_handler()
        self._until_taken()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._until_taken()

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._taken is not None:
            self._taken.cancel()
            self._taken = None

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._leave()

    def end(self) -> None:
        """End it at once, whatever it is about."""
        self._leave()
        self.transport.abort()

    def _leave(self) -> None:
        for timer in (self._until, self._taken):
            if timer is not None:
                timer.cancel()
        if self._inside:
            self._inside = False
            self.crowd.leave(self)

    @property
    def read_all(self) -> bool:
        """Whether the other side has taken everything that was written."""
        return not self.transport.get_write_buffer_size()

    def _until_taken(self) -> None:
        """What was written is being taken; nothing of it in so long is the end."""
        if self._inside and self._taken is None:
            self._to_take = self.transport.get_write_buffer_size()
            self._taken = self.loop.call_later(TAKEN, self._not_taken)

    def _not_taken(self) -> None:
        self._taken = None
        if self.transport.get_write_buffer_size() < self._to_take:
            self._until_taken()
        else:
            self.end()

    def _late(self) -> None:
        """What is waited for has not come; but who still takes an answer may take the time."""
        if self.read_all:
            self.end()
        else:
            self._until = self.loop.call_later(HEAD, self._late)

    def _look(self) -> None:
        """Give it its time when what is waited for has changed: a head, a body, nothing."""
        if not self._inside:
            return
        state = self.conn.their_state
        waits_for = state if state in (h11.IDLE, h11.SEND_BODY) else None
        if waits_for is self._waits_for:
            return
        self._waits_for = waits_for
        self.crowd.waits(self, waits_for is not None)
        if self._until is not None:
            self._until.cancel()
            self._until = None
        if waits_for is not None:
            seconds = HEAD if waits_for is h11.IDLE else BODY
            self._until = self.loop.call_later(seconds, self._late)


def told(limit: int) -> None:
    """Let the server that Gradio starts keep to all this, with so many files it may open."""
    Connection.crowd = Crowd(min(MOST, max(limit - RESERVE, limit // 2)))
    uvicorn.Config = partial(  # type: ignore[misc, assignment]
        uvicorn.Config,
        http=Connection,
        backlog=min(BACKLOG, limit // 8),
        h11_max_incomplete_event_size=ROOM,
        proxy_headers=False,  # `client.py` decides whose word counts
    )


def files() -> int:
    """Let this process open as many files as it may; how many that is."""
    if sys.platform == "win32":
        return MOST + RESERVE
    now, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    soon = max(now, 2 * MOST) if most == resource.RLIM_INFINITY else most
    resource.setrlimit(resource.RLIMIT_NOFILE, (soon, most))
    return soon
