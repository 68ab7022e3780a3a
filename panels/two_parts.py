"""The two parts of a language model: GPT scores every token, then one of them is chosen."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from gpt import Choice, distribution, draw
from panels.screen.glyphs import glyphs
from panels.screen.view import View

FIRST = 5
DRAWS = 5


def data(view: View) -> dict[str, Any]:
    """The first scores of the last row, then what several ways of choosing make of them.

    Every way chooses from the same row of logits; `draws` are that many numbers u in turn, from
    the one that the settings' seed gives.
    """
    row, state = view.last.logits, view.state
    sampled = distribution(row, replace(state.settings, strategy="sampling"))
    numbers = [draw(state.seed, state.step, state.draw + n) for n in range(DRAWS)]
    return {
        "length": len(view.reading.ids),
        "vocabulary": view.tokenizer.size,
        "parameters": view.model.parameters,
        "scores": [
            {"token": glyphs(view.token(id)), "id": id, "logit": float(row[id])}
            for id in view.last.order[:FIRST].tolist()
        ],
        "greedy": _chosen(view, distribution(row, _greedy(view)).choose()),
        "temperature": state.temperature,
        "draws": [_chosen(view, sampled.choose(u)) for u in numbers],
        "strategy": state.strategy,
    }


def _greedy(view: View) -> Any:
    return replace(view.state.settings, strategy="greedy")


def _chosen(view: View, choice: Choice) -> dict[str, Any]:
    return {"token": glyphs(view.token(choice.token_id)), "rank": choice.rank, "u": choice.u}
