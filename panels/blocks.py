"""Along the chain of blocks: the shapes on the way, and what the model would say after each."""

from __future__ import annotations

from typing import Any

import torch

from gpt.sampling import softmax
from panels.screen.glyphs import glyphs
from panels.screen.positions import positions
from panels.screen.view import View

SHOWN = 24
GUESSES = 3


def data(view: View) -> dict[str, Any]:
    """The shape of every tensor for this text; the guesses at one position after each block.

    The guesses are those of the "logit lens" (nostalgebraist, 2020): the residual stream after a
    block, through the final norm and the output matrix, as if the blocks that follow were not
    there. The last one is the model's own prediction; `final` follows its first token through all
    of them. `length` is the vector's Euclidean length.
    """
    network, tokens, at = view.model.network, view.reading.tokens, view.selected
    config = network.config
    stages = view.trace().residual[:, at]  # (L + 1, C)
    with torch.no_grad():
        logits = network.unembed(network.norm(stages))  # (L + 1, V)
    # the last one is the very row that all other panels show
    shares = [*map(softmax, logits[:-1].double()), view.here.plain]
    final = int(view.here.order[0])
    return {
        "length": len(tokens),
        "layers": config.layers,
        "heads": config.heads,
        "channels": config.channels,
        "head_channels": config.channels // config.heads,
        "wide": config.wide,
        "vocabulary": config.vocabulary,
        "selected": {
            "position": at,
            "token": glyphs(tokens[at]),
            "start": at == 0 and tokens[0].is_end_of_text,
        },
        "positions": positions(view, SHOWN),
        "final": glyphs(view.token(final)),
        "stages": [
            {
                "block": block,
                "length": float(stages[block].norm()),
                "guesses": _guesses(view, shares[block]),
                "final": {
                    "rank": 1 + int((shares[block] > shares[block][final]).sum()),
                    "probability": float(shares[block][final]),
                },
            }
            for block in range(config.layers + 1)
        ],
    }


def _guesses(view: View, probabilities: torch.Tensor) -> list[dict[str, Any]]:
    best = probabilities.topk(GUESSES)
    return [
        {"token": glyphs(view.token(id)), "probability": probability}
        for id, probability in zip(best.indices.tolist(), best.values.tolist(), strict=True)
    ]
