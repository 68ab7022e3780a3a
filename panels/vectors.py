"""What a token becomes inside: its embedding, its position's, and their sum."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from panels.screen.glyphs import glyphs
from panels.screen.positions import positions
from panels.screen.view import View

SHOWN = 24
NUMBERS = 24
NEAREST = 8


def data(view: View) -> dict[str, Any]:
    """The first numbers of the selected token's vectors, and the tokens whose embeddings are near.

    `share` is a number's size over the largest one drawn; `length` the vector's Euclidean length;
    nearness is the cosine between embeddings, 1 for the same direction, 0 for none in common.
    """
    network, at, ids = view.model.network, view.selected, view.reading.ids
    token = network.token_embedding.weight[ids[at]].detach()
    position = network.position_embedding.weight[at].detach()
    vectors = {"token": token, "position": position, "sum": token + position}
    largest = max(float(each[:NUMBERS].abs().max()) for each in vectors.values()) or 1.0
    tokens = view.reading.tokens
    return {
        "channels": network.config.channels,
        "positions": positions(view, SHOWN),
        "selected": {
            "position": at,
            "id": ids[at],
            "token": glyphs(tokens[at]),
            "start": at == 0 and tokens[0].is_end_of_text,
        },
        "vectors": [
            {
                "name": name,
                "length": float(vector.norm()),
                "numbers": [
                    {"value": value, "share": abs(value) / largest}
                    for value in vector[:NUMBERS].tolist()
                ],
            }
            for name, vector in vectors.items()
        ],
        "nearest": _nearest(view, token, ids[at]),
    }


def _nearest(view: View, vector: Tensor, own: int) -> list[dict[str, Any]]:
    table = view.model.network.token_embedding.weight.detach()
    cosines = torch.cosine_similarity(table, vector.unsqueeze(0))
    cosines[own] = -2.0
    best = cosines.topk(min(NEAREST, len(table) - 1))
    return [
        {"token": glyphs(view.token(id)), "cosine": cosine}
        for id, cosine in zip(best.indices.tolist(), best.values.tolist(), strict=True)
    ]
