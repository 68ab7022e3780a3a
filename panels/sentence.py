"""A sentence that writes itself: from its beginning, a token at a time, to its full stop."""

from __future__ import annotations

from typing import Any

from panels.screen.glyphs import glyphs
from panels.screen.view import View, look

MOST = 32
"""Tokens after which a sentence that will not end is left as it is."""

ENDS = (".", "!", "?", "…")
CLOSES = ' \u202f\u00a0\n"”»)'
"""What may stand behind the sign that ends a sentence."""


def data(view: View) -> dict[str, Any]:
    """The tokens up to the end of the sentence, each with its plain softmax and its rank."""
    tokens: list[dict[str, Any]] = []
    here = view
    while len(tokens) < MOST and not here.finished:
        id = here.choice.token_id
        token = here.token(id)
        tokens.append(
            {
                "text": token.text,
                "token": glyphs(token),
                "probability": float(here.last.plain[id]),
                "rank": here.choice.rank,
            }
        )
        if token.text.rstrip(CLOSES).endswith(ENDS):
            break
        here = look(view.models, here.state.with_written((*here.state.written, id)))
    return {
        "prompt": view.state.prompt + view.tokenizer.decode(view.state.written),
        "dropped": view.reading.dropped,
        "tokens": tokens,
        "whole": bool(tokens) and tokens[-1]["text"].rstrip(CLOSES).endswith(ENDS),
    }
