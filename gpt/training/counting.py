"""What a writer without attention learns from the same text: the counts of `gpt.counts`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gpt.counts import MEMORY, Counts
from gpt.tokenizer import Tokenizer
from gpt.training.baseline import corpus_stream

Ids = NDArray[np.integer[Any]]

UNKNOWN = -1
LEAST = (4, 6, 8, 10)
"""How often a run of two, three, four, five tokens must be met to be kept."""

TOLD_PASSES = 3


def count_runs(
    stream: NDArray[np.uint16], vocabulary: int, start: int, least: tuple[int, ...] = LEAST
) -> Counts:
    """Count the runs of one to five tokens in documents that each stand behind a start token.

    A run may begin with that token, as a text does, or end with the next document's, which is how a
    text ends; none goes across.
    """
    seen_before = _seen_before(stream == start)
    place: Ids = stream.astype(np.int64)
    tokens = [np.arange(vocabulary, dtype=np.uint16)]
    counts = [np.bincount(stream, minlength=vocabulary).astype(np.int32)]
    followers = []
    for memory, few in zip(range(1, MEMORY + 1), least, strict=True):
        before = np.roll(place, 1)
        before[0] = UNKNOWN
        whole = np.flatnonzero((seen_before >= memory) & (before != UNKNOWN))
        keys, inverse, met = np.unique(
            before[whole] * vocabulary + stream[whole], return_inverse=True, return_counts=True
        )
        often = met >= few
        new_place = np.where(often, often.cumsum() - 1, UNKNOWN)
        place = np.full(len(stream), UNKNOWN, dtype=np.int64)
        place[whole] = new_place[inverse]
        keys, met = keys[often], met[often]
        followers.append(
            np.bincount(keys // vocabulary, minlength=len(tokens[-1])).astype(np.uint16)
        )
        tokens.append((keys % vocabulary).astype(np.uint16))
        counts.append(met.astype(np.int32))
    return Counts(tokens, counts, followers)


def count_texts(corpus: Path, tokenizer: Tokenizer) -> Counts:
    """The counts of the training text: each document of every source once, typed plainly.

    Of what is told anew at every pass, some passes are counted.
    """
    stream = corpus_stream(corpus, tokenizer, TOLD_PASSES)
    return count_runs(stream, tokenizer.size, tokenizer.end_of_text)


def _seen_before(starts: NDArray[np.bool_]) -> Ids:
    """How many tokens of the same document stand before each, the start token among them."""
    places = np.arange(len(starts))
    last_start = np.maximum.accumulate(np.where(starts, places, 0))
    before = np.roll(places - last_start, 1) + 1
    before[0] = 0
    return before
