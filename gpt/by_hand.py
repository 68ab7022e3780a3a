"""A GPT that a pocket calculator can follow: 6 tokens, 3 positions, 2 channels, 1 head, 1 block.

Its numbers are made up, not learnt, and chosen to stay short; its formula is that of `gpt.model`,
biases, norms and GELU included, and `network` hands the numbers to that very class.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from gpt.model import GPT, Config

Numbers = Sequence[Sequence[float]] | Sequence[float]

CONFIG = Config(vocabulary=6, context=3, layers=1, heads=1, channels=2)

TEXT = (0, 1, 3)
"""The ids of the text that is followed."""

TOKENS = [[1, 0], [0, 2], [2, 0], [2, 1], [-2, 2], [2, -2]]  # (V, C)
POSITIONS = [[1, 0], [1, 1], [1, 0]]  # (T, C)

QUERY, KEY, VALUE = [[1, 0], [0, 1]], [[-1, 0], [0, -1]], [[0, 1], [1, 0]]  # (C, C)
QUERY_BIAS, KEY_BIAS, VALUE_BIAS = [0, 0], [0, 0], [1, -1]
OUTPUT, OUTPUT_BIAS = [[0, 1], [1, 0]], [0, 0]

ASLEEP = 6
"""Of the 4C = 8 neurons, so many have nothing but zeros."""

EXPAND = [[-1, 1], [1, -1]] + [[0, 0]] * ASLEEP  # (4C, C)
EXPAND_BIAS = [-1, -1] + [0] * ASLEEP
CONTRACT = [[-1, 1] + [0] * ASLEEP, [1, -1] + [0] * ASLEEP]  # (C, 4C)
CONTRACT_BIAS = [0, 0]

NORM = [[1, 1], [0, 0]]
"""The factors and the shifts of all three norms."""


def network() -> GPT:
    """`gpt.model.GPT` with these numbers, in float64."""
    model = GPT(CONFIG).double().requires_grad_(False)
    norms: dict[str, Numbers] = {
        f"{place}.{kind}": numbers
        for place in ("blocks.0.norm_1", "blocks.0.norm_2", "norm")
        for kind, numbers in zip(("weight", "bias"), NORM, strict=True)
    }
    numbers = norms | {
        "token_embedding.weight": TOKENS,
        "position_embedding.weight": POSITIONS,
        "blocks.0.attention.query_key_value.weight": QUERY + KEY + VALUE,
        "blocks.0.attention.query_key_value.bias": QUERY_BIAS + KEY_BIAS + VALUE_BIAS,
        "blocks.0.attention.output.weight": OUTPUT,
        "blocks.0.attention.output.bias": OUTPUT_BIAS,
        "blocks.0.feed_forward.expand.weight": EXPAND,
        "blocks.0.feed_forward.expand.bias": EXPAND_BIAS,
        "blocks.0.feed_forward.contract.weight": CONTRACT,
        "blocks.0.feed_forward.contract.bias": CONTRACT_BIAS,
    }
    model.load_state_dict({name: _tensor(each) for name, each in numbers.items()})
    return model


@dataclass(frozen=True)
class Steps:
    """Every number on the way of the last position, and what it needs of the others.

    (T, C): `x`, `normed`, `keys`, `values`. (T,): `products`, `scores`, `score_powers`, `weights`.
    (C,): `query`, `gathered`, `attended`, `x_attended`, `normed_again`, `added`, `x_end`, `hidden`.
    (4C,): `sums`, `activations`. (V,): `logits`, `powers`, `probabilities`. A power is e to the
    score above it.
    """

    x: Tensor
    normed: Tensor
    query: Tensor
    keys: Tensor
    values: Tensor
    products: Tensor
    scores: Tensor
    score_powers: Tensor
    weights: Tensor
    gathered: Tensor
    attended: Tensor
    x_attended: Tensor
    normed_again: Tensor
    sums: Tensor
    activations: Tensor
    added: Tensor
    x_end: Tensor
    hidden: Tensor
    logits: Tensor
    powers: Tensor
    probabilities: Tensor


def follow(ids: Sequence[int]) -> Steps:
    """From the ids of a text to the probabilities of the token after it, a line a step."""
    tokens, positions = _tensor(TOKENS), _tensor(POSITIONS)
    x = tokens[list(ids)] + positions[: len(ids)]
    normed = norm(x)

    query = normed[-1] @ _tensor(QUERY).T + _tensor(QUERY_BIAS)
    keys = normed @ _tensor(KEY).T + _tensor(KEY_BIAS)
    values = normed @ _tensor(VALUE).T + _tensor(VALUE_BIAS)
    products = keys @ query
    scores = products / math.sqrt(CONFIG.channels)
    score_powers = scores.exp()
    weights = score_powers / score_powers.sum()
    gathered = weights @ values
    attended = gathered @ _tensor(OUTPUT).T + _tensor(OUTPUT_BIAS)
    x_attended = x[-1] + attended

    normed_again = norm(x_attended)
    sums = normed_again @ _tensor(EXPAND).T + _tensor(EXPAND_BIAS)
    activations = F.gelu(sums, approximate="tanh")
    added = activations @ _tensor(CONTRACT).T + _tensor(CONTRACT_BIAS)
    x_end = x_attended + added

    hidden = norm(x_end)
    logits = tokens @ hidden
    powers = logits.exp()
    probabilities = powers / powers.sum()
    return Steps(
        x, normed, query, keys, values, products, scores, score_powers, weights, gathered, attended,
        x_attended, normed_again, sums, activations, added, x_end, hidden, logits, powers,
        probabilities,
    )  # fmt: skip


def norm(x: Tensor) -> Tensor:
    """Each vector less its mean, divided by its spread, then stretched and shifted.

    A hundred-thousandth is added under the root, so that nothing is ever divided by zero.
    """
    factors, shifts = _tensor(NORM)
    away = x - x.mean(-1, keepdim=True)
    spread = (away.pow(2).mean(-1, keepdim=True) + CONFIG.norm_epsilon).sqrt()
    normed: Tensor = factors * (away / spread) + shifts
    return normed


def _tensor(numbers: Numbers) -> Tensor:
    return torch.tensor(numbers, dtype=torch.float64)
