"""The layers that every request passes on its way to the lab, the outermost first.

Three more stand around them and around Gradio's own: `origins.outermost`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from starlette.middleware import Middleware
from starlette.routing import BaseRoute

from serve.body_limit import BodyLimit
from serve.compression import Compression
from serve.errors import Faults
from serve.events import Event, Events
from serve.gate import Gate
from serve.gradio_page import GradioPages, Page
from serve.line import InLine, Left, Line
from serve.long_address import LongAddress
from serve.projector import Projector


def layers(
    routes: Sequence[BaseRoute],
    pages: Mapping[str, Page],
    events: Mapping[int, Event],
    begun: Callable[[str], bool],
    line: Line,
    left: Left,
) -> list[Middleware]:
    """Faults, the gate, three bounds, the line, compression, two dresses.

    `begun` tells whether somebody has begun a session of Gradio's; `left` is what those who compute
    look at, to know whether somebody still waits.
    """
    return [
        Middleware(Faults),
        Middleware(Gate, routes=routes),
        Middleware(LongAddress),
        Middleware(BodyLimit),
        Middleware(Events, events=events, begun=begun),
        Middleware(InLine, line=line, left=left),
        Middleware(Compression),
        Middleware(Projector),
        Middleware(GradioPages, pages=pages),
    ]
