"""Many texts in one pass: the matrices are read from memory once for all of them.

A network writes one token at a time, and for that it must read all its weights from memory; that,
not arithmetic, is what takes the time. Eight texts that go on together cost little more than one.
What is computed is what `GPT.hidden` computes, text by text; tests hold the two together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from engine.steps import Steps, steps_of
from gpt.cache import Cache
from gpt.model import GPT


@dataclass(frozen=True)
class Part:
    """The ids that follow what a cache holds; the cache is extended by them."""

    ids: Sequence[int]
    cache: Cache


@torch.no_grad()
def hidden_together(network: GPT, parts: Sequence[Part]) -> list[Tensor]:
    """The residual stream of each part after the final norm, (its length, C).

    The positions of all texts lie one after another in one matrix: every layer treats them alike,
    but attention, which looks at one text at a time. Raises ValueError for a part that is longer
    than the context.
    """
    starts = [part.cache.length for part in parts]
    lengths = [len(part.ids) for part in parts]
    for start, length in zip(starts, lengths, strict=True):
        if start + length > network.config.context:
            raise ValueError(
                f"{start + length} tokens do not fit a context of {network.config.context}"
            )
    ids = torch.tensor([id for part in parts for id in part.ids])
    positions = torch.cat(
        [torch.arange(s, s + length) for s, length in zip(starts, lengths, strict=True)]
    )
    x = network.token_embedding(ids) + network.position_embedding(positions)  # (all, C)
    masks = [_mask(start, length) for start, length in zip(starts, lengths, strict=True)]
    for block in steps_of(network):
        x = x + _attended(block, block.norm_1(x), parts, lengths, masks)
        x = x + block.contract(block.bend(block.expand(block.norm_2(x))))
    return list(torch.split(network.norm(x), lengths))


def _attended(
    block: Steps,
    x: Tensor,
    parts: Sequence[Part],
    lengths: list[int],
    masks: list[Tensor | None],
) -> Tensor:
    per_head = (len(x), 3, 1, block.heads, -1)
    together = block.query_key_value(x).view(per_head).permute(1, 2, 3, 0, 4)
    query, new = together[0], together[1:]
    scale = 1 / block.divisor
    if len(parts) == 1:
        key, value = parts[0].cache.extend(block.layer, new)
        whole = F.scaled_dot_product_attention(query, key, value, masks[0], scale=scale)
    else:
        gathered = []  # of each part: (1, H, its length, C/H)
        split = zip(
            torch.split(query, lengths, dim=2), torch.split(new, lengths, dim=3), strict=True
        )
        for part, (query, new), mask in zip(parts, split, masks, strict=True):
            key, value = part.cache.extend(block.layer, new)
            gathered.append(F.scaled_dot_product_attention(query, key, value, mask, scale=scale))
        whole = torch.cat(gathered, dim=2)
    mixed: Tensor = block.output(whole[0].transpose(0, 1).flatten(1))
    return mixed


def _mask(start: int, length: int) -> Tensor | None:
    """(length, start + length): whether a position may look there; None for one that sees all."""
    if length == 1:
        return None
    return torch.ones(length, start + length, dtype=torch.bool).tril(diagonal=start)
