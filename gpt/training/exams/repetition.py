"""Does a text go round in circles? The share of its four-word runs that it says only once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from statistics import mean

from gpt.training.corpus import SOURCES, heldout_documents
from gpt.training.exams.text import words

WORDS = 110
RUN = 4

HUMAN = {"en": "en_tinystories", "fr": "fr_simple"}
"""Where the texts come from that the model's are compared with."""


@dataclass(frozen=True)
class Variety:
    """The mean share of distinct 4-grams, of so many texts, and how many words were looked at."""

    distinct: float
    texts: int
    words: float


def distinct(text: str) -> float | None:
    """Distinct 4-grams of words over all, in the first 110 words; None for less than four."""
    said = words(text)[:WORDS]
    runs = [tuple(said[first : first + RUN]) for first in range(len(said) - RUN + 1)]
    return len(set(runs)) / len(runs) if runs else None


def variety(texts: Iterable[str]) -> Variety:
    """Over all texts that have a 4-gram. Raises ValueError when none has."""
    shares = [(share, text) for text in texts if (share := distinct(text)) is not None]
    if not shares:
        raise ValueError("no text has four words")
    looked_at = mean(min(WORDS, len(words(text))) for _, text in shares)
    return Variety(mean(share for share, _ in shares), len(shares), looked_at)


def human_texts(corpus: Path, language: str) -> list[str]:
    """Held-out stories with at least 110 words, as written by people."""
    source = next(source for source in SOURCES if source.name == HUMAN[language])
    documents = heldout_documents(corpus, source)
    return [text for text in documents if len(words(text)) >= WORDS]
