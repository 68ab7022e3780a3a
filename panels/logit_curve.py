"""The logit of mathematics, its inverse the sigmoid, and how the model's "logits" differ."""

from __future__ import annotations

import math
from typing import Any

import torch

from panels.screen.controls import Control
from panels.screen.glyphs import glyphs
from panels.screen.view import View

CONTROLS = (Control("percent", 0.5, 99.5, 0.5, 80),)
MOST = 6.0
POINTS = 121
FIRST = 4


def data(view: View, percent: float) -> dict[str, Any]:
    """p, its odds p / (1 − p), its logit ln(p / (1 − p)); the sigmoid's curve; and the model's.

    `points` are (z, σ(z)) for z from −6 to 6. `rows` compare the model's raw score ℓ of its first
    tokens with the logit, in the strict sense, of the probability it gives them: they differ by the
    logarithm of the sum of the exponentials of all the other scores.
    """
    p = percent / 100
    logits = view.last.logits
    return {
        "p": p,
        "odds": p / (1 - p),
        "logit": logit(p),
        "back": sigmoid(logit(p)),
        "most": MOST,
        "points": [[z, sigmoid(z)] for z in torch.linspace(-MOST, MOST, POINTS).tolist()],
        "rows": [
            {
                "token": glyphs(view.token(id)),
                "score": float(logits[id]),
                "probability": float(view.last.plain[id]),
                "strict": _strict(logits, id),
            }
            for id in view.last.order[:FIRST].tolist()
        ],
    }


def sigmoid(z: float) -> float:
    """1 / (1 + e⁻ᶻ): any number to one between 0 and 1."""
    return 1 / (1 + math.exp(-z))


def logit(p: float) -> float:
    """ln(p / (1 − p)): a probability, 0 and 1 left out, to any number."""
    return math.log(p / (1 - p))


def _strict(logits: torch.Tensor, id: int) -> float:
    others = torch.cat([logits[:id], logits[id + 1 :]])
    return float(logits[id] - others.logsumexp(0))
