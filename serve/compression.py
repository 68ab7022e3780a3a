"""Smaller answers: gzip for the addresses that Gradio leaves as they are.

Gradio compresses files by the ending of their address, so not a page such as `/lab`, whose shell is
large, nor an event's answer. Streams are never compressed: each of their messages is waited for.
"""

from __future__ import annotations

from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from serve.line import COMPUTED

PAGES, ANSWERS = 5, 2
"""Levels of gzip: level 2 takes half the time of 5, and what it makes is an eighth larger."""


class Compression:
    """Gzip for answers at addresses without an ending."""

    def __init__(self, app: ASGIApp) -> None:
        self.plain = app
        self.smaller = GZipMiddleware(app, minimum_size=1024, compresslevel=PAGES)
        self.sooner = GZipMiddleware(app, minimum_size=1024, compresslevel=ANSWERS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or "." in scope["path"].rsplit("/", 1)[-1]:
            way = self.plain
        else:
            way = self.sooner if scope["path"].startswith(COMPUTED) else self.smaller
        await way(scope, receive, send)
