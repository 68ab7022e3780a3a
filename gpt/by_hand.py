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

CONFIG = Config(vocabulary=6, context=3, layers=1, heads=1, channels=2)

TEXT = (0, 1, 3)
"""The ids of the text that is followed."""

ASLEEP = 6
"""Of the 4C = 8 neurons, so many have nothing but zeros."""


def _numbers(*rows: Sequence[float] | float) -> Tensor:
    return torch.tensor(rows, dtype=torch.float64)


TOKENS = _numbers([1, 0], [0, 2], [2, 0], [2, 1], [-2, 2], [2, -2])  # (V, C)
POSITIONS = _numbers([1, 0], [1, 1], [1, 0])  # (T, C)

QUERY, QUERY_BIAS = _numbers([1, 0], [0, 1]), _numbers(0, 0)  # (C, C), (C,)
KEY, KEY_BIAS = _numbers([-1, 0], [0, -1]), _numbers(0, 0)
VALUE, VALUE_BIAS = _numbers([0, 1], [1, 0]), _numbers(1, -1)
OUTPUT, OUTPUT_BIAS = _numbers([0, 1], [1, 0]), _numbers(0, 0)

EXPAND = _numbers([-1, 1], [1, -1], *[[0, 0]] * ASLEEP)  # (4C, C)
EXPAND_BIAS = _numbers(-1, -1, *[0] * ASLEEP)
CONTRACT = _numbers([-1, 1, *[0] * ASLEEP], [1, -1, *[0] * ASLEEP])  # (C, 4C)
CONTRACT_BIAS = _numbers(0, 0)

FACTORS, SHIFTS = _numbers(1, 1), _numbers(0, 0)
"""Of all three norms."""


def network() -> GPT:
    """`gpt.model.GPT` with these numbers, in float64."""
    model = GPT(CONFIG).double().requires_grad_(False)
    heads, forward = "blocks.0.attention", "blocks.0.feed_forward"
    numbers = {
        "token_embedding.weight": TOKENS,
        "position_embedding.weight": POSITIONS,
        f"{heads}.query_key_value.weight": torch.cat([QUERY, KEY, VALUE]),
        f"{heads}.query_key_value.bias": torch.cat([QUERY_BIAS, KEY_BIAS, VALUE_BIAS]),
        f"{heads}.output.weight": OUTPUT,
        f"{heads}.output.bias": OUTPUT_BIAS,
        f"{forward}.expand.weight": EXPAND,
        f"{forward}.expand.bias": EXPAND_BIAS,
        f"{forward}.contract.weight": CONTRACT,
        f"{forward}.contract.bias": CONTRACT_BIAS,
    }
    for norm in ("blocks.0.norm_1", "blocks.0.norm_2", "norm"):
        numbers |= {f"{norm}.weight": FACTORS, f"{norm}.bias": SHIFTS}
    model.load_state_dict(numbers)
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
    """From a text to the probabilities of what follows, a line a step."""
    x = TOKENS[list(ids)] + POSITIONS[: len(ids)]
    normed = norm(x)

    query = normed[-1] @ QUERY.T + QUERY_BIAS
    keys = normed @ KEY.T + KEY_BIAS
    values = normed @ VALUE.T + VALUE_BIAS
    products = keys @ query
    scores = products / math.sqrt(CONFIG.channels)
    score_powers = scores.exp()
    weights = score_powers / score_powers.sum()
    gathered = weights @ values
    attended = gathered @ OUTPUT.T + OUTPUT_BIAS
    x_attended = x[-1] + attended

    normed_again = norm(x_attended)
    sums = normed_again @ EXPAND.T + EXPAND_BIAS
    activations = F.gelu(sums, approximate="tanh")
    added = activations @ CONTRACT.T + CONTRACT_BIAS
    x_end = x_attended + added

    hidden = norm(x_end)
    logits = TOKENS @ hidden
    powers = logits.exp()
    probabilities = powers / powers.sum()
    return Steps(
        x,
        normed,
        query,
        keys,
        values,
        products,
        scores,
        score_powers,
        weights,
        gathered,
        attended,
        x_attended,
        normed_again,
        sums,
        activations,
        added,
        x_end,
        hidden,
        logits,
        powers,
        probabilities,
    )


def norm(x: Tensor) -> Tensor:
    """Each vector less its mean, divided by its spread, then stretched and shifted.

    A hundred-thousandth is added under the root, so that nothing is ever divided by zero.
    """
    away = x - x.mean(-1, keepdim=True)
    spread = (away.pow(2).mean(-1, keepdim=True) + CONFIG.norm_epsilon).sqrt()
    normed: Tensor = FACTORS * (away / spread) + SHIFTS
    return normed
