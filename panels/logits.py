"""One row of logits as a table: from the score to the probability, and what the settings keep."""

from __future__ import annotations

from typing import Any

import torch

from panels.acts import can_force
from panels.glyphs import glyphs
from panels.state import SHOWN
from panels.view import View


def data(view: View) -> dict[str, Any]:
    """The first tokens by rank, or those that a search finds, and the sum of all others."""
    here, state = view.here, view.state
    ranks = _ranks(here.order)
    wanted = _wanted(view, ranks)
    ids = wanted[: state.shown]
    rest = torch.ones(len(here.order), dtype=torch.bool)
    rest[ids] = False
    more = next((count for count in SHOWN if count > state.shown), None)
    choice = view.choice.token_id if view.on_last and not view.finished else None
    came = None if view.on_last else view.reading.ids[view.selected + 1]
    return {
        "position": view.selected,
        "on_last": view.on_last,
        "after": glyphs(view.reading.tokens[view.selected]),
        "start": view.selected == 0 and view.reading.tokens[0].is_end_of_text,
        "vocabulary": view.tokenizer.size,
        "greedy": state.strategy == "greedy",
        "search": state.search,
        "found": len(wanted) if state.search else None,
        "more": more if len(wanted) > len(ids) else None,
        "fewer": SHOWN[0] if len(ids) > SHOWN[0] else None,
        "forcible": can_force(view),
        "rows": [
            {
                "rank": int(ranks[id]),
                "token": glyphs(view.token(id)),
                "id": id,
                "logit": float(here.logits[id]),
                "plain": float(here.plain[id]),
                "probability": float(here.probabilities[id]),
                "cumulative": _number(float(here.cumulative[id])),
                "rule": here.excluded_by(id) or "kept",
                "chosen": id == choice,
                "came": id == came,
            }
            for id in ids
        ],
        "rest": {
            "count": int(rest.sum()),
            "plain": float(here.plain[rest].sum()),
            "probability": float(here.probabilities[rest].sum()),
            "kept": int(here.kept[rest].sum()),
        },
    }


def _wanted(view: View, ranks: torch.Tensor) -> list[int]:
    """The ids that may be shown, by rank: all, or those that the search finds."""
    if not view.state.search:
        return view.here.order.tolist()
    found = torch.tensor(view.tokenizer.find(view.state.search), dtype=torch.long)
    return found[ranks[found].argsort()].tolist()


def _ranks(order: torch.Tensor) -> torch.Tensor:
    ranks = torch.empty_like(order)
    ranks[order] = torch.arange(1, len(order) + 1)
    return ranks


def _number(value: float) -> float | None:
    return None if value != value else value
