"""How long an address may be: as long as one that holds a text as long as what is read of one.

The server under Gradio gives up on a longer request line by itself, in plain English and at 16 kB,
as soon as an address arrives in pieces; and Gradio on one that its own library refuses to read.
"""

from __future__ import annotations

from starlette.datastructures import URL, MutableHeaders
from starlette.types import ASGIApp, Receive, Scope, Send

from livre_ouvert import root
from serve.errors import answer

LIMIT = 250_000
"""Bytes after the `?`: 20,000 characters, each up to twelve bytes in an address, and settings."""

ROOM = 2_200_000
"""Bytes of a request's head: a browser's longest address, so that what is too long is told so."""

READ_BY_GRADIO = 60_000
"""Bytes of an address that Gradio's library still reads, with room for the host's name."""


class LongAddress:
    """414 for an address over the limit; Gradio is told where it is, not to read it out of one."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            length = len(scope["raw_path"]) + len(scope["query_string"])
            if length > LIMIT:
                await answer(scope, 414)(scope, receive, send)
                return
            if length > READ_BY_GRADIO:
                here = URL(scope=scope)
                scope = {**scope, "headers": list(scope["headers"])}
                server = f"{here.scheme}://{here.netloc}{root()}"
                MutableHeaders(scope=scope)["X-Gradio-Server"] = server
        await self.app(scope, receive, send)
