"""Who may ask from a page of their own: nobody, but for the API those whom the host has named.

Gradio puts a layer of its own around everything, which lets any page read any answer once the app
is not on the reader's own machine; so an origin is looked at outside of it, and taken off what goes
further in. Panels, exercises and dress say of themselves that they are for everybody's pages.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from starlette.applications import Starlette
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from livre_ouvert import root
from serve.client import Forwarded
from serve.headers import SecurityHeaders
from serve.language import API
from serve.root import Root

ANYBODY = "*"
PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, POST",
    "Access-Control-Allow-Headers": "Accept-Language, Content-Type",
    "Access-Control-Max-Age": "600",
}


class Origins:
    """Lets the pages of some origins ask for what lies under `/api/v1/`; tells Gradio of none."""

    def __init__(self, app: ASGIApp, origins: Sequence[str]) -> None:
        self.app = app
        self.origins = origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        asked = Headers(scope=scope)
        origin = asked.get("origin")
        scope = {**scope, "headers": [each for each in scope["headers"] if each[0] != b"origin"]}
        if not scope["path"].startswith(API):
            await self.app(scope, receive, send)
            return
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
    """A lifespan that puts around an app, when all its other layers are there, what a proxy says,
    the root, the headers that every answer has, and `Origins`."""
    below = [Middleware(Root, root=root())] if root() else []

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        app.user_middleware[:0] = [
            Middleware(Forwarded),
            *below,
            Middleware(SecurityHeaders),
            Middleware(Origins, origins=origins),
        ]
        app.middleware_stack = app.build_middleware_stack()
        yield

    return lifespan
