"""Who may call the API from a page of their own: nobody, but those whom the host has named.

This is the outermost layer but the root's. Gradio puts one of its own around everything, which
lets any page read any answer once the app is not on the reader's own machine; so here an origin is
looked at, and taken off what goes further in.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from starlette.applications import Starlette
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from livre_ouvert import root
from serve.language import API
from serve.root import Root

ANYBODY = "*"
PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, POST",
    "Access-Control-Allow-Headers": "Accept-Language, Content-Type",
    "Access-Control-Max-Age": "600",
}


class Origins:
    """Lets the pages of some origins ask for what lies under `/api/v1/`."""

    def __init__(self, app: ASGIApp, origins: Sequence[str]) -> None:
        self.app = app
        self.origins = origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(API):
            await self.app(scope, receive, send)
            return
        asked = Headers(scope=scope)
        origin = asked.get("origin")
        scope = {**scope, "headers": [each for each in scope["headers"] if each[0] != b"origin"]}
        allowed = self._allowed(origin)
        if allowed and scope["method"] == "OPTIONS" and "access-control-request-method" in asked:
            await Response(status_code=204, headers=PREFLIGHT | allowed)(scope, receive, send)
            return

        async def with_origin(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(allowed)
                if self.origins and ANYBODY not in self.origins:
                    headers.add_vary_header("Origin")
            await send(message)

        await self.app(scope, receive, with_origin)

    def _allowed(self, origin: str | None) -> dict[str, str]:
        if origin is None or not {origin, ANYBODY} & set(self.origins):
            return {}
        named = ANYBODY if ANYBODY in self.origins else origin
        return {
            "Access-Control-Allow-Origin": named,
            "Access-Control-Expose-Headers": "Content-Language, Retry-After",
        }


def outermost(
    origins: Sequence[str],
) -> Callable[[Starlette], AbstractAsyncContextManager[None]]:
    """A lifespan that puts `Origins`, and the root, around an app when its layers are there."""
    around = [Middleware(Root, root=root()), Middleware(Origins, origins=origins)]

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        app.user_middleware[:0] = around if root() else around[1:]
        app.middleware_stack = app.build_middleware_stack()
        yield

    return lifespan


def named(environment: Mapping[str, str] = os.environ) -> list[str]:
    """The origins in OPENBOOK_ORIGINS: "https://course.example.org, …", or "*" for any."""
    listed = environment.get("OPENBOOK_ORIGINS", "").replace("\n", ",").split(",")
    return [origin for each in listed if (origin := each.strip().rstrip("/"))]
