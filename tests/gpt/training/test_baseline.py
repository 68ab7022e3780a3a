"""The 5-gram model against a slow one that follows the definition."""

from __future__ import annotations

import lzma
import random
from collections import Counter, defaultdict

import numpy as np
import pytest

from gpt.training.baseline import FiveGram, as_stream, xz_bits_per_byte
from gpt.training.corpus import SOURCES
from gpt.training.evaluate import Text

V = 9
START = 0

Gram = tuple[int, ...]


def documents(seed: int, count: int) -> list[list[int]]:
    rng = random.Random(seed)
    return [
        [rng.choice((1, 2, 2, 3, 3, 3, 4, 5, 6, 7)) for _ in range(rng.randrange(1, 14))]
        for _ in range(count)
    ]


class Slow:
    """Interpolated Kneser–Ney with three discounts, in dictionaries."""

    def __init__(self, texts: list[list[int]]) -> None:
        plain: Counter[Gram] = Counter()
        for text in texts:
            whole = (START, *text)
            for end in range(2, len(whole) + 1):
                for n in range(1, min(5, end) + 1):
                    plain[whole[end - n : end]] += 1
        preceded: defaultdict[Gram, set[int]] = defaultdict(set)
        for gram in plain:
            preceded[gram[1:]].add(gram[0])
        self.counts = {
            gram: len(preceded[gram]) if len(gram) < 5 and preceded[gram] else count
            for gram, count in plain.items()
        }

    def discount(self, gram: Gram) -> float:
        n = Counter(min(c, 5) for g, c in self.counts.items() if len(g) == len(gram))
        share = n[1] / (n[1] + 2 * n[2]) if n[1] else 0.5
        k = min(self.counts[gram], 3)
        wanted = k - (k + 1) * share * n[k + 1] / n[k] if n[k] else share
        return min(max(wanted, 0.1), k)

    def probability(self, memory: Gram, token: int) -> float:
        n = len(memory) + 1
        seen = [g for g in self.counts if len(g) == n and g[:-1] == memory]
        below = self.probability(memory[1:], token) if memory else 1 / (V - 1)
        if not seen:
            return below
        total = sum(self.counts[g] for g in seen)
        left = sum(self.discount(g) for g in seen) / total
        gram = (*memory, token)
        here = (self.counts[gram] - self.discount(gram)) / total if gram in self.counts else 0.0
        return here + left * below


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_probability_follows_the_definition(seed: int) -> None:
    texts, others = documents(seed, 30), documents(seed + 100, 6)
    slow = Slow(texts)
    fast = FiveGram(as_stream(texts, START), V, START)
    found = fast.probabilities(as_stream(others, START))
    wanted: list[float] = []
    for text in others:
        whole = (START, *text)
        wanted.append(np.nan)
        wanted += [
            slow.probability(whole[max(0, end - 4) : end], whole[end])
            for end in range(1, len(whole))
        ]
    np.testing.assert_allclose(found, wanted, rtol=1e-6)


def test_the_tokens_that_can_come_share_one() -> None:
    fast = FiveGram(as_stream(documents(5, 40), START), V, START)
    for memory in ([], [3], [3, 2], [7, 7, 7, 7], [2, 3, 3, 1, 5, 2]):
        shares = [
            fast.probabilities(as_stream([[*memory, token]], START))[-1] for token in range(1, V)
        ]
        assert min(shares) > 0
        assert sum(shares) == pytest.approx(1, abs=1e-6)


def test_xz_is_measured_over_the_documents_bytes() -> None:
    content = ("One day the cat sat.\n" * 50).encode()
    text = Text(SOURCES[0], ((1, 2, 3),), content, len(content) - 50)
    packed = len(lzma.compress(content, preset=9 | lzma.PRESET_EXTREME))
    assert xz_bits_per_byte(text) == pytest.approx(8 * packed / (21 * 50 - 50))
