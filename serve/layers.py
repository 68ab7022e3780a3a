"""The layers that every request passes on its way to the lab, the outermost first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from starlette.middleware import Middleware
from starlette.routing import BaseRoute

from serve.body_limit import BodyLimit
from serve.client import Forwarded
from serve.compression import Compression
from serve.errors import Faults
from serve.gate import Gate
from serve.gradio_page import GradioPages, Page
from serve.headers import SecurityHeaders
from serve.in_line import InLine, Left
from serve.line import Line
from serve.long_address import LongAddress
from serve.projector import Projector


def layers(
    routes: Sequence[BaseRoute], pages: Mapping[str, Page], line: Line, left: Left
) -> list[Middleware]:
    """A proxy's word, headers, faults, the gate, two limits, the line, compression, two dresses.

    `left` is what those who compute look at, to know whether somebody still waits.
    """
    return [
        Middleware(Forwarded),
        Middleware(SecurityHeaders),
        Middleware(Faults),
        Middleware(Gate, routes=routes),
        Middleware(LongAddress),
        Middleware(BodyLimit),
        Middleware(InLine, line=line, left=left),
        Middleware(Compression),
        Middleware(Projector),
        Middleware(GradioPages, pages=pages),
    ]
