"""A text word by word: where its words are, which tokens spell each, and what each cost in bits.

Punctuation belongs to no word. A word of several tokens is as likely as they are one after the
other: its probability is their product, its bits are their sum.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from gpt.reading import Reading, Row
from gpt.tokenizer import Token

LETTER = r"[\w\u0300-\u036f]"
WORD = re.compile(
    rf"(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|quoiqu)['’](?={LETTER})|{LETTER}+(?:['’-]{LETTER}+)*",
    re.IGNORECASE,
)
"""A word; what French elides before a vowel (*l’*, *qu’*) is one by itself, *don’t* is one too."""


@dataclass(frozen=True)
class Word:
    """A word's place in its text, `text[start:end]`."""

    start: int
    end: int


@dataclass(frozen=True)
class Cost:
    """What a word cost: the positions of the tokens that spell it, and how likely they were.

    `bits` is the sum of their −log₂ p; `first` tells whether each of them came first in its row.
    """

    positions: tuple[int, ...]
    bits: float
    first: bool

    @property
    def probability(self) -> float:
        return math.exp2(-self.bits)


def words(text: str) -> list[Word]:
    """The words of a text, in their order."""
    return [Word(*found.span()) for found in WORD.finditer(text)]


def spelling(text: str, found: Sequence[Word], tokens: Sequence[Token]) -> list[tuple[int, ...]]:
    """Of each word, the positions of its tokens among those of the text, start token included.

    A token that two words share belongs to the first. A tokenizer may put a space of its own before
    a text, and a start token has no bytes.
    """
    ends = list(accumulate(len(token.bytes) for token in tokens))
    ahead = ends[-1] - len(text.encode()) if ends else 0
    places, taken, at = [], 0, 0
    for word in found:
        begins = ahead + len(text[: word.start].encode())
        over = ahead + len(text[: word.end].encode())
        while at < len(ends) and ends[at] <= begins:
            at += 1
        first, last = max(at, taken), at
        while last < len(ends) and ends[last] - len(tokens[last].bytes) < over:
            last += 1
        places.append(tuple(range(first, last)))
        taken = last
    return places


def costs(reading: Reading, rows: Sequence[Row], text: str, found: Sequence[Word]) -> list[Cost]:
    """What each word of the text that was read cost; the rows are the reading's.

    A token at position t was foreseen by the row before it. The very first one had none, and costs
    nothing.
    """
    judged = []
    for positions in spelling(text, found, reading.tokens):
        came = [outcome for t in positions if t and (outcome := rows[t - 1].outcome)]
        bits = math.fsum(outcome.surprise for outcome in came)
        judged.append(Cost(positions, bits, all(outcome.rank == 1 for outcome in came)))
    return judged
