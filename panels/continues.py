"""A question, and how the text goes on after it: a base model continues, it does not answer."""

from __future__ import annotations

from typing import Any

from panels.screen.acts import ANSWER_TOKENS
from panels.screen.glyphs import glyphs
from panels.screen.view import View


def data(view: View) -> dict[str, Any]:
    """The question, what has been written after it, and whether that is all that is asked for."""
    count = len(view.state.written)
    return {
        "question": view.state.prompt,
        "dropped": view.reading.dropped,
        "written": [
            {"text": token.text, "end": token.is_end_of_text, "token": glyphs(token)}
            for token in view.written
        ],
        "count": count,
        "length": ANSWER_TOKENS,
        "over": view.finished or count >= ANSWER_TOKENS,
        "finished": view.finished,
    }
