"""What waits in the line before the model, and who of those who wait has left.

Who leaves while waiting is passed over; that somebody left while their answer was computed is told
to those who compute it.
"""

from __future__ import annotations

import asyncio
import re
import threading
from contextvars import ContextVar

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serve.client import address
from serve.errors import answer
from serve.language import API
from serve.line import FullError, Line, Open

GRADIO = "/gradio_api/"
COMPUTED = re.compile(
    rf"/(fragments|panels|exercises|sheets|keys)/|{GRADIO}run/predict"
    rf"|{API}(?!(write|models|openapi\.json)?$)"
)
"""What waits for its turn."""
WRITTEN = re.compile(rf"/runs/|{API}write$")
"""What is written waits at every token, and there only."""

Left = ContextVar[threading.Event | None]


class InLine:
    """Lets a request for something that must be computed wait in the line."""

    def __init__(self, app: ASGIApp, line: Line, left: Left) -> None:
        self.app = app
        self.line = line
        self.left = left

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"] if scope["type"] == "http" else ""
        if not COMPUTED.match(path) and not WRITTEN.match(path):
            await self.app(scope, receive, send)
            return
        client = address(scope)
        try:
            with self.line.room(client) as opened:
                arrived = await _whole(receive, opened)
                if arrived is not None:
                    await self._answered(client, arrived, scope, receive, send)
        except FullError as full:
            response = answer(scope, full.status)
            response.headers["Retry-After"] = str(max(1, round(self.line.seconds(client))))
            await response(scope, receive, send)

    async def _answered(
        self, client: str, arrived: list[Message], scope: Scope, receive: Receive, send: Send
    ) -> None:
        gone, begun = threading.Event(), asyncio.Event()
        leaving = asyncio.ensure_future(_left(receive, gone))

        async def again() -> Message:
            if arrived:
                return arrived.pop(0)
            await leaving
            return {"type": "http.disconnect"}

        async def answered() -> None:
            if WRITTEN.match(scope["path"]):
                begun.set()
                await self.app(scope, again, send)
                return
            async with self.line.place(client):
                begun.set()
                if not scope["path"].startswith(GRADIO):  # it would print that nobody waits
                    self.left.set(gone)
                await self.app(scope, again, send)

        answering = asyncio.ensure_future(answered())
        try:
            await asyncio.wait({leaving, answering}, return_when=asyncio.FIRST_COMPLETED)
            if leaving.done() and not begun.is_set():
                answering.cancel()
            await asyncio.gather(answering, return_exceptions=gone.is_set())
        finally:
            leaving.cancel()
            answering.cancel()


async def _whole(receive: Receive, opened: Open) -> list[Message] | None:
    """The messages of a request's body; None when it is broken off. Raises FullError."""
    arrived: list[Message] = []
    while not arrived or arrived[-1].get("more_body"):
        arrived.append(await receive())
        if arrived[-1]["type"] == "http.disconnect":
            return None
        opened.takes(len(arrived[-1].get("body", b"")))
    return arrived


async def _left(receive: Receive, gone: threading.Event) -> None:
    """Wait until the one who asked has left."""
    while (await receive())["type"] != "http.disconnect":
        pass
    gone.set()
