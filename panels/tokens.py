"""The text as the model reads it: one chip per token, with its id."""

from __future__ import annotations

from typing import Any

from panels.screen.glyphs import glyphs
from panels.screen.view import View, from_the_end

CHIPS = 60


def data(view: View) -> dict[str, Any]:
    """The chips, and how many tokens, characters and bytes they stand for."""
    tokens = view.reading.tokens
    starts = int(tokens[0].is_end_of_text)
    text = view.tokenizer.decode(view.reading.ids)
    positions = from_the_end(len(tokens), CHIPS, view.state.everything, (view.selected,))
    return {
        "count": len(tokens) - starts,
        "characters": len(text),
        "bytes": len(text.encode()),
        "dropped": view.reading.dropped,
        "context": view.reading.network.config.context,
        "earlier": len(tokens) - len(positions),
        "fewer": view.state.everything and len(tokens) > CHIPS,
        "starts": bool(starts),
        "alone": len(tokens) == starts,
        "chips": [
            {
                "position": position,
                "token": glyphs(tokens[position]),
                "start": position == 0 and bool(starts),
                "written": position >= view.prompt_length,
                "selected": position == view.selected,
                "gap": number > 0 and position != positions[number - 1] + 1,
            }
            for number, position in enumerate(positions)
        ],
    }
