"""The way of a text through a network, from what a cache holds of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from gpt.cache import Cache
from gpt.model import GPT


@dataclass(frozen=True)
class Part:
    """The ids that follow what a cache holds; the cache is extended by them."""

    ids: Sequence[int]
    cache: Cache


@torch.no_grad()
def hidden_of(network: GPT, parts: Sequence[Part]) -> list[Tensor]:
    """The residual stream of each part after the final norm, (its length, C)."""
    return [network.hidden(torch.tensor([list(each.ids)]), each.cache)[0] for each in parts]
