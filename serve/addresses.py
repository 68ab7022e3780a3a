"""Our own addresses beside the lab: the way in, the health of the process, the dress."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from serve.dress import dress
from serve.language import preferred
from serve.line import Line


def routes(
    model_is_open: Callable[[], bool],
    line: Line,
    panels: Sequence[BaseRoute] = (),
    pages: Sequence[BaseRoute] = (),
    api: Sequence[BaseRoute] = (),
    host: Sequence[BaseRoute] = (),
) -> list[BaseRoute]:
    """Every address of ours, in the order in which they are tried."""

    def health(_request: Request) -> Response:
        """Whether the process answers, and whether its model is in memory."""
        return JSONResponse({"ok": True, "model": model_is_open()})

    return [
        Route("/", home),
        Route("/fr", to("/fr/")),
        Route("/labo/", to("/labo")),
        Route("/en", to("/en/")),
        Route("/lab/", to("/lab")),
        Route("/healthz", health),
        line.route(),
        *panels,
        *api,
        *host,
        *pages,
        dress(),
    ]


def home(request: Request) -> Response:
    """Sends the reader on to the site in the language that the browser prefers."""
    language = preferred(request.headers.get("accept-language", ""))
    response = _send_on(request, f"/{language}/")
    response.headers["Vary"] = "Accept-Language"
    return response


def to(address: str) -> Callable[[Request], Response]:
    """A view that sends the reader on to another address, with what stood after the `?`."""

    def send_on(request: Request) -> Response:
        return _send_on(request, address)

    return send_on


def _send_on(request: Request, address: str) -> Response:
    query = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(address + query, status_code=307)
