"""How much a request may carry: room for a 100,000-character text, no room for an upload."""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serve.errors import answer

LIMIT = 1280 * 1024
"""Bytes: 100,000 characters are at most 1,200,000 in a form; then the message around them."""


class BodyLimit:
    """413 for a body over the limit, by its announced length or by what really arrives."""

    def __init__(self, app: ASGIApp, limit: int = LIMIT) -> None:
        self.app = app
        self.limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        announced = Headers(scope=scope).get("content-length", "0")
        if not announced.isdigit() or int(announced) > self.limit:
            await answer(scope, 413)(scope, receive, send)
            return

        arrived = 0
        started = False

        async def counted() -> Message:
            nonlocal arrived
            message = await receive()
            arrived += len(message.get("body", b""))
            return {"type": "http.disconnect"} if arrived > self.limit else message

        async def unless_too_long(message: Message) -> None:
            nonlocal started
            if arrived <= self.limit:
                started = True
                await send(message)

        try:
            await self.app(scope, counted, unless_too_long)
        except Exception:
            if arrived <= self.limit:
                raise
        if arrived > self.limit and not started:
            await answer(scope, 413)(scope, receive, send)
