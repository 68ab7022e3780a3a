"""Where an answer that leaves the house comes from: the stamp on every export."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from gpt.generate import Model
from panels.screen.state import State

SITE = "GPT à livre ouvert · GPT, an Open Book"


def about(model: Model, state: State, address: str, now: datetime | None = None) -> dict[str, Any]:
    """What it takes to find the same answer again: model, its hash, settings, seed, date, address.

    `address` is where the answer can be asked for; the date is that of today, in UTC.
    """
    return {
        "site": SITE,
        "model": state.model,
        "sha256": model.sha256,
        "strategy": state.strategy,
        "temperature": state.temperature,
        "top_k": state.top_k,
        "top_p": state.top_p,
        "seed": state.seed,
        "draw": state.draw,
        "date": (now or datetime.now(UTC)).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "address": address,
    }
