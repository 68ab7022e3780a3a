"""A GPT of 96 numbers, followed by hand: each step from three ids to the next token."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from gpt import by_hand
from gpt.sizes import parameters
from panels.screen.controls import Control
from panels.screen.view import View

FIRST, MIDDLE, LAST = by_hand.TEXT
CONTROLS = (Control("middle", 0, by_hand.CONFIG.vocabulary - 1, 1, MIDDLE),)


def data(_view: View, middle: float) -> dict[str, Any]:
    """Every number of the way, by its name in `gpt.by_hand.Steps`; and the tables it comes from.

    The reader chooses the id of the token in the middle. A measured vector has its `mean` and its
    `spread` beside it.
    """
    ids = [FIRST, int(middle), LAST]
    steps = by_hand.follow(ids)
    way = {field.name: getattr(steps, field.name).tolist() for field in fields(steps)}
    return {
        "ids": ids,
        "parameters": parameters(by_hand.CONFIG),
        "way": way,
        "measured": [_measured(x) for x in way["x"]],
        "measured_attended": _measured(way["x_attended"]),
        "measured_end": _measured(way["x_end"]),
        "products": [
            [weight * value for value in values]
            for weight, values in zip(way["weights"], way["values"], strict=True)
        ],
        "contracted": by_hand.CONTRACT.T.tolist(),
        "awake": len(way["sums"]) - by_hand.ASLEEP,
        "asleep": by_hand.ASLEEP,
        "square_root": by_hand.CONFIG.channels**0.5,
        "score_sum": sum(way["score_powers"]),
        "power_sum": sum(way["powers"]),
        "next": max(range(len(way["logits"])), key=way["logits"].__getitem__),
        "tokens": by_hand.TOKENS.tolist(),
        "positions": by_hand.POSITIONS.tolist(),
        "matrices": {
            name: {"rows": rows.tolist(), "bias": bias.tolist()}
            for name, rows, bias in (
                ("query", by_hand.QUERY, by_hand.QUERY_BIAS),
                ("key", by_hand.KEY, by_hand.KEY_BIAS),
                ("value", by_hand.VALUE, by_hand.VALUE_BIAS),
                ("output", by_hand.OUTPUT, by_hand.OUTPUT_BIAS),
                ("expand", by_hand.EXPAND, by_hand.EXPAND_BIAS),
                ("contract", by_hand.CONTRACT, by_hand.CONTRACT_BIAS),
            )
        },
    }


def _measured(x: list[float]) -> dict[str, Any]:
    mean = sum(x) / len(x)
    variance = sum((each - mean) ** 2 for each in x) / len(x)
    return {"x": x, "mean": mean, "spread": (variance + by_hand.CONFIG.norm_epsilon) ** 0.5}
