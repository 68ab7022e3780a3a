"""A panel alone: `/fragments/<language>/<panel>` its drawing, `/panels/<language>/<panel>` a page.

Both may be asked for from anywhere, by the frame of a course page too: they tell nothing about the
visitor and change nothing here.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from serve.dress import versioned
from serve.headers import DRAWN_POLICY

Draw = Callable[[str, str, Mapping[str, str]], Awaitable[str | None]]
"""(language, panel, query) → the markup; None when there is no such panel."""

ASKED_FOR = (
    "Location", "Push", "Push-Url", "Redirect", "Refresh", "Replace-Url", "Reselect", "Reswap",
    "Retarget", "Trigger", "Trigger-After-Settle", "Trigger-After-Swap",
)  # fmt: skip
"""What htmx looks for in an answer; in a frame it may not look for what is not exposed to it."""

HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": ", ".join(f"HX-{name}" for name in ASKED_FOR),
    "Content-Security-Policy": DRAWN_POLICY,
}


def panel_routes(drawing: Draw, page: Draw) -> list[BaseRoute]:
    """The two addresses of every panel."""

    def view(draw: Draw) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            language, name = request.path_params["language"], request.path_params["panel"]
            asked = dict(request.query_params)
            if request.method == "POST":  # a text may be longer than an address may
                sent = await request.form(max_files=0, max_fields=64)
                asked |= {key: value for key, value in sent.items() if isinstance(value, str)}
            drawn = await draw(language, name, asked)
            if drawn is None:
                raise HTTPException(404)
            return HTMLResponse(versioned(drawn), headers=HEADERS)

        return answer

    return [
        Route("/fragments/{language}/{panel}", view(drawing), methods=["GET", "POST"]),
        Route("/panels/{language}/{panel}", view(page)),
    ]
