"""One attention weight, worked out: what one head of one block does for one position.

It is `gpt.model.Attention` again, for a single query, with every step kept under its name.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from gpt.model import GPT


@dataclass(frozen=True)
class Weighing:
    """The steps from a query to what it gathers; T positions, d channels of a head.

    `scores` are the products q · k, `scaled` the same divided by √d, `masked` with −∞ for every
    later position, `weights` their softmax, `gathered` the average of the values by these weights.
    """

    query: Tensor  # (d,)
    keys: Tensor  # (T, d)
    values: Tensor  # (T, d)
    scores: Tensor  # (T,)
    scaled: Tensor  # (T,)
    masked: Tensor  # (T,)
    weights: Tensor  # (T,)
    gathered: Tensor  # (d,)


@torch.no_grad()
def weigh(
    network: GPT,
    stream: Tensor,
    block: int,
    head: int,
    position: int,
) -> Weighing:
    """How one head weighs all positions for one of them.

    `stream` (T, C) is what the block reads.
    """
    reading: Any = network.blocks[block]
    x = reading.norm_1(stream)
    each = reading.attention.query_key_value(x)
    each = each.unflatten(1, (3, network.config.heads, -1))
    # Those of this head, (T, d) each.
    queries, keys, values = each[:, :, head].unbind(dim=1)
    query = queries[position]

    scores = keys @ query
    scaled = scores / reading.attention.divisor
    masked = scaled.clone()
    masked[position + 1 :] = -math.inf
    weights = masked.softmax(dim=-1)
    gathered = weights @ values
    steps = (scores, scaled, masked, weights, gathered)
    return Weighing(query, keys, values, *steps)
