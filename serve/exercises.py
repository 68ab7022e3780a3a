"""Exercises: each at `/exercises/<language>/<name>`, what is said of an answer below it, and paper.

`/sheets/<language>/<page>` is a page's questions to be printed, `/keys/<language>/<page>` the same
with the answers. Like the panels they may be asked for from any frame, and keep nothing.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from serve.dress import versioned
from serve.panels import HEADERS, Draw


def exercise_routes(page: Draw, answer: Draw, sheet: Draw, key: Draw) -> list[BaseRoute]:
    """The addresses of exercises, of answers, of sheets and of keys."""

    def view(draw: Draw) -> Callable[[Request], Awaitable[Response]]:
        async def answered(request: Request) -> Response:
            language, name = request.path_params["language"], request.path_params["name"]
            asked = dict(request.query_params)
            if request.method == "POST":  # a prompt that was found may be long
                sent = await request.form(max_files=0, max_fields=16)
                asked |= {key: value for key, value in sent.items() if isinstance(value, str)}
            drawn = await draw(language, name, asked)
            if drawn is None:
                raise HTTPException(404)
            return HTMLResponse(versioned(drawn), headers=HEADERS)

        return answered

    return [
        Route("/exercises/{language}/{name}", view(page)),
        Route("/exercises/{language}/{name}/answer", view(answer), methods=["GET", "POST"]),
        Route("/sheets/{language}/{name}", view(sheet)),
        Route("/keys/{language}/{name}", view(key)),
    ]
