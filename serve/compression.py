"""Smaller answers: gzip for the addresses that Gradio leaves as they are.

Gradio compresses files by the ending of their address, so not a page such as `/lab`, whose shell is
large, nor an event's answer. Streams are never compressed: each of their messages is waited for.
"""

from __future__ import annotations

from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

LEVEL = 5


class Compression:
    """Gzip for answers at addresses without an ending."""

    def __init__(self, app: ASGIApp) -> None:
        self.plain = app
        self.smaller = GZipMiddleware(app, minimum_size=1024, compresslevel=LEVEL)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        ends = scope["type"] != "http" or "." in scope["path"].rsplit("/", 1)[-1]
        await (self.plain if ends else self.smaller)(scope, receive, send)
