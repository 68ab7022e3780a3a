"""What every head does with a text, told in four numbers: where its positions look on average."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

from gpt.trace import Trace

HABITS = ("before", "start", "same", "itself")
FIRST = 2
"""The first position that counts: for the two before it, *before* or *itself* is the start."""


def habits(maps: Tensor, ids: Sequence[int]) -> Tensor:
    """The mean weight that each map gives to four places.

    Maps (H, T, T) → (H, 4), shares of 1, in the order of HABITS: the
    position just before, the first one, all earlier ones that hold the
    same token, the position itself. The mean is over the positions from
    FIRST on; for *same*, over those whose token came earlier. It is NaN
    where the text has no such position.
    """
    tokens = torch.tensor(ids)
    # Which earlier positions hold the token of each, (T, T).
    same = (tokens.unsqueeze(1) == tokens).tril(diagonal=-1)
    again = same.any(dim=-1)
    again[:FIRST] = False
    given = {
        "before": maps.diagonal(-1, -2, -1)[:, FIRST - 1 :],
        "start": maps[:, FIRST:, 0],
        "same": (maps * same).sum(dim=-1)[:, again],
        "itself": maps.diagonal(0, -2, -1)[:, FIRST:],
    }
    means = [given[habit].mean(dim=-1) for habit in HABITS]
    return torch.stack(means, dim=-1)


def even(length: int) -> Tensor:
    """(1, T, T): a map that shares out every position's weight evenly, to compare with."""
    seen = torch.ones(1, length, length).tril()
    return seen / seen.sum(dim=-1, keepdim=True)


@dataclass
class Glance(Trace):
    """A trace that keeps of every map its habits and its last `shown` positions, not the whole."""

    blocks: Sequence[int] | None = ()
    ids: Sequence[int] = ()
    shown: int = 16
    _habits: list[Tensor] = field(default_factory=list)
    _corners: list[Tensor] = field(default_factory=list)

    def keep_attention(self, weights: Tensor) -> None:
        """Of one block, (1, H, T, T)."""
        maps = weights[0].detach().float()
        self._habits.append(habits(maps, self.ids))
        self._corners.append(maps[:, -self.shown :, -self.shown :].clone())

    @property
    def habits(self) -> Tensor:
        """(L, H, 4): what `habits` says of every head."""
        return torch.stack(self._habits)

    @property
    def corners(self) -> Tensor:
        """(L, H, S, S): how the last S positions look at each other; S is `shown`, or T if less."""
        return torch.stack(self._corners)
