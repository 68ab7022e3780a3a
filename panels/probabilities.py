"""The same row as bars: pale before the settings, solid after them."""

from __future__ import annotations

import math
from typing import Any

import torch

from gpt import draw
from panels.screen.glyphs import glyphs
from panels.screen.view import View

BARS = 12


def data(view: View) -> dict[str, Any]:
    """The first tokens before and after, the entropy before and after, and repeated draws."""
    here, state = view.here, view.state
    counts = observed(view) if state.repeat and view.on_last and not view.finished else None
    ids = here.order[:BARS].tolist()
    chosen = view.choice.token_id if view.on_last and not view.finished else None
    if chosen is not None and chosen not in ids:
        ids.append(chosen)
    bars: list[dict[str, Any]] = [
        {
            "token": glyphs(view.token(id)),
            "plain": plain,
            "probability": probability,
            "rule": here.excluded_by(id) or "kept",
            "chosen": id == chosen,
            "observed": None if counts is None else counts.get(id, 0) / state.repeat,
            "count": None if counts is None else counts.get(id, 0),
            "band": None if counts is None else band(probability, state.repeat),
        }
        for id, plain, probability in zip(
            ids, here.plain[ids].tolist(), here.probabilities[ids].tolist(), strict=True
        )
    ]
    kept = [bar for bar in bars if bar["rule"] == "kept"]
    return {
        "bars": bars,
        "kept": len(kept),
        "most": max(
            max(bar["plain"], bar["probability"], bar["observed"] or 0, *(bar["band"] or ()))
            for bar in bars
        ),
        "greedy": state.strategy == "greedy",
        "entropy": [here.plain_entropy, here.entropy],
        "choices": [here.plain_effective_choices, here.effective_choices],
        "repeat": state.repeat if counts is not None else 0,
        "inside": None
        if counts is None
        else sum(bar["band"][0] <= bar["observed"] <= bar["band"][1] for bar in kept),
    }


def observed(view: View) -> dict[int, int]:
    """How often each token came in `repeat` draws of this step, the one on screen the first."""
    state = view.state
    numbers = [draw(state.seed, state.step, state.draw + i) for i in range(state.repeat)]
    counts = view.last.shares(torch.tensor(numbers, dtype=torch.float64))
    return {int(id): int(counts[id]) for id in counts.nonzero().flatten()}


def band(probability: float, draws: int) -> tuple[float, float]:
    """Where the share of a token falls about 19 times in 20, by the normal approximation.

    p ± 1.96 √(p (1 − p) / n), half a draw wider on each side because draws are counted in ones.
    """
    half = 1.96 * math.sqrt(probability * (1 - probability) / draws) + 0.5 / draws
    return max(0.0, probability - half), min(1.0, probability + half)
