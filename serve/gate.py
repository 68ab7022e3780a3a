"""Which addresses exist: all of ours, and of Gradio's only those that the lab needs.

Left to itself Gradio takes uploads, fetches foreign addresses, lists its functions and shows its
monitoring. What is not needed does not exist here; its queue neither, which computes for sessions
that nobody reads, keeps what it has for them, and gives it to whoever knows their name.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Receive, Scope, Send

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


class Gate:
    """404 for every address that is neither ours nor on the list."""

    def __init__(self, app: ASGIApp, routes: Sequence[BaseRoute]) -> None:
        self.app = app
        self.routes = routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not self._exists(scope):
            await answer(scope, 404)(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    def _exists(self, scope: Scope) -> bool:
        ours = any(route.matches(scope)[0] != Match.NONE for route in self.routes)
        return ours or OPEN.fullmatch(scope["path"]) is not None
