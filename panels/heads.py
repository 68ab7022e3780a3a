"""All heads at a glance: the map of each, small; what each does on this text; one opens large."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor

from gpt.habits import FIRST, HABITS, even, habits
from panels import attention
from panels.screen.view import View

CONTROLS = attention.CONTROLS
SHOWN = attention.SHOWN
BEST = 3
MARKED = 0.4
"""From this share on, a small map carries the sign of what its head does most."""

SHADES = (0.1, 0.25, 0.5, 0.75)
"""The least weight of each of the four shades in which a small map is drawn."""


def data(view: View, block: float, head: float) -> dict[str, Any]:
    """A small map of every head, the heads that do most of each habit, and one map large.

    A habit's share is the mean weight given to its place, `gpt.habits` says how; `even` is the
    share of a head that shared out its weights evenly, None what the text has no place for.
    """
    config, ids = view.model.network.config, view.reading.ids
    glance = view.glance(SHOWN)
    large = attention.data(view, block, head)
    shares = glance.habits  # (L, H, 4)
    size = glance.corners.shape[-1]
    by_chance = dict(zip(HABITS, _said(habits(even(len(ids)), ids)[0]), strict=True))
    heads = [
        {
            "block": layer + 1,
            "head": which + 1,
            "shares": (said := _said(shares[layer, which])),
            "most": _most(said),
            "shades": _shades(glance.corners[layer, which]),
            "open": (layer + 1, which + 1) == (large["block"], large["head"]),
        }
        for layer in range(config.layers)
        for which in range(config.heads)
    ]
    return {
        "blocks": config.layers,
        "heads": config.heads,
        "size": size,
        "first": FIRST,
        "earlier": len(ids) - size,
        "marked": MARKED,
        "small": heads,
        "habits": [
            {
                "name": name,
                "even": by_chance[name],
                "best": _best(heads, n) if by_chance[name] is not None else [],
            }
            for n, name in enumerate(HABITS)
        ],
        "map": large,
    }


def _said(shares: Tensor) -> list[float | None]:
    return [None if math.isnan(share) else share for share in shares.tolist()]


def _most(shares: list[float | None]) -> str | None:
    """The habit that takes the largest share, where that share is worth a sign."""
    share, n = max((share or 0.0, -n) for n, share in enumerate(shares))
    return HABITS[-n] if share >= MARKED else None


def _best(heads: list[dict[str, Any]], habit: int) -> list[dict[str, Any]]:
    ordered = sorted(heads, key=lambda each: -each["shares"][habit])
    return [
        {"block": each["block"], "head": each["head"], "share": each["shares"][habit]}
        for each in ordered[:BEST]
    ]


def _shades(corner: Tensor) -> list[str]:
    """Of each shade its squares, as strokes one unit long: row after row, from the left."""
    shade = torch.bucketize(corner, torch.tensor(SHADES), right=True)  # 0: too light to be drawn
    return [
        "".join(f"M{s} {t}h1" for t, s in (shade == strength).nonzero().tolist())
        for strength in range(1, len(SHADES) + 1)
    ]
