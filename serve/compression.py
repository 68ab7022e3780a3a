"""Smaller answers: gzip for the addresses that Gradio leaves as they are.

Gradio compresses files by the ending of their address, so not a page such as `/lab`, whose shell is
large, nor an event's answer. Streams are never compressed: each of their messages is waited for.
"""

from __future__ import annotations

from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from serve.in_line import COMPUTED

PAGES, ANSWERS = 5, 2
"""Levels of gzip: level 2 takes half the time of 5, and what it makes is an eighth larger."""

STREAMS = ("text/event-stream", "application/x-ndjson")


class Compression:
    """Gzip for answers at addresses without an ending."""

    def __init__(self, app: ASGIApp) -> None:
        self.plain = app
        self.smaller, self.sooner = (
            GZipMiddleware(app, 1024, level, exclude_content_types=STREAMS)
            for level in (PAGES, ANSWERS)
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or "." in scope["path"].rsplit("/", 1)[-1]:
            way = self.plain
        else:
            way = self.sooner if COMPUTED.match(scope["path"]) else self.smaller
        await way(scope, receive, send)
