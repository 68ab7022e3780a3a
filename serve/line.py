"""The line before the model: so many requests are computed at once, the others wait for their turn.

Who waits can ask how long it will be, at `/line`. Who leaves while waiting is passed over; that
somebody left while their answer was computed is told to those who compute it.
"""

from __future__ import annotations

import asyncio
import re
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serve.language import API

GRADIO = "/gradio_api/"
COMPUTED = re.compile(
    rf"/(fragments|panels|exercises|sheets|keys)/|{GRADIO}run/predict"
    rf"|{API}(?!(write|models|openapi\.json)?$)"
)
"""What waits for its turn; what is written waits at every token, and there only."""

MEMORY = 0.9
"""How much of what is known of the time an answer takes stays, when another answer is there."""

Left = ContextVar[threading.Event | None]


class Line:
    """Places for those who are computed, and all who wait for one, first come first served."""

    def __init__(self, at_once: int) -> None:
        self.at_once = at_once
        self.waiting = 0
        self._places = asyncio.Semaphore(at_once)
        self._takes = 0.0

    @property
    def seconds(self) -> float:
        """How long it will take, by what the last answers took, until all who wait have theirs."""
        return self.waiting * self._takes / self.at_once

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """A place, waited for."""
        self.waiting += 1
        try:
            await self._places.acquire()
        finally:
            self.waiting -= 1
        began = time.monotonic()
        try:
            yield
        finally:
            self._places.release()
            taken = time.monotonic() - began
            self._takes = MEMORY * self._takes + (1 - MEMORY) * taken if self._takes else taken

    def route(self) -> BaseRoute:
        """`/line`: how many wait, and about how many seconds the last of them will."""

        def line(_request: Request) -> Response:
            told = {"waiting": self.waiting, "seconds": round(self.seconds, 1)}
            headers = {"Access-Control-Allow-Origin": "*", "Cache-Control": "no-store"}
            return JSONResponse(told, headers=headers)

        return Route("/line", line)


class InLine:
    """Lets a request for something that must be computed wait in the line."""

    def __init__(self, app: ASGIApp, line: Line, left: Left) -> None:
        self.app = app
        self.line = line
        self.left = left

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not COMPUTED.match(scope["path"]):
            await self.app(scope, receive, send)
            return
        arrived = await whole(receive)
        if arrived is None:
            return
        gone, begun = threading.Event(), asyncio.Event()
        leaving = asyncio.ensure_future(_left(receive, gone))

        async def again() -> Message:
            if arrived:
                return arrived.pop(0)
            await leaving
            return {"type": "http.disconnect"}

        async def answer() -> None:
            async with self.line.place():
                begun.set()
                if not scope["path"].startswith(GRADIO):  # it would print that nobody waits
                    self.left.set(gone)
                await self.app(scope, again, send)

        answering = asyncio.ensure_future(answer())
        try:
            await asyncio.wait({leaving, answering}, return_when=asyncio.FIRST_COMPLETED)
            if leaving.done() and not begun.is_set():
                answering.cancel()
            await asyncio.gather(answering, return_exceptions=gone.is_set())
        finally:
            leaving.cancel()
            answering.cancel()


async def whole(receive: Receive) -> list[Message] | None:
    """The messages of a request's body; None when it is broken off."""
    arrived: list[Message] = []
    while not arrived or arrived[-1].get("more_body"):
        arrived.append(await receive())
        if arrived[-1]["type"] == "http.disconnect":
            return None
    return arrived


async def _left(receive: Receive, gone: threading.Event) -> None:
    """Wait until the one who asked has left."""
    while (await receive())["type"] != "http.disconnect":
        pass
    gone.set()
