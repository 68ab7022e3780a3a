"""The line before the model: so many requests are computed at once, the others wait for their turn.

Each client, who is an address, has a line of its own, and from these one after the other is let in:
whoever asks much waits for itself, not the others for it. Over its share it is told so. Who waits
can ask how long it will be, at `/line`. What waits here, and who leaves, `in_line.py` knows.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter, deque
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from itertools import takewhile

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from serve.client import address

MEMORY = 0.9
"""How much of what is known of the time an answer takes stays, when another answer is there."""

SHARE = 256
"""What a client may have open at once: a class of 35 that all open a page, six requests each."""
ALL = 4096
"""What all clients may have open together."""
PIECE = 64 * 1024
"""Bytes that are sent with a request and make it count for one more."""

HERE = 10.0
"""Seconds that a client is still about after its last answer, and has the others held back."""
WORK = 0.1
"""Seconds that what one client has computed at once may take together while others are about, by
what its last answers took: many that are light, one that is heavy."""


class FullError(Exception):
    """There is no room for more: in the share of the client (429), or for anybody (503)."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class Open:
    """What a client holds open by one request, and by what it sends with it."""

    def __init__(self, line: Line, client: str) -> None:
        self._line = line
        self._client = client
        self._weight = 0
        self._bytes = 0
        self._grow()

    def takes(self, count: int) -> None:
        """So many bytes more have arrived. Raises FullError."""
        self._bytes += count
        while self._weight <= self._bytes // PIECE:
            self._grow()

    def _grow(self) -> None:
        if self._line.open[self._client] >= SHARE:
            raise FullError(429)
        if self._line.open.total() >= ALL:
            raise FullError(503)
        self._line.open[self._client] += 1
        self._weight += 1

    def close(self) -> None:
        self._line.open[self._client] -= self._weight
        if not self._line.open[self._client]:
            del self._line.open[self._client]


class Line:
    """Places for those who are computed, and a line of each client who waits for one."""

    def __init__(self, at_once: int) -> None:
        self.at_once = at_once
        self.open: Counter[str] = Counter()
        self._waiting: dict[str, deque[asyncio.Future[None]]] = {}
        self._inside: Counter[str] = Counter()
        self._about: dict[str, float] = {}
        self._takes: dict[str | None, float] = {}

    @property
    def waiting(self) -> int:
        """How many wait, of all clients."""
        return sum(map(len, self._waiting.values()))

    @property
    def computed(self) -> int:
        """How many have a place."""
        return self._inside.total()

    def before(self, client: str) -> int:
        """How many will be let in until all who wait now of this client have been."""
        mine = len(self._waiting.get(client, ()))
        return sum(min(mine, len(theirs)) for theirs in self._waiting.values())

    def seconds(self, client: str) -> float:
        """How long that will take, by what the last answers took."""
        return self.before(client) * self._takes.get(None, 0.0) / self.at_once

    @contextmanager
    def room(self, client: str) -> Iterator[Open]:
        """Around a request, from its arrival to the end of its answer. Raises FullError."""
        opened = Open(self, client)
        try:
            yield opened
        finally:
            opened.close()

    @asynccontextmanager
    async def place(self, client: str) -> AsyncIterator[None]:
        """A place, waited for."""
        coming: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(client, deque()).append(coming)
        self._is_about(client)
        self._let_in()
        try:
            await coming
        except asyncio.CancelledError:
            if not coming.cancelled():  # it was let in as it left
                self._leave(client)
            elif coming in self._waiting.get(client, ()):
                self._gone(client, coming)
            raise
        began = time.monotonic()
        try:
            yield
        finally:
            taken = time.monotonic() - began
            for whose in (client, None):
                known = self._takes.get(whose, taken)
                self._takes[whose] = MEMORY * known + (1 - MEMORY) * taken
            self._leave(client)

    def route(self) -> BaseRoute:
        """`/line`: how many wait before the last of a client, and about how many seconds."""

        def line(request: Request) -> Response:
            client = address(request.scope)
            told = {"waiting": self.before(client), "seconds": round(self.seconds(client), 1)}
            headers = {"Access-Control-Allow-Origin": "*", "Cache-Control": "no-store"}
            return JSONResponse(told, headers=headers)

        return Route("/line", line)

    def _let_in(self) -> None:
        """Give the places that are free to the first of each line, in turn."""
        while self.computed < self.at_once:
            client = next(filter(self._may_come, self._waiting), None)
            if client is None:
                return
            first = self._waiting[client][0]
            self._gone(client, first)
            if first.cancelled():
                continue
            if client in self._waiting:  # behind the others
                self._waiting[client] = self._waiting.pop(client)
            self._inside[client] += 1
            first.set_result(None)

    def _may_come(self, client: str) -> bool:
        since = time.monotonic() - HERE
        others = any(seen > since for other, seen in self._about.items() if other != client)
        takes = self._takes.get(client, WORK / 2)  # of who is new nothing is known: two
        return self._inside[client] < 1 or not others or (self._inside[client] + 1) * takes <= WORK

    def _gone(self, client: str, one: asyncio.Future[None]) -> None:
        """Take one out of its line."""
        self._waiting[client].remove(one)
        if not self._waiting[client]:
            del self._waiting[client]

    def _leave(self, client: str) -> None:
        """Give back a place."""
        self._inside[client] -= 1
        if not self._inside[client]:
            del self._inside[client]
        self._is_about(client)
        self._let_in()

    def _is_about(self, client: str) -> None:
        """Note that a client asks; those who did so longest ago stand first, and are forgotten."""
        now = time.monotonic()
        self._about.pop(client, None)
        self._about[client] = now
        for gone in list(takewhile(lambda one: now - self._about[one] > HERE, self._about)):
            del self._about[gone]
            self._takes.pop(gone, None)
