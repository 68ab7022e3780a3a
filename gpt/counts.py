"""A writer that has only counted: which token came after the last few, and how often.

It looks no further back than four tokens. The share of a token after a memory is its count there,
less a discount; what the discounts leave goes to the shares after a memory one token shorter
(absolute discounting: Ney, Essen and Kneser, "On Structuring Probabilistic Dependences in
Stochastic Language Modelling", 1994). It gives a row of scores as a GPT does, and the same choice
is made from it.
"""

from __future__ import annotations

import lzma
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load, save
from torch import Tensor

from gpt.errors import CheckpointError

FILE = "counts.safetensors.xz"
DISCOUNT = 0.75
MEMORY = 4
"""The most tokens that are remembered."""


@dataclass(frozen=True)
class Remembered:
    """What follows a memory.

    `probabilities` are (V,); `length` says how many of the last tokens were ever met together with
    something after them, and `met` how often; 0 tokens are met wherever there is a text.
    """

    probabilities: Tensor
    length: int
    met: int

    @property
    def scores(self) -> Tensor:
        """(V,): logits whose softmax the probabilities are; −∞ for what was never met."""
        return self.probabilities.log()


@dataclass(frozen=True)
class Counts:
    """Runs of one to five tokens, each by its place among those of its length.

    Order n, from 0 for single tokens: `tokens[n]` is the last token of each run, `counts[n]` how
    often it was met, `followers[n]` in how many known ways it goes on. The runs that go on from one
    lie side by side in the next order, in the order of their tokens.
    """

    tokens: list[NDArray[np.uint16]]
    counts: list[NDArray[np.int32]]
    followers: list[NDArray[np.uint16]]

    @property
    def size(self) -> int:
        """V, how many tokens there are."""
        return len(self.tokens[0])

    @property
    def total(self) -> int:
        """How many tokens were counted."""
        return int(self.counts[0].sum())

    def after(self, ids: Sequence[int], memory: int = MEMORY) -> Remembered:
        """What comes after these ids, of which the last `memory` are looked at, at most."""
        shares = self._alone.clone()
        length, met = 0, self.total
        for more in range(1, min(memory, MEMORY, len(ids)) + 1):
            place = self._place(ids[-more:])
            if place is None:
                break
            here = self._going_on(more - 1, place)
            if here.start == here.stop:
                continue
            length, met = more, int(self.counts[more - 1][place])
            kept = (self.counts[more][here] - DISCOUNT) / met
            shares *= 1 - kept.sum()
            shares[self.tokens[more][here].astype(np.int64)] += torch.from_numpy(kept)
        return Remembered(shares, length, met)

    def save(self, path: Path) -> None:
        """Write the file that `read_counts` reads: safetensors, packed with xz."""
        named = {
            f"{name}.{n}": each
            for name in ("tokens", "counts", "followers")
            for n, each in enumerate(getattr(self, name))
        }
        path.write_bytes(lzma.compress(save(named), preset=9 | lzma.PRESET_EXTREME))

    def _place(self, ids: Sequence[int]) -> int | None:
        """Where a run of tokens stands among those of its length, if it was met often enough."""
        place = ids[0]
        if place >= self.size:
            return None
        for order, token in enumerate(ids[1:]):
            here = self._going_on(order, place)
            nearest = here.start + int(np.searchsorted(self.tokens[order + 1][here], token))
            if nearest == here.stop or self.tokens[order + 1][nearest] != token:
                return None
            place = nearest
        return place

    def _going_on(self, order: int, place: int) -> slice:
        """The runs of the next order that begin with this one."""
        return slice(int(self._first[order][place]), int(self._first[order][place + 1]))

    @cached_property
    def _first(self) -> list[NDArray[np.int64]]:
        """Where the runs that go on from each begin, and after the last one where they end."""
        return [np.concatenate([[0], each.cumsum(dtype=np.int64)]) for each in self.followers]

    @cached_property
    def _alone(self) -> Tensor:
        """(V,): the share of each token, whatever stands before it."""
        return torch.from_numpy(self.counts[0] / self.total)


def read_counts(folder: Path) -> Counts:
    """The counts that belong to a checkpoint. Raises CheckpointError where there are none."""
    path = folder / FILE
    if not path.is_file():
        raise CheckpointError(f"{folder.name}: the file {FILE} is missing.", "missing")
    try:
        named = load(lzma.decompress(path.read_bytes()))
    except (lzma.LZMAError, SafetensorError, OSError):
        raise CheckpointError(f"{folder.name}: {FILE} is damaged or cut short.") from None
    orders = range(MEMORY + 1)
    return Counts(
        [named[f"tokens.{n}"] for n in orders],
        [named[f"counts.{n}"] for n in orders],
        [named[f"followers.{n}"] for n in range(MEMORY)],
    )
