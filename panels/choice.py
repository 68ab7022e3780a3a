"""The choice: the kept tokens laid end to end from 0 to 1, and where the random number falls."""

from __future__ import annotations

from typing import Any

from panels.screen.glyphs import glyphs
from panels.screen.view import View

NARROWEST = 0.012
"""Slices below this share of the strip are drawn as one, with their count."""


def data(view: View) -> dict[str, Any]:
    """The strip of the last row, u on it, and how much of the mass is kept.

    `reached` is what the kept tokens hold of the softmax that top-p adds up, `mass` of the plain
    softmax.
    """
    last, choice = view.last, view.choice
    slices: list[dict[str, Any]] = []
    low = 0.0
    for id in last.order[: last.kept_count].tolist():
        share = float(last.probabilities[id])
        if share < NARROWEST and id != choice.token_id:
            break
        slices.append(
            {
                "token": glyphs(view.token(id)),
                "low": low,
                "share": share,
                "chosen": id == choice.token_id,
            }
        )
        low += share
    drawn = {"count": last.kept_count - len(slices), "low": low, "share": max(0.0, 1 - low)}
    return {
        "greedy": view.state.strategy == "greedy",
        "finished": view.finished,
        "chosen": glyphs(view.token(choice.token_id)),
        "token_id": choice.token_id,
        "repeat": view.state.repeat,
        "rank": choice.rank,
        "probability": choice.probability,
        "interval": list(choice.interval),
        "u": choice.u,
        "draw": view.state.draw,
        "step": view.state.step,
        "kept": last.kept_count,
        "vocabulary": view.tokenizer.size,
        "mass": last.mass,
        "reached": last.reached,
        "top_p": view.state.top_p,
        "slices": slices,
        "small": drawn if drawn["count"] else None,
        "chosen_is_small": choice.rank > len(slices),
    }
