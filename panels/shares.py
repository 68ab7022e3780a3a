"""Who adds what: one logit as the sum of what every part of the network wrote into the stream."""

from __future__ import annotations

from typing import Any

import torch

from gpt.shares import Written, direct, of_the_norm, output_rows
from panels.screen.controls import Control
from panels.screen.glyphs import glyphs
from panels.screen.positions import positions
from panels.screen.view import View

CONTROLS = (Control("rank", 0, 1_000_000, 1, 0, "vocabulary", shown=False),)
CHIPS = 24
FIRST = 6
LARGEST = 12
NORM: dict[str, Any] = {"part": "norm", "block": None, "head": None}


def data(view: View, rank: float) -> dict[str, Any]:
    """The shares of the logit of one token at the selected position, in points of that logit.

    Rank 0 is the chosen token, on the last row, and the first elsewhere. `bars` are the largest
    shares by size, put in order, and `rest` the sum of all others; `parts` are all, in the order of
    the way, beside those of the token it is compared with: the first, or the second for the first.
    """
    network, tokens, at = view.model.network, view.reading.tokens, view.selected
    order = view.here.order.tolist()
    token_id = order[min(int(rank), len(order)) - 1]
    if not int(rank):
        token_id = view.choice.token_id if view.on_last else order[0]
    beside = order[1] if token_id == order[0] else order[0]

    found = view.written_in(at)
    stream = view.trace().residual[-1, at]
    rows = output_rows(network)[[token_id, beside]]
    points = direct(network, torch.stack([each.vector for each in found]), stream, rows)
    shares = [*points.tolist(), of_the_norm(network, rows).tolist()]
    parts = [
        {**name, "points": here, "beside": there}
        for name, (here, there) in zip([*map(_name, found), NORM], shares, strict=True)
    ]
    largest = sorted(parts, key=lambda each: -abs(each["points"]))[:LARGEST]
    bars = sorted(largest, key=lambda each: -each["points"])
    total = sum(each["points"] for each in parts)
    shown = sum(each["points"] for each in bars)
    first = order[:FIRST]
    chips = first if token_id in first else [*first[:-1], token_id]
    return {
        "positions": positions(view, CHIPS),
        "selected": {
            "token": glyphs(tokens[at]),
            "start": at == 0 and tokens[0].is_end_of_text,
        },
        "vocabulary": len(order),
        "guesses": [
            {
                "rank": order.index(id) + 1,
                "token": glyphs(view.token(id)),
                "logit": float(view.here.logits[id]),
                "selected": id == token_id,
                "chosen": view.on_last and id == view.choice.token_id,
            }
            for id in chips
        ],
        "of": glyphs(view.token(token_id)),
        "beside": glyphs(view.token(beside)),
        "logit": float(view.here.logits[token_id]),
        "logit_beside": float(view.here.logits[beside]),
        "total": total,
        "total_beside": sum(each["beside"] for each in parts),
        "bars": [{**bar, "share": abs(bar["points"]) / _most(bars)} for bar in bars],
        "rest": {"count": len(parts) - len(bars), "points": total - shown},
        "parts": parts,
    }


def _name(each: Written) -> dict[str, Any]:
    block = None if each.block is None else each.block + 1
    head = None if each.head is None else each.head + 1
    return {"part": each.part, "block": block, "head": head}


def _most(bars: list[dict[str, Any]]) -> float:
    return max(1e-9, *(abs(float(bar["points"])) for bar in bars))
