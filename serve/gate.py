"""Which addresses exist: all of ours, and of Gradio's only those that the lab needs.

Left to itself Gradio takes uploads, fetches foreign addresses, lists its functions and shows its
monitoring. What is not needed does not exist here; its queue neither, which computes for sessions
that nobody reads, keeps what it has for them, and gives it to whoever knows their name. What exists
answers HEAD as it answers GET.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from starlette.datastructures import Headers
from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serve.client import HOST
from serve.errors import answer

OPEN = re.compile(
    r"""
    /(labo|lab|theme\.css|manifest\.json|favicon\.ico|robots\.txt)
    | /(assets|static)/.+
    | /gradio_api/(
        run/predict           # an event
        | heartbeat/\w+       # a page with something to clean up is still open
        | info | app_id | startup-events | theme\.css
      )
    """,
    re.VERBOSE,
)

ENDLESS = re.compile(r"/gradio_api/heartbeat/\w+")
"""An answer that has no end, so that nobody may wait for its headers alone."""

LONGEST = 255
"""Bytes of an address before its `?`: no name on a disk is longer, and no address here is."""


class Gate:
    """404 for every address that is neither ours nor on the list, 400 for a host without a name."""

    def __init__(self, app: ASGIApp, routes: Sequence[BaseRoute]) -> None:
        self.app = app
        self.routes = routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        path, ours = scope["path"], self._is_ours(scope)
        if not HOST.fullmatch(Headers(scope=scope).get("host", "localhost")):
            await answer(scope, 400)(scope, receive, send)
        elif len(path.encode()) > LONGEST or not (ours or OPEN.fullmatch(path)):
            await answer(scope, 404)(scope, receive, send)
        elif scope["method"] == "HEAD" and not (ours or ENDLESS.fullmatch(path)):
            await self.app({**scope, "method": "GET"}, receive, _without_body(send))
        else:
            await self.app(scope, receive, send)

    def _is_ours(self, scope: Scope) -> bool:
        return any(route.matches(scope)[0] != Match.NONE for route in self.routes)


def _without_body(send: Send) -> Send:
    async def headers_only(message: Message) -> None:
        if message["type"] == "http.response.body":
            message = {**message, "body": b""}
        await send(message)

    return headers_only
