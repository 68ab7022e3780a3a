"""Where a head looks: the weights of one head of one block, for every position of the text."""

from __future__ import annotations

from typing import Any

from gpt.weights import BUNDLED, read_config
from panels.screen.controls import Control
from panels.screen.glyphs import glyphs
from panels.screen.view import View

_CONFIG = read_config(BUNDLED["conteur"])

CONTROLS = (
    Control("block", 1, _CONFIG.layers, 1, 3, "blocks"),
    Control("head", 1, _CONFIG.heads, 1, 1, "heads"),
)
SHOWN = 16


def data(view: View, block: float, head: float, shown: int = SHOWN) -> dict[str, Any]:
    """The map of the last positions, `shown` of them, and what the selected one gathers from each.

    Row t of the map holds the weights with which position t looks at 0…t, shares of 1; a later
    position has none. `elsewhere` is what a row gives to positions that are not drawn.
    """
    config = view.model.network.config
    layer, which = min(int(block), config.layers) - 1, min(int(head), config.heads) - 1
    weights = view.trace(layer).attention_in(layer)[which].double()
    tokens = view.reading.tokens
    length = len(tokens)
    first = max(0, length - shown)
    row = min(max(view.selected, first), length - 1)
    named = [
        {"position": t, "token": glyphs(tokens[t]), "start": t == 0 and tokens[0].is_end_of_text}
        for t in range(first, length)
    ]
    return {
        "block": layer + 1,
        "head": which + 1,
        "blocks": config.layers,
        "heads": config.heads,
        "head_channels": config.channels // config.heads,
        "earlier": first,
        "columns": named,
        "rows": [
            {
                **named[t - first],
                "selected": t == row,
                "weights": [float(weights[t, s]) if s <= t else None for s in range(first, length)],
            }
            for t in range(first, length)
        ],
        "selected": named[row - first],
        "gathered": [
            {**named[s - first], "weight": float(weights[row, s])} for s in range(first, row + 1)
        ],
        "elsewhere": float(weights[row, :first].sum()),
    }
