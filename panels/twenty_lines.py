"""A run of `generate_next_token`, line by line: the running code, and what each line gave."""

from __future__ import annotations

import ast
import inspect
import textwrap
from functools import cache
from typing import Any

from gpt.generate import generate_next_token
from panels.screen.glyphs import glyphs
from panels.screen.view import View

FIRST = 3


def data(view: View) -> dict[str, Any]:
    """Each statement of the function, as it stands in the source, with its value for this text.

    The values are those of the same reading and the same number u that the other panels show.
    """
    last, chosen = view.last, view.choice
    first = last.order[:FIRST].tolist()
    gave: dict[str, dict[str, Any]] = {
        "reading": {"length": len(view.reading.ids)},
        "logits": {"rows": len(view.reading.ids), "vocabulary": view.tokenizer.size},
        "last": {
            "vocabulary": view.tokenizer.size,
            "first": [
                {"token": glyphs(view.token(id)), "logit": float(last.logits[id])} for id in first
            ],
        },
        "probabilities": {
            "kept": last.kept_count,
            "first": [
                {
                    "token": glyphs(view.token(id)),
                    "probability": float(last.probabilities[id]),
                    "kept": bool(last.kept[id]),
                }
                for id in first
            ],
        },
        "choice": {"id": chosen.token_id, "rank": chosen.rank, "u": chosen.u},
        "return": {"token": glyphs(view.token(chosen.token_id))},
    }
    return {
        "lines": [{"code": code, "name": name, "gave": gave[name]} for name, code in statements()]
    }


@cache
def statements() -> list[tuple[str, str]]:
    """The statements of the function: the name that each one sets, or "return", and its code."""
    source = textwrap.dedent(inspect.getsource(generate_next_token))
    function = ast.parse(source).body[0]
    assert isinstance(function, ast.FunctionDef)
    found = []
    for statement in function.body:
        code = ast.get_source_segment(source, statement) or ""
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            found.append((statement.targets[0].id, code))
        elif isinstance(statement, ast.Return):
            found.append(("return", code))
    return found
