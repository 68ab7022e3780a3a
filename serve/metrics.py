"""What the site does, in numbers: requests by route and status, what waits, what the model reads.

No text, no address: a route is named as we wrote it, `/panels/{language}/{name}`. What those who
compute have to tell, of all processes, is asked for when somebody looks.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from prometheus_client import CollectorRegistry, Counter, Histogram, disable_created_metrics
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, SummaryMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serve.gate import OPEN
from serve.line import Line

SECONDS = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0)
NOWHERE = "none"
"""The route of an address that does not exist."""
LEFT = "left"
"""The status of a request whose reader left before it was answered."""

log = logging.getLogger("openbook.requests")


class Figures(Protocol):
    """What those who compute tell of themselves and their helpers; memory in bytes."""

    @property
    def passes(self) -> int:
        """How many times a model read."""

    @property
    def texts(self) -> int:
        """How many texts were in these passes."""

    @property
    def tokens(self) -> int:
        """How many tokens were read."""

    @property
    def seconds(self) -> float:
        """How long the passes took together."""

    @property
    def helpers(self) -> int:
        """How many helpers are ready."""

    @property
    def processes(self) -> list[int]:
        """The memory of each process."""

    @property
    def models(self) -> dict[str, int]:
        """The memory that each model takes in all processes, by its name; 0: it is not open."""


class Metrics(Collector):
    """The numbers, under the names that Prometheus reads; `counted` is told of every request."""

    def __init__(self, figures: Callable[[], Figures], line: Line) -> None:
        self.figures = figures
        self.line = line
        self.registry = CollectorRegistry()
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self._requests = Counter(
            "openbook_requests", "Requests that were answered.", ["route", "status"],
            registry=self.registry,
        )  # fmt: skip
        self._seconds = Histogram(
            "openbook_request_seconds", "From a request to the end of its answer.", ["route"],
            registry=self.registry, buckets=SECONDS,
        )  # fmt: skip
        self.registry.register(self)

    def counted(self, method: str, route: str, status: str, seconds: float) -> None:
        """A request is over."""
        self._requests.labels(route, status).inc()
        self._seconds.labels(route).observe(seconds)
        more = {"method": method, "route": route, "status": status, "ms": round(1000 * seconds, 1)}
        log.info("request", extra={"more": more})

    def collect(self) -> Iterator[Metric]:
        """What is not counted here, as it is now."""
        now, line = self.figures(), self.line
        waiting = "Requests that wait for their turn."
        yield GaugeMetricFamily("openbook_line_waiting", waiting, line.waiting)
        waited = "How long requests waited for their turn."
        yield SummaryMetricFamily("openbook_line_seconds", waited, line.served, line.waited)
        yield CounterMetricFamily("openbook_passes", "Times that a model read.", now.passes)
        yield CounterMetricFamily("openbook_pass_seconds", "Seconds that it took.", now.seconds)
        yield CounterMetricFamily("openbook_texts", "Texts in these passes.", now.texts)
        yield CounterMetricFamily("openbook_tokens", "Tokens in these passes.", now.tokens)
        yield GaugeMetricFamily("openbook_helpers", "Helpers that are ready.", now.helpers)
        memory = "Memory of each process, its part of what several share."
        held = GaugeMetricFamily("openbook_memory_bytes", memory, labels=["process"])
        for number, size in enumerate(now.processes):
            held.add_metric([str(number)], size)
        yield held
        size_of = "Memory of each model in all processes; 0: not open."
        models = GaugeMetricFamily("openbook_model_bytes", size_of, labels=["model"])
        for name, size in now.models.items():
            models.add_metric([name], size)
        yield models


class Counted:
    """Tells of every request when it is over."""

    def __init__(self, app: ASGIApp, metrics: Metrics, routes: Sequence[BaseRoute]) -> None:
        self.app = app
        self.metrics = metrics
        self.routes = routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began, status = time.perf_counter(), LEFT
        route = route_of(scope, self.routes)  # now: routing changes what the address looks like

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = str(message["status"])
            await send(message)

        try:
            await self.app(scope, receive, watched)
        finally:
            seconds = time.perf_counter() - began
            self.metrics.counted(scope["method"], route, status, seconds)


def route_of(scope: Scope, routes: Sequence[BaseRoute]) -> str:
    """An address of ours as it is written, of Gradio's its first parts, NOWHERE for any other."""
    for route in routes:
        if route.matches(scope)[0] != Match.NONE:
            return str(getattr(route, "path", NOWHERE)) or "/"
    if OPEN.fullmatch(scope["path"]) is None:
        return NOWHERE
    parts: list[str] = scope["path"].split("/")
    match parts[1]:
        case "assets" | "static":
            return "/" + parts[1]
        case "gradio_api" if parts[2] == "heartbeat":
            return "/gradio_api/heartbeat"
    return "/".join(parts)
