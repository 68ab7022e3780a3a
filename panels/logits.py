"""One row of logits as a table: from the score to the probability, and what the settings keep."""

from __future__ import annotations

import math
from typing import Any

import torch

from panels.screen.acts import can_force
from panels.screen.glyphs import glyphs
from panels.screen.state import SHOWN
from panels.screen.view import View


def data(view: View) -> dict[str, Any]:
    """The first tokens by rank, or those that a search finds, and the sum of all others.

    Each has the chain of `Distribution`: logit, plain, tempered, cumulative, probability.
    """
    here, state = view.here, view.state
    wanted, ranks = _wanted(view)
    ids = wanted[: state.shown].tolist()
    columns = [
        column[ids].tolist()
        for column in (here.logits, here.plain, here.tempered, here.cumulative, here.probabilities)
    ]
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
        "temperature": state.temperature,
        "top_k": state.top_k,
        "top_p": state.top_p,
        "search": state.search,
        "found": len(wanted) if state.search else None,
        "more": more if len(wanted) > len(ids) else None,
        "fewer": SHOWN[0] if len(ids) > SHOWN[0] else None,
        "forcible": can_force(view),
        "rows": [
            {
                "rank": rank,
                "token": glyphs(view.token(id)),
                "id": id,
                "logit": logit,
                "plain": plain,
                "tempered": tempered,
                "cumulative": None if math.isnan(cumulative) else cumulative,
                "probability": probability,
                "rule": here.excluded_by(id) or "kept",
                "chosen": id == choice,
                "came": id == came,
            }
            for id, rank, logit, plain, tempered, cumulative, probability in zip(
                ids, ranks[: state.shown].tolist(), *columns, strict=True
            )
        ],
        "rest": {
            "count": int(rest.sum()),
            "plain": float(here.plain[rest].sum()),
            "tempered": float(here.tempered[rest].sum()),
            "probability": float(here.probabilities[rest].sum()),
            "kept": int(here.kept[rest].sum()),
        },
    }


def _wanted(view: View) -> tuple[torch.Tensor, torch.Tensor]:
    """The ids that may be shown, by rank, and their ranks: all, or those that the search finds."""
    order = view.here.order
    if not view.state.search:
        return order, torch.arange(1, len(order) + 1)
    found = torch.tensor(view.tokenizer.find(view.state.search), dtype=torch.long)
    ranks = torch.empty_like(order)
    ranks[order] = torch.arange(1, len(order) + 1)
    by_rank = ranks[found].argsort()
    return found[by_rank], ranks[found][by_rank]
