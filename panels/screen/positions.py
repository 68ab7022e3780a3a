"""The positions of a text as chips to choose from: the last ones, and the one selected."""

from __future__ import annotations

from typing import Any

from panels.screen.glyphs import glyphs
from panels.screen.view import View, from_the_end


def positions(view: View, most: int) -> list[dict[str, Any]]:
    """Up to `most` positions from the end, the selected one among them whatever its place."""
    tokens, at = view.reading.tokens, view.selected
    return [
        {
            "position": t,
            "token": glyphs(tokens[t]),
            "start": t == 0 and tokens[0].is_end_of_text,
            "selected": t == at,
        }
        for t in from_the_end(len(tokens), most, everything=False, also=(at,))
    ]
