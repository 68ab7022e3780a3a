"""One reading of a text: its tokens, the logits after every one of them, and how it goes on.

A reading keeps the final hidden states rather than the logits (T × C instead of T × V numbers);
the logits are one matrix product away, for one row or for all.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import torch
from torch import Tensor

from gpt.cache import Cache
from gpt.model import GPT
from gpt.tokenizer import Token, Tokenizer
from gpt.trace import Trace

ROWS_AT_ONCE = 128
"""Rows judged together: their logits are there for that long only."""

GUESSES = 3
"""First guesses of a row that are looked at, unless somebody asks for more."""

ROW, TOKEN = 1_100, 300
"""Bytes of a row that was judged, and of a token with its text."""

BLOCK, MANY = 256, 1_000_000
"""Scores of a block, and how many scores make it worth while to look at blocks first."""


@dataclass(frozen=True)
class Guess:
    """A token the model expects, with its plain softmax probability and its logit."""

    token_id: int
    probability: float
    logit: float


@dataclass(frozen=True)
class Outcome:
    """How a row judged the token that really came next: rank from 1, surprise −log₂ p in bits."""

    token_id: int
    rank: int
    probability: float
    surprise: float


@dataclass(frozen=True)
class Row:
    """What the model says after one position; the last row has no outcome yet."""

    guesses: tuple[Guess, ...]
    outcome: Outcome | None


@dataclass(frozen=True)
class Reading:
    """What the model makes of a text of T tokens.

    `dropped` tells how many of the text's first tokens did not fit the context and were not read.
    """

    network: GPT
    tokenizer: Tokenizer
    ids: tuple[int, ...]
    states: list[Tensor]  # (…, C) each, T in all: see `hidden`
    cache: Cache
    dropped: int = 0
    trace: Trace | None = None
    _judged: list[Row] = field(default_factory=list, repr=False)
    _scores: dict[int, Tensor] = field(default_factory=dict, repr=False)  # a row's logits, if known

    def __repr__(self) -> str:
        return f"<Reading of {len(self.ids)} tokens: {self.tokenizer.decode(self.ids)!r}>"

    @cached_property
    def tokens(self) -> list[Token]:
        """The T tokens read, the start token included where the model reads one."""
        return self.tokenizer.tokens(self.ids)

    @property
    def hidden(self) -> Tensor:
        """(T, C): the residual stream after the final norm, laid together when it is asked for."""
        if len(self.states) > 1:
            self.states[:] = [torch.cat(self.states)]
        return self.states[0]

    @property
    def logits(self) -> Tensor:
        """(T, V) float32: a row of scores after every position."""
        with torch.no_grad():
            return self.network.unembed(self.hidden)

    def row_logits(self, position: int) -> Tensor:
        """(V,): the scores after one position; −1 is the last."""
        known = self._scores.get(range(len(self.ids))[position])
        if known is not None:
            return known
        with torch.no_grad():
            return self.network.unembed(self.hidden[position])

    @property
    def own_bytes(self) -> int:
        """The memory this reading holds beside its cache: states, logits, and what was judged."""
        tensors = (*self.states, *self._scores.values())
        judged = ROW * len(self._judged) + TOKEN * ("tokens" in vars(self)) * len(self.ids)
        return judged + sum(each.untyped_storage().nbytes() for each in tensors)

    @property
    def judged(self) -> int:
        """How many rows have been judged already."""
        return len(self._judged)

    def rows(self, guesses: int = GUESSES) -> list[Row]:
        """Every position's first guesses, and its judgement of the token that came next.

        Judged rows are kept: going on by one token judges two rows, not T.
        """
        rows = [row for row in self._judged if len(row.guesses) == guesses and row.outcome]
        for first in range(len(rows), len(self.ids), ROWS_AT_ONCE):
            rows += self._judge(first, min(first + ROWS_AT_ONCE, len(self.ids)), guesses)
        self._judged[:] = rows
        return rows

    def extended(
        self,
        new: Sequence[int],
        hidden: Tensor,
        cache: Cache,
        dropped: int = 0,
        last: Tensor | None = None,
    ) -> Reading:
        """This reading gone on by some tokens: their hidden states (new, C), the longer cache.

        `last` are the logits (V,) after the last of them, where they are known already.
        """
        end = len(self.ids) - 1
        scores = {end: self._scores[end]} if end in self._scores else {}
        if last is not None:
            scores[end + len(new)] = last
        return Reading(
            self.network,
            self.tokenizer,
            (*self.ids, *new),
            [*self.states, hidden],
            cache,
            dropped,
            _judged=list(self._judged),
            _scores=scores,
        )

    def first(self, length: int) -> Reading:
        """The reading of the first `length` tokens, 1 to T, without reading them again."""
        return Reading(
            self.network,
            self.tokenizer,
            self.ids[:length],
            [self.hidden[:length]],
            self.cache.copy(length),
            _judged=self._judged[: length - 1],
        )

    def _judge(self, first: int, last: int, guesses: int) -> list[Row]:
        with torch.no_grad():
            logits = self._rows_logits(first, last)  # (rows, V)
            total = logits.logsumexp(dim=-1, keepdim=True)
            scores, best = highest(logits, min(guesses, logits.shape[-1]))
            likely = (scores - total).exp()
        came = self.ids[first + 1 : last + 1]
        outcomes: list[Outcome | None] = _outcomes(logits[: len(came)], total[: len(came)], came)
        if len(came) < last - first:
            outcomes.append(None)
        return [
            Row(tuple(map(Guess, ids, probabilities, logits)), outcome)
            for ids, probabilities, logits, outcome in zip(
                best.tolist(), likely.tolist(), scores.tolist(), outcomes, strict=True
            )
        ]

    def _rows_logits(self, first: int, last: int) -> Tensor:
        """(rows, V); a row that was computed before is that very row, to the last digit."""
        known = {at: row for at, row in self._scores.items() if first <= at < last}
        if len(known) == last - first:
            return torch.stack([known[at] for at in range(first, last)])
        logits = self.network.unembed(self.hidden[first:last])
        for at, row in known.items():
            logits[at - first] = row
        return logits


def highest(logits: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """The `count` highest scores of each row of (rows, V), and their ids: (rows, count) each.

    Of many scores, only those in the blocks with the highest maxima are put in order.
    """
    size = logits.shape[-1]
    whole = size - size % BLOCK
    if logits.numel() < MANY or whole < count * BLOCK:
        values, ids = logits.topk(count)
        return values, ids
    maxima = logits[:, :whole].view(len(logits), -1, BLOCK).amax(dim=-1)  # (rows, blocks)
    first = BLOCK * maxima.topk(count).indices.unsqueeze(-1)  # (rows, count, 1)
    ids = (first + torch.arange(BLOCK)).flatten(1)
    ids = torch.cat([ids, torch.arange(whole, size).expand(len(logits), -1)], dim=-1)
    values, places = logits.gather(-1, ids).topk(count)
    return values, ids.gather(-1, places)


def _outcomes(logits: Tensor, total: Tensor, came: Sequence[int]) -> list[Outcome | None]:
    target = torch.tensor(came, dtype=torch.long).unsqueeze(-1)  # (rows, 1)
    logs = (logits.gather(-1, target) - total).squeeze(-1).clamp(max=0.0)
    return [
        Outcome(id, _rank(row, id), math.exp(log), abs(log) / math.log(2))
        for id, row, log in zip(came, logits.numpy(), logs.tolist(), strict=True)
    ]


def _rank(row: np.ndarray[Any, np.dtype[np.float32]], id: int) -> int:
    """From 1: how many come before, equal ones with a lower id among them. Row: (V,)."""
    before = np.count_nonzero(row[:id] >= row[id])
    return 1 + int(before + np.count_nonzero(row[id + 1 :] > row[id]))


def window(length: int, context: int) -> int:
    """How many of the first of `length` tokens must go for the rest to fit.

    There are `context` positions. The older half goes each time they are
    full, so that it need not be read again at every token; the rule looks
    at the length alone, so a text written token by token and the same text
    opened from its address are read alike.
    """
    if length <= context:
        return 0
    half = max(1, context // 2)
    return half * math.ceil((length - context) / half)
