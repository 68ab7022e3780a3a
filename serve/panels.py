"""A panel alone: `/fragments/<language>/<panel>` its drawing, `/panels/<language>/<panel>` a page.

With `.csv`, `.json` or `.html` after it, the page's address is that of a file to take away. All may
be asked for from anywhere, by the frame of a course page too: they tell nothing about the
visitor and change nothing here.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from serve.body_limit import LIMIT
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


Take = Callable[[str, str, str, str, Mapping[str, str]], Awaitable[tuple[str, str] | None]]
"""(language, panel, kind, this site, query) → what a file holds and its name; None when there is no
such file, no name when it cannot be made now."""

Bench = Callable[[str, str, Mapping[str, str]], Awaitable[str | None]]
"""(language, this site, query) → the page on which a panel is made ready for another page."""

MEDIA = {"csv": "text/csv", "json": "application/json", "html": "text/html"}


BENCH_POLICY = f"{DRAWN_POLICY}; frame-src 'self'"


def panel_routes(drawing: Draw, page: Draw, taken: Take, bench: Bench) -> list[BaseRoute]:
    """The addresses of every panel, and `/embed/<language>`, where one is made ready."""

    async def embed(request: Request) -> Response:
        site = str(request.base_url).rstrip("/")
        made = await bench(request.path_params["language"], site, dict(request.query_params))
        if made is None:
            raise HTTPException(404)
        return HTMLResponse(versioned(made), headers={"Content-Security-Policy": BENCH_POLICY})

    async def file(request: Request) -> Response:
        language, name, kind = (request.path_params[each] for each in ("language", "name", "kind"))
        site = str(request.base_url).rstrip("/")
        made = await taken(language, name, kind, site, await asked_by(request))
        if made is None:
            raise HTTPException(404)
        if not made[1]:
            raise HTTPException(503)
        as_file = {"Content-Disposition": f'attachment; filename="{made[1]}"'}
        return Response(made[0], media_type=MEDIA[kind], headers=HEADERS | as_file)

    both = ["GET", "POST"]
    return [
        Route("/panels/{language}/{name}.{kind}", file, methods=both),
        Route("/fragments/{language}/{name}", drawn_by(drawing), methods=both),
        Route("/panels/{language}/{name}", drawn_by(page)),
        Route("/embed/{language}", embed),
    ]


def drawn_by(draw: Draw, fields: int = 64) -> Callable[[Request], Awaitable[Response]]:
    """Answers with what is drawn for the language and the name in the address, or with a 404."""

    async def answer(request: Request) -> Response:
        language, name = request.path_params["language"], request.path_params["name"]
        drawn = await draw(language, name, await asked_by(request, fields))
        if drawn is None:
            raise HTTPException(404)
        return HTMLResponse(versioned(drawn), headers=HEADERS)

    return answer


async def asked_by(request: Request, fields: int = 64) -> dict[str, str]:
    """What an address asks for, and a form that was sent: a text may be too long for the one.

    A field may be as large as all that is sent may be; what it says must be text.
    """
    asked = dict(request.query_params)
    if request.method == "POST":
        try:
            sent = await request.form(max_files=0, max_fields=fields, max_part_size=LIMIT)
            asked |= {key: value for key, value in sent.items() if isinstance(value, str)}
            "".join([*asked, *asked.values()]).encode()
        except UnicodeError:
            raise HTTPException(400) from None
    return asked
