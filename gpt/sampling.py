"""From one row of logits to one chosen token: pure functions over the whole vocabulary.

The order is fixed: logits / temperature → the top-k survivors → softmax of the survivors → top-p on
that → renormalised. It is the order of the logits processors of `transformers`; the difference is
in exact ties, where a tie here goes to the lower id, so that k tokens are k tokens.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import torch
from torch import Tensor

Strategy = Literal["greedy", "sampling"]
Rule = Literal["greedy", "top_k", "top_p", "impossible"]

ROUNDING = 1e-10
"""How far a running sum may lie below p and still reach it: far more than float64 rounds, and far
less than any p or share that somebody looks at."""


@dataclass(frozen=True)
class Settings:
    """How the next token is chosen. `None` means no limit.

    Temperature is above 0, top_k at least 1, top_p from 0 to 1; anything else raises ValueError.
    Greedy looks at none of them.
    """

    strategy: Strategy = "sampling"
    temperature: float = 1.0
    top_k: int | None = None
    top_p: float | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        if self.strategy not in ("greedy", "sampling"):
            raise ValueError(f"strategy is 'greedy' or 'sampling', not {self.strategy!r}")
        if not (math.isfinite(self.temperature) and self.temperature > 0):
            offer = "" if self.temperature else "; strategy='greedy' always takes the first token"
            raise ValueError(f"temperature is a number above 0, not {self.temperature}{offer}")
        if self.top_k is not None and self.top_k < 1:
            raise ValueError(f"top_k is at least 1, not {self.top_k}")
        if self.top_p is not None and not 0 <= self.top_p <= 1:
            raise ValueError(f"top_p is from 0 to 1, not {self.top_p}")


PLAIN = Settings()
"""The softmax as it is: temperature 1, nothing cut."""


@dataclass(frozen=True)
class Choice:
    """One chosen token.

    `rank` counts from 1; `probability` is after the settings; `u` is the random number, None when
    greedy; `interval` is the slice of [0, 1] that belongs to the token.
    """

    token_id: int
    rank: int
    probability: float
    u: float | None
    interval: tuple[float, float]


@dataclass(frozen=True)
class Distribution:
    """What the settings make of one row of logits. All tensors are (V,), indexed by token id.

    The chain of columns: `logits`; `plain`, their softmax at temperature 1; `tempered`, the softmax
    at the settings' temperature of the tokens that top-k kept, 0 for the others; `cumulative`, the
    running sum of `tempered` by rank, which top-p looks at, NaN for a token that was excluded
    before; `probabilities`, what top-p leaves, divided by its sum. `kept` says which tokens no rule
    excluded. Greedy has no settings: its `tempered` is `plain`.
    """

    settings: Settings
    logits: Tensor
    probabilities: Tensor
    kept: Tensor
    _order: Tensor | None = None
    _cumulative: Tensor | None = None
    _running: Tensor | None = None  # `tempered` by rank, of those that top-k kept

    @cached_property
    def plain(self) -> Tensor:
        """The softmax of the logits; greedy chooses without it."""
        return softmax(self.logits)

    @cached_property
    def order(self) -> Tensor:
        """The ids by rank."""
        return _ranked(self.logits) if self._order is None else self._order

    @cached_property
    def tempered(self) -> Tensor:
        """The probabilities that top-p adds up, as the class says."""
        if self._running is None:
            return self.plain
        tempered = torch.zeros_like(self.logits)
        tempered[self.order[: len(self._running)]] = self._running
        return tempered

    @cached_property
    def cumulative(self) -> Tensor:
        """The running sum of the probabilities by rank, as the class says."""
        if self._cumulative is not None:
            return self._cumulative
        cumulative = torch.empty_like(self.plain)
        cumulative[self.order] = self.plain[self.order].cumsum(0)
        return cumulative

    @property
    def kept_count(self) -> int:
        return int(np.count_nonzero(self.kept.numpy()))

    @property
    def mass(self) -> float:
        """The part of the plain softmax that the kept tokens hold, 0 to 1."""
        return min(1.0, float(self.plain[self.kept].sum()))

    @property
    def reached(self) -> float:
        """The part of `tempered` that the kept tokens hold: top-p asks for at least p of it."""
        return min(1.0, float(self.tempered[self.kept].sum()))

    @cached_property
    def entropy(self) -> float:
        """In bits, after the settings."""
        return entropy(self.probabilities)

    @property
    def effective_choices(self) -> float:
        """2 to the entropy: as uncertain as a draw among that many equal tokens."""
        return 2**self.entropy

    @cached_property
    def plain_entropy(self) -> float:
        """In bits, of the plain softmax."""
        return entropy(self.plain)

    @property
    def plain_effective_choices(self) -> float:
        return 2**self.plain_entropy

    def excluded_by(self, token_id: int) -> Rule | None:
        """The rule that excluded a token, None for a kept one.

        "impossible" is no setting's doing: the logit is infinitely far below the highest.
        """
        if self.kept[token_id]:
            return None
        if self.settings.strategy == "greedy":
            return "greedy"
        if not self.cumulative[token_id].isnan():
            return "top_p"
        best = self.order[: self.settings.top_k]
        return "impossible" if bool((best == token_id).any()) else "top_k"

    def choose(self, u: float | None = None) -> Choice:
        """The token in whose slice u falls; slices lie end to end, by rank.

        Greedy ignores u.
        """
        if self.settings.strategy == "greedy":
            best = int(self.kept.numpy().argmax())
            return Choice(best, 1, 1.0, None, (0.0, 1.0))
        if u is None or not 0 <= u < 1:
            wanted = "from 0 to 1 (1 left out)"
            raise ValueError(f"sampling needs u {wanted}, not {u}")
        return self._choice(int((self._ends <= u).sum()), u)

    def shares(self, numbers: Tensor) -> Tensor:
        """How often each token is drawn by many numbers u in [0, 1): counts, (V,)."""
        indices = torch.searchsorted(self._ends, numbers.double(), right=True)
        return torch.bincount(self.order[indices], minlength=len(self.order))

    @cached_property
    def _ends(self) -> Tensor:
        """Where each kept token's slice of [0, 1] ends, by rank; the last one at exactly 1."""
        sums = self.probabilities[self.order[: self.kept_count]].cumsum(0)
        return torch.where(sums < sums[-1], sums, 1.0).clamp(max=1.0)

    def _choice(self, index: int, u: float) -> Choice:
        token_id = int(self.order[index])
        ends = self._ends
        low = float(ends[index - 1]) if index else 0.0
        probability = float(self.probabilities[token_id])
        return Choice(token_id, index + 1, probability, u, (low, float(ends[index])))


def distribution(logits: Tensor, settings: Settings = PLAIN) -> Distribution:
    """What `settings` make of one row of logits (V,), computed in float64.

    −∞ is a token that cannot come; several +∞ share everything. Raises ValueError for NaN, an empty
    row, or a row of −∞ alone.
    """
    scores = logits.detach().double()
    best = int(scores.numpy().argmax()) if scores.ndim == 1 and len(scores) else None
    highest = math.nan if best is None else float(scores[best])
    if math.isnan(highest):  # the highest of some numbers and NaN is NaN
        raise ValueError("a row of logits is (V,) numbers, none of them NaN")
    if highest == -math.inf:
        raise ValueError("every logit is −∞: there is no token to choose")

    if settings.strategy == "greedy":  # no order is needed to see which is the highest
        kept = torch.zeros_like(scores, dtype=torch.bool)
        kept[best] = True
        return Distribution(settings, scores, kept.double(), kept)

    order = _ranked(scores)
    heated = temper(scores, settings.temperature)
    survivors = order if settings.top_k is None else order[: settings.top_k]
    ranked = heated[survivors]
    possible = int((ranked > -math.inf).sum())  # by rank, so they are the first
    survivors = survivors[:possible]
    running = softmax(ranked[:possible])
    sums = running.cumsum(0)
    count = nucleus(sums, settings.top_p)

    probabilities = torch.zeros_like(scores)
    probabilities[survivors[:count]] = running[:count] / running[:count].sum()
    kept = torch.zeros_like(scores, dtype=torch.bool)
    kept[survivors[:count]] = True
    cumulative = torch.full_like(scores, math.nan)
    cumulative[survivors] = sums
    return Distribution(settings, scores, probabilities, kept, order, cumulative, running)


def _ranked(scores: Tensor) -> Tensor:
    """The ids from the highest score to the lowest; the lower of two equal ones comes first.

    NumPy's unstable sort is six times as fast as PyTorch's stable one; equal scores, which it
    leaves in any order, are put in order afterwards: two neighbours by a look at both, longer runs
    by sorting once more, with the number of its run before each id.
    """
    falling = -scores.numpy()
    order = np.argsort(falling)
    ranked = falling[order]
    same = ranked[1:] == ranked[:-1]
    first = np.flatnonzero(same)
    if (np.diff(first) > 1).all():
        pairs = np.sort([order[first], order[first + 1]], axis=0)
        order[first], order[first + 1] = pairs
        return torch.from_numpy(order)
    run = np.concatenate([[0], (~same).cumsum()])
    return torch.from_numpy(np.sort(run * len(order) + order) % len(order))


def temper(scores: Tensor, temperature: float) -> Tensor:
    """(scores − the highest) / temperature: the softmax is that of scores / temperature."""
    return _below_the_highest(scores) / temperature


def softmax(scores: Tensor) -> Tensor:
    """e to the score, divided by the sum of them all."""
    powers = _below_the_highest(scores).exp()
    return powers / powers.sum()


def nucleus(sums: Tensor, top_p: float | None) -> int:
    """How many tokens, by rank, top-p keeps: up to the one whose running sum reaches p.

    Nine shares of a tenth reach 0.9, although their sum in float64 is a little less.
    """
    if top_p is None or top_p >= 1:
        return len(sums)
    return min(len(sums), 1 + int((sums < top_p - ROUNDING).sum()))


def entropy(probabilities: Tensor) -> float:
    """The mean surprise of a draw, in bits: −Σ p log₂ p."""
    p = probabilities[probabilities > 0]
    return max(0.0, float(-(p * p.log2()).sum()))


def draw(seed: int, step: int, draw: int = 0) -> float:
    """The random number u in [0, 1) of a step: a hash, so the same on every machine."""
    digest = hashlib.sha256(f"{seed}/{step}/{draw}".encode()).digest()
    return (int.from_bytes(digest[:8], "big") >> 11) / 2**53


def _below_the_highest(scores: Tensor) -> Tensor:
    highest = scores.max()
    if highest == math.inf:
        return torch.zeros_like(scores).masked_fill(scores < math.inf, -math.inf)
    return scores - highest
