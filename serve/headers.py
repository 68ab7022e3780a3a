"""The headers of every answer: what the browser may do with it, and how long it may keep it."""

from __future__ import annotations

import re

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serve.dress import ASK_AGAIN, FOR_EVER

FRAMED = "frame-ancestors * file:"
"""Anyone may frame any page: there is no account, no cookie and no secret here that a hidden frame
could make a visitor use, and a teacher's course page is where the lab wants to be. It may lie on
the teacher's disk, which `*` alone does not mean."""

PLAIN_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; " + FRAMED
)

DRAWN_POLICY = PLAIN_POLICY.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'")
"""For pages with drawings on them: a bar's width is a style of its own."""

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",  # an address holds what the visitor typed
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}

HASHED = re.compile(r"/assets/.+-[\w-]{8,}\.\w+")
"""Gradio's own files that carry their content's hash in their name."""
FIXED = re.compile(r"/static/.+")
"""Gradio's own files that change with its version only."""
A_DAY = "public, max-age=86400"


class SecurityHeaders:
    """Every answer carries HEADERS, a content security policy and a word on caching."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(HEADERS)
                headers.setdefault("Content-Security-Policy", PLAIN_POLICY)
                headers.setdefault("Cache-Control", _kept(scope["path"], message["status"]))
            await send(message)

        await self.app(scope, receive, with_headers)


def _kept(path: str, status: int) -> str:
    if status in (200, 206, 304):
        if HASHED.fullmatch(path):
            return FOR_EVER
        if FIXED.fullmatch(path):
            return A_DAY
    return ASK_AGAIN
