"""Scores that the reader edits: softmax, top-k, top-p and the draw on a vocabulary made to fit."""

from __future__ import annotations

from typing import Any

import torch

from gpt import Settings, distribution, draw
from panels.probabilities import band
from panels.screen.controls import Control
from panels.screen.view import View

CROWD = 40
CONTROLS = (
    Control("first", -2, 8, 0.02, 4.2),
    Control("second", -2, 8, 0.02, 3.28),
    Control("heat", 0.1, 2, 0.05, 1),
    Control("k", 1, CROWD + 2, 1, CROWD + 2),
    Control("p", 0.05, 1, 0.01, 1),
)


def data(
    view: View, first: float, second: float, heat: float, k: float, p: float
) -> dict[str, Any]:
    """Two tokens with the reader's scores and a crowd of `CROWD` at 0, chosen from as ever.

    `alone` is one token of the crowd; `together` all of them. With draws asked for, `observed`
    counts them, by the numbers u that the seed gives.
    """
    row = torch.tensor([first, second] + [0.0] * CROWD, dtype=torch.float64)
    settings = Settings("sampling", heat, int(k) if k < len(row) else None, p if p < 1 else None)
    given = distribution(row, settings)
    draws = view.state.repeat
    numbers = [draw(view.state.seed, 0, n) for n in range(draws)]
    counts = given.shares(torch.tensor(numbers, dtype=torch.float64)) if draws else None

    def of(ids: slice) -> dict[str, Any]:
        share = min(1.0, float(given.probabilities[ids].sum()))
        return {
            "plain": float(given.plain[ids].sum()),
            "tempered": float(given.tempered[ids].sum()),
            "probability": share,
            "kept": int(given.kept[ids].sum()),
            "observed": None if counts is None else int(counts[ids].sum()),
            "band": None if counts is None else band(share, draws),
        }

    return {
        "bars": [
            {"name": "first", "score": first, **of(slice(0, 1))},
            {"name": "second", "score": second, **of(slice(1, 2))},
            {"name": "crowd", "score": 0.0, **of(slice(2, None))},
        ],
        "crowd": CROWD,
        "each": float(given.plain[2]),
        "kept": given.kept_count,
        "repeat": draws,
    }
