"""The layers that every request passes on its way to the lab, the outermost first.

Three more stand around them and around Gradio's own: `origins.outermost`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from starlette.middleware import Middleware
from starlette.routing import BaseRoute

from serve.body_limit import BodyLimit
from serve.compression import Compression
from serve.errors import Faults
from serve.events import Events
from serve.gate import Gate
from serve.gradio_page import GradioPages, Page
from serve.in_line import InLine, Left
from serve.line import Line
from serve.long_address import LongAddress
from serve.metrics import Counted, Metrics
from serve.projector import Projector


def layers(
    routes: Sequence[BaseRoute],
    pages: Mapping[str, Page],
    events: Mapping[int, int],
    line: Line,
    left: Left,
    metrics: Metrics,
) -> list[Middleware]:
    """Counts, faults, the gate, two limits, the line, what the lab is sent, squeezing, two dresses.

    `events` are the lab's, and how many values each reads; `left` is what those who compute look
    at, to know whether somebody still waits.
    """
    return [
        Middleware(Counted, metrics=metrics, routes=routes),
        Middleware(Faults),
        Middleware(Gate, routes=routes),
        Middleware(LongAddress),
        Middleware(BodyLimit),
        Middleware(InLine, line=line, left=left),
        Middleware(Events, events=events),
        Middleware(Compression),
        Middleware(Projector),
        Middleware(GradioPages, pages=pages),
    ]
