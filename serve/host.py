"""What the host sees of the site: `/metrics` for Prometheus, `/host/<language>` to be read.

To whoever asks from this very machine, or says the token that the host has named; for all others
these addresses do not exist. A program sends `Authorization: Bearer …`, a browser `?token=…`.
"""

from __future__ import annotations

import asyncio
import re
import secrets
from dataclasses import dataclass, field
from ipaddress import ip_address

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import Scope

from serve import dress
from serve.client import handed_on
from serve.language import LANGUAGES, Language
from serve.metrics import NOWHERE, Metrics
from serve.parts import templates_of, words_for

BEARER = "Bearer "

NAMED = re.compile(r"(?:(localhost|[\d.]+)|\[([\da-f:]+)\])(?::\d+)?", re.IGNORECASE)
"""A Host that may be this machine: a name or an address of four numbers, or one of eight."""

KEPT_BY_NOBODY = {"Cache-Control": "no-store"}


@dataclass
class Row:
    """The requests of one route."""

    route: str
    count: int = 0
    seconds: float = 0.0
    statuses: dict[str, int] = field(default_factory=dict)

    @property
    def mean(self) -> float:
        """Milliseconds that an answer took."""
        return 1000 * self.seconds / self.count


def host_routes(metrics: Metrics, token: str) -> list[BaseRoute]:
    """The two addresses."""

    async def numbers(request: Request) -> Response:
        if not may_see(request, token):
            raise HTTPException(404)
        told = await asyncio.to_thread(generate_latest, metrics.registry)
        return Response(told, headers={"Content-Type": CONTENT_TYPE_LATEST} | KEPT_BY_NOBODY)

    async def page(request: Request) -> Response:
        language = request.path_params["language"]
        if language not in LANGUAGES or not may_see(request, token):
            raise HTTPException(404)
        drawn = await asyncio.to_thread(draw, metrics, language, request.query_params.get("token"))
        return HTMLResponse(drawn, headers=KEPT_BY_NOBODY)

    return [Route("/metrics", numbers), Route("/host/{language}", page)]


def may_see(request: Request, token: str) -> bool:
    """Whether whoever asks is at this machine, or says the token."""
    said = request.headers.get("authorization", "").removeprefix(BEARER)
    for each in (said, request.query_params.get("token", "")):
        if token and secrets.compare_digest(each.encode(), token.encode()):
            return True
    return at_this_machine(request.scope)


def at_this_machine(scope: Scope) -> bool:
    """Whether a request comes from this machine, was asked of it by that name, and for nobody else.

    A page of somebody else's whose name leads here asks by that name; a proxy says for whom it
    asks.
    """
    request = Request(scope)
    named = NAMED.fullmatch(request.headers.get("host", ""))
    if handed_on(scope) or named is None or request.client is None:
        return False
    asked = named[1] or named[2]
    return _is_here(request.client.host) and (asked == "localhost" or _is_here(asked))


def _is_here(name: str) -> bool:
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False


def rows(metrics: Metrics) -> list[Row]:
    """The routes, the most asked for first."""
    found: dict[str, Row] = {}
    for metric in metrics.registry.collect():
        for sample in metric.samples:
            route = sample.labels.get("route", "")
            if sample.name == "openbook_requests_total":
                row = found.setdefault(route, Row(route))
                row.count += int(sample.value)
                row.statuses[sample.labels["status"]] = int(sample.value)
            elif sample.name == "openbook_request_seconds_sum":
                found.setdefault(route, Row(route)).seconds += sample.value
    return sorted(filter(lambda row: row.count, found.values()), key=lambda row: -row.count)


def draw(metrics: Metrics, language: Language, token: str | None) -> str:
    """The page, as things are now."""
    now, line = metrics.figures(), metrics.line

    def number(value: float, digits: int = 0) -> str:
        """8 192 or 8,192; 1,5 or 1.5."""
        written = f"{value:,.{digits}f}"
        if language == "fr":
            written = written.replace(",", "\u202f").replace(".", ",")
        return written

    return templates_of("host").get_template("page.html").render(
        language=language,
        other=next(each for each in LANGUAGES if each != language),
        words=words_for("host", language),
        stylesheet=dress.address("host/page.css"),
        token=token or "",
        number=number,
        rows=rows(metrics),
        nowhere=NOWHERE,
        now=now,
        line=line,
    )  # fmt: skip
