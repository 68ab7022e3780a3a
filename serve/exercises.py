"""Exercises: each at `/exercises/<language>/<name>`, what is said of an answer below it, and paper.

`/sheets/<language>/<page>` is a page's questions to be printed, `/keys/<language>/<page>` the same
with the answers. Like the panels they may be asked for from any frame, and keep nothing.
"""

from __future__ import annotations

from starlette.routing import BaseRoute, Route

from serve.panels import Draw, drawn_by

FIELDS = 16
"""How many fields an answer may have."""


def exercise_routes(page: Draw, answer: Draw, sheet: Draw, key: Draw) -> list[BaseRoute]:
    """The addresses of exercises, of answers, of sheets and of keys."""
    return [
        Route("/exercises/{language}/{name}", drawn_by(page)),
        Route(
            "/exercises/{language}/{name}/answer", drawn_by(answer, FIELDS), methods=["GET", "POST"]
        ),
        Route("/sheets/{language}/{name}", drawn_by(sheet)),
        Route("/keys/{language}/{name}", drawn_by(key)),
    ]
