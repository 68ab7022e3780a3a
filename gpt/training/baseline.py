"""Two classical ways to foresee a text, to measure the model against.

The 5-gram model counts which token followed which four, and falls back on shorter memories by
interpolated Kneser–Ney smoothing with three discounts an order (Chen and Goodman, "An Empirical
Study of Smoothing Techniques for Language Modeling", 1999). `xz -9` is the file compressor.
"""

from __future__ import annotations

import lzma
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gpt.tokenizer import Tokenizer
from gpt.training.corpus import SOURCES, training_documents
from gpt.training.evaluate import Text

Ids = NDArray[np.integer[Any]]
Shares = NDArray[np.float64]

UNSEEN = -1
TOLD_PASSES = 10
LEAST = 0.1


class FiveGram:
    """An interpolated Kneser–Ney model over V tokens, counted from one stream of documents.

    `<|endoftext|>` stands before each document: it is remembered, never foreseen, and nothing
    before it is remembered. An n-gram is known by its place in a sorted array of keys, each key
    the place of its first n − 1 tokens times V plus its last token.
    """

    order = 5

    def __init__(self, stream: NDArray[np.uint16], vocabulary: int, start: int) -> None:
        self._vocabulary = vocabulary
        self._start = start
        self._keys: list[Ids] = []
        counts = self._count(stream)
        self._levels = [
            _Level(keys // vocabulary, count, size)
            for keys, count, size in zip(
                self._keys, counts[1:], [len(count) for count in counts[:-1]], strict=True
            )
        ]
        self._unigrams = _unigrams(counts[0], start)

    def probabilities(self, stream: NDArray[np.uint16]) -> Shares:
        """The probability of each token of a stream after those before it; NaN at a start."""
        tokens = stream.astype(np.int32)
        since = _since_start(tokens, self._start)
        found = self._unigrams[tokens]
        place: Ids = tokens
        for n, (keys, level) in enumerate(zip(self._keys, self._levels, strict=True), start=2):
            memory = _before(place)
            memory[since < n - 1] = UNSEEN
            place = _find(keys, memory, tokens, self._vocabulary)
            found = level.mix(memory, place, found)
        found[since == 0] = np.nan
        return found

    def _count(self, stream: NDArray[np.uint16]) -> list[Ids]:
        """Counts per n-gram, orders 1 to 5; below the highest, in how many ways each is preceded.

        Nothing precedes an n-gram that begins a document: that one keeps its plain count.
        """
        tokens = stream.astype(np.int32)
        since = _since_start(tokens, self._start)
        place: Ids = tokens
        size = self._vocabulary
        plain = np.bincount(tokens[since > 0], minlength=size)
        counts = []
        for n in range(2, self.order + 1):
            memory = _before(place)
            whole = np.flatnonzero(since >= n - 1)
            keys, example, inverse, count = np.unique(
                _key(memory[whole], tokens[whole], self._vocabulary),
                return_index=True,
                return_inverse=True,
                return_counts=True,
            )
            preceded = np.bincount(place[whole[example]], minlength=size)
            counts.append(np.where(preceded > 0, preceded, plain).astype(np.int32))
            place = np.full(len(tokens), UNSEEN, dtype=np.int32)
            place[whole] = inverse
            del whole, memory, example, inverse
            plain, size = count, len(keys)
            self._keys.append(keys)
        return [*counts, plain]


class _Level:
    """One order: what each memory discounts, and what it leaves to the order below."""

    def __init__(self, memory: Ids, count: Ids, memories: int) -> None:
        discounted = count - _discounts(count)
        total = np.bincount(memory, weights=count, minlength=memories)
        kept = np.bincount(memory, weights=discounted, minlength=memories)
        self._share = (discounted / total[memory]).astype(np.float32)
        self._left = np.ones(memories, dtype=np.float32)
        np.divide(total - kept, total, out=self._left, where=total > 0, casting="unsafe")

    def mix(self, memory: Ids, place: Ids, below: Shares) -> Shares:
        """This order's shares where its memory was ever seen, else those of the order below."""
        left = np.where(memory == UNSEEN, 1.0, self._left[memory])
        here = np.where(place == UNSEEN, 0.0, self._share[place])
        mixed: Shares = here + left * below
        return mixed


def _discounts(count: Ids) -> Shares:
    """What is taken off counts of 1, of 2, and of 3 or more, from how many there are of each.

    At least a little, so that unseen tokens keep a share when there is next to nothing to count.
    """
    once, twice, thrice, often = (int((count == times).sum()) for times in (1, 2, 3, 4))
    share = once / (once + 2 * twice) if once else 0.5
    table = np.array(
        [
            0.0,
            1 - 2 * share * twice / once if once else share,
            2 - 3 * share * thrice / twice if twice else share,
            3 - 4 * share * often / thrice if thrice else share,
        ]
    )
    table = np.clip(table, [0.0, LEAST, LEAST, LEAST], [0.0, 1.0, 2.0, 3.0])
    taken: Shares = table[np.minimum(count, 3)]
    return taken


def _unigrams(count: Ids, start: int) -> Shares:
    """The lowest order, mixed with an equal share for every token that can come."""
    discounted = count - _discounts(count)
    total = int(count.sum())
    shares: Shares = discounted / total + (total - discounted.sum()) / total / (len(count) - 1)
    shares[start] = 0.0
    return shares


def _since_start(tokens: Ids, start: int) -> Ids:
    """How many tokens ago the document's start token stood, at most 5; 0 at the token itself."""
    since = np.full(len(tokens), FiveGram.order, dtype=np.int8)
    starts = np.flatnonzero(tokens == start)
    for distance in reversed(range(FiveGram.order)):
        there = starts + distance
        since[there[there < len(tokens)]] = distance
    return since


def _before(place: Ids) -> Ids:
    memory = np.roll(place, 1)
    memory[:1] = UNSEEN
    return memory


def _key(memory: Ids, tokens: Ids, vocabulary: int) -> Ids:
    key: Ids = memory.astype(np.int64) * vocabulary + tokens
    return key


def _find(keys: Ids, memory: Ids, tokens: Ids, vocabulary: int) -> Ids:
    wanted = _key(memory, tokens, vocabulary)
    nearest = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where((memory != UNSEEN) & (keys[nearest] == wanted), nearest, UNSEEN)


def count_corpus(corpus: Path, tokenizer: Tokenizer) -> FiveGram:
    """The 5-gram model of the training text: each document of every source once, typed plainly.

    Of what is told anew at every pass, some passes are counted. The held-out texts are typed
    plainly too, so the variants that the model reads are left out, which is in favour of this
    baseline.
    """
    stream = corpus_stream(corpus, tokenizer, TOLD_PASSES)
    return FiveGram(stream, tokenizer.size, tokenizer.end_of_text)


def corpus_stream(corpus: Path, tokenizer: Tokenizer, told_passes: int) -> NDArray[np.uint16]:
    """Each document of every source once, so many passes of what is told anew at every pass."""
    documents = (
        document
        for source in SOURCES
        for number in range(1 if source.teller is None else told_passes)
        for document in training_documents(corpus, source, number)
    )
    return as_stream(map(tokenizer.encode, documents), tokenizer.end_of_text)


def as_stream(documents: Iterable[Sequence[int]], start: int) -> NDArray[np.uint16]:
    """Documents one after the other, the start token in front of each."""
    return np.concatenate([np.array([start, *ids], dtype=np.uint16) for ids in documents])


def five_gram_bits_per_byte(five_gram: FiveGram, text: Text, start: int) -> float:
    """What the 5-gram model needs for the documents of a text, each read by itself."""
    probabilities = five_gram.probabilities(as_stream(text.documents, start))
    return float(-np.nansum(np.log2(probabilities)) / text.bytes)


def xz_bits_per_byte(text: Text) -> float:
    """What `xz -9 --extreme` makes of all documents of a text in one file."""
    packed = lzma.compress(text.content, preset=9 | lzma.PRESET_EXTREME)
    return 8 * len(packed) / text.bytes
