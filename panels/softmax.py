"""Softmax, step by step: from the scores of a row to probabilities, with the real numbers."""

from __future__ import annotations

from typing import Any

import torch

from panels.screen.glyphs import glyphs
from panels.screen.view import View

SHOWN = 6


def data(view: View) -> dict[str, Any]:
    """For the first tokens: logit, over temperature, less the highest, exponential, share of sum.

    Computed in float64 over the whole vocabulary; greedy has no temperature, so it is 1 there.
    """
    temperature = 1.0 if view.state.strategy == "greedy" else view.state.temperature
    logits = view.here.logits.double()
    scaled = logits / temperature
    lowered = scaled - scaled.max()
    powers = lowered.exp()
    total = float(powers.sum())
    first = torch.argsort(logits, descending=True, stable=True)[:SHOWN].tolist()
    shown = float(powers[first].sum())
    return {
        "temperature": temperature,
        "after": glyphs(view.reading.tokens[view.selected]),
        "start": view.selected == 0 and view.reading.tokens[0].is_end_of_text,
        "rows": [
            {
                "token": glyphs(view.token(id)),
                "logit": float(logits[id]),
                "scaled": float(scaled[id]),
                "lowered": float(lowered[id]),
                "power": float(powers[id]),
                "probability": float(powers[id]) / total,
            }
            for id in first
        ],
        "others": {
            "count": view.tokenizer.size - len(first),
            "power": max(0.0, total - shown),
            "probability": max(0.0, 1 - shown / total),
        },
        "total": total,
    }
