"""`/api/v1/…`: JSON for programs, answered by whoever is given in, one after the other in the line.

Nothing is kept of what was sent, neither here nor by those who pass it on.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from serve.client import address
from serve.errors import answer
from serve.language import API, language_of
from serve.line import Line

JSON, LINES = "application/json", "application/x-ndjson"
SOON = "2"
"""Seconds after which what is not there yet, a model being opened, may be asked for again."""

Query = Mapping[str, str]
Answered = tuple[int, str, bytes]
"""The status, the language of its sentences, the JSON."""


@dataclass(frozen=True)
class Api:
    """Those who answer.

    `computed` is asked by a name of `names` and what was sent; `told` by the name of what is known
    without computing; `written` by what was sent and what it gave so far, until that is None.
    """

    names: Sequence[str]
    computed: Callable[[str, bytes, Query, str], Awaitable[Answered]]
    written: Callable[..., Awaitable[tuple[Answered, tuple[int, ...] | None]]]
    told: Mapping[str, Callable[[Query, str], Answered]]


def api_routes(api: Api, line: Line) -> list[BaseRoute]:
    """An address for each name; what computes is sent to, what is known is looked up."""

    def at(name: str, view: Callable[[Request], Awaitable[Response]], method: str) -> BaseRoute:
        async def answered(request: Request) -> Response:
            if request.method == "OPTIONS":
                return Response(status_code=204, headers={"Allow": _allowed(method)})
            return await view(request)

        return Route(API + name, answered, methods=[method, "OPTIONS"])

    def known(name: str) -> Callable[[Request], Awaitable[Response]]:
        async def view(request: Request) -> Response:
            return _said(*api.told[name](request.query_params, language_of(request.scope)))

        return view

    def computed(name: str) -> Callable[[Request], Awaitable[Response]]:
        async def view(request: Request) -> Response:
            if not is_json(request):
                return answer(request.scope, 415)
            sent = await request.body()
            language = language_of(request.scope)
            return _said(*await api.computed(name, sent, dict(request.query_params), language))

        return view

    async def written(request: Request) -> Response:
        """Every token waits in the line by itself: a long text goes on between the others."""
        if not is_json(request):
            return answer(request.scope, 415)
        sent, query = await request.body(), dict(request.query_params)
        client = address(request.scope)
        preferred = language_of(request.scope)
        async with line.place(client):
            first, so_far = await api.written(sent, query, preferred, ())
        status, language, said = first
        if status != 200:
            return _said(*first)

        async def lines(so_far: tuple[int, ...] | None) -> AsyncIterator[bytes]:
            yield said
            while so_far is not None:
                async with line.place(client):
                    (_, _, more), so_far = await api.written(sent, query, preferred, so_far)
                yield more

        return streamed(lines(so_far), language)

    return [
        Route(API.rstrip("/"), home),
        Route(API, home),
        *(at(name, known(name), "GET") for name in api.told),
        *(at(name, computed(name), "POST") for name in api.names),
        at("write", written, "POST"),
    ]


def home(request: Request) -> Response:
    """Sends a reader who came to the address itself on to the page that explains it."""
    language = language_of(request.scope)
    return RedirectResponse(f"/{language}/api/", 307, headers={"Vary": "Accept-Language"})


def _said(status: int, language: str, body: bytes) -> Response:
    headers = _headers(language) | ({"Retry-After": SOON} if status == 503 else {})
    return Response(body, status, headers, JSON)


def _headers(language: str) -> dict[str, str]:
    return {
        "Cache-Control": "no-store",
        "Content-Language": language,
        "Vary": "Accept-Language",
    }


def streamed(lines: AsyncIterator[bytes], language: str) -> Response:
    """An answer that comes line by line."""
    headers = _headers(language) | {"X-Accel-Buffering": "no"}  # no proxy may hold lines back
    return StreamingResponse(lines, media_type=LINES, headers=headers)


def is_json(request: Request) -> bool:
    """Whether what is sent says that it is JSON."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return kind == JSON


def _allowed(method: str) -> str:
    return ", ".join(["GET", "HEAD", "OPTIONS"] if method == "GET" else [method, "OPTIONS"])
