"""Two models before the same text: where their cuts agree, and how far apart their guesses are.

Models with other vocabularies cut a text elsewhere, and their tokens cannot be compared one by one.
Two things can: a stretch of text that both cut off at both ends, and how what comes next begins.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

import torch
from torch import Tensor

from gpt.reading import Row
from gpt.tokenizer import Token, Tokenizer

NO_BYTE = 256
"""Stands for a byte where there is none: `<|endoftext|>`, a space alone, an id without an entry."""


@dataclass(frozen=True)
class Stretch:
    """A shortest piece of text that both models cut off at both ends: its bytes, their tokens.

    `one` and `other` are the positions of its tokens in each reading.
    """

    bytes: bytes
    one: range
    other: range


def aligned(one: Sequence[Token], other: Sequence[Token]) -> list[Stretch]:
    """The stretches of the text that both have read, in its order.

    Both end with the same byte of the text; a model with a shorter context begins later.
    """
    cuts = [_cuts(tokens) for tokens in (one, other)]
    shared = sorted(cuts[0].keys() & cuts[1].keys(), reverse=True)
    spelled = b"".join(token.bytes for token in one)
    return [
        Stretch(
            spelled[len(spelled) - begin : len(spelled) - end],
            range(cuts[0][begin], cuts[0][end]),
            range(cuts[1][begin], cuts[1][end]),
        )
        for begin, end in pairwise(shared)
    ]


def surprise(rows: Sequence[Row], tokens: range) -> float:
    """How much these tokens surprised a model together, in bits: −log₂ of their probability.

    NaN when the first of them is the first of all: nothing was said of it before it came.
    """
    if tokens.start == 0:
        return math.nan
    outcomes = [rows[position - 1].outcome for position in tokens]
    return sum(outcome.surprise for outcome in outcomes if outcome is not None)


def beginnings(probabilities: Tensor, tokenizer: Tokenizer) -> Tensor:
    """(514,): how likely each beginning of what comes is; `beginning` spells them out.

    A beginning is the first byte, and after a space the byte that follows it in the same token.
    `probabilities` are those of the tokens, (V,); a network may have more rows than its vocabulary
    has entries.
    """
    places = torch.tensor([_place(spelling) for spelling in tokenizer.spellings])
    shares = probabilities.new_zeros(2 * (NO_BYTE + 1))
    shares.index_add_(0, places, probabilities[: len(places)])
    shares[NO_BYTE] += probabilities[len(places) :].sum()
    return shares


def beginning(place: int) -> bytes:
    """The bytes of a beginning by its place; none at all for `NO_BYTE`."""
    after_space, byte = divmod(place, NO_BYTE + 1)
    return b" " * after_space + (bytes([byte]) if byte < NO_BYTE else b"")


def total_variation(one: Tensor, other: Tensor) -> float:
    """How much probability must move to make one distribution the other: 0 alike, 1 nothing shared.

    Half the sum of the differences, Σ |p − q| / 2.
    """
    return float((one - other).abs().sum() / 2)


def _place(spelling: bytes) -> int:
    after_space = spelling.startswith(b" ")
    rest = spelling[after_space:]
    return after_space * (NO_BYTE + 1) + (rest[0] if rest else NO_BYTE)


def _cuts(tokens: Sequence[Token]) -> dict[int, int]:
    """The bytes from each cut to the end of the text → the number of the token that begins there.

    A token without bytes stands before the text and begins nothing.
    """
    lengths = [len(token.bytes) for token in tokens]
    begins = [0, *accumulate(lengths)]
    cuts = {begins[-1] - begin: n for n, begin in enumerate(begins[:-1]) if lengths[n]}
    return cuts | {0: len(tokens)}
