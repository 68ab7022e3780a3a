"""The counted writer against a slow one that follows the definition."""

from __future__ import annotations

import lzma
import random
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest

from gpt import CheckpointError, Settings, distribution, draw
from gpt.counts import DISCOUNT, FILE, MEMORY, Counts, read_counts
from gpt.training.baseline import as_stream
from gpt.training.counting import count_runs

V = 9
END = 0
LEAST = (1, 2, 2, 3)

Run = tuple[int, ...]


def documents(seed: int, count: int = 60) -> list[list[int]]:
    rng = random.Random(seed)
    return [
        [rng.choice((1, 2, 2, 3, 3, 3, 4, 5, 6, 7)) for _ in range(rng.randrange(1, 14))]
        for _ in range(count)
    ]


class Slow:
    """Runs in a dictionary, shares by recursion."""

    def __init__(self, texts: list[list[int]]) -> None:
        stream = [END, *[token for text in texts for token in [*text, END]]][:-1]
        met = Counter(run for run in _windows(stream) if END not in run[1:-1])
        self.met = {run: times for run, times in met.items() if self._known(run, met)}

    @staticmethod
    def _known(run: Run, met: Counter[Run]) -> bool:
        """Only what goes on from a known run is known."""
        return all(met[run[:n]] >= LEAST[n - 2] for n in range(2, len(run) + 1))

    def share(self, memory: Run, token: int) -> float:
        if not memory:
            return self.met.get((token,), 0) / sum(v for k, v in self.met.items() if len(k) == 1)
        below = self.share(memory[1:], token)
        known = {run[-1]: v for run, v in self.met.items() if run[:-1] == memory}
        if not known:
            return below
        met = self.met[memory]
        left = 1 - sum(times - DISCOUNT for times in known.values()) / met
        return max(known.get(token, DISCOUNT) - DISCOUNT, 0) / met + left * below


def _windows(stream: list[int]) -> list[Run]:
    return [
        tuple(stream[end - n : end])
        for n in range(1, MEMORY + 2)
        for end in range(n, len(stream) + 1)
    ]


def counted(texts: list[list[int]]) -> Counts:
    return count_runs(as_stream(texts, END), V, END, LEAST)


@pytest.mark.parametrize("seed", range(4))
def test_the_shares_are_those_of_the_definition(seed: int) -> None:
    texts = documents(seed)
    fast, slow = counted(texts), Slow(texts)
    rng = random.Random(seed)
    for _ in range(60):
        text = [END, *rng.choice(texts)]
        memory = tuple(text[max(0, len(text) - rng.randrange(1, MEMORY + 1)) :])
        shares = fast.after(memory).probabilities
        assert shares.sum() == pytest.approx(1)
        assert shares.tolist() == pytest.approx([slow.share(memory, token) for token in range(V)])


def test_by_hand() -> None:
    """1 2 1 3 1 2, one text: after 1 came 2 twice and 3 once."""
    fast = count_runs(as_stream([[1, 2, 1, 3, 1, 2]], END), 4, END, (1, 1, 1, 1))
    after = fast.after([1], 1)
    alone = [1 / 7, 3 / 7, 2 / 7, 1 / 7]
    left = 2 * DISCOUNT / 3
    two, three = (2 - DISCOUNT) / 3, (1 - DISCOUNT) / 3
    expected = [left * alone[0], left * alone[1], two + left * alone[2], three + left * alone[3]]
    assert after.probabilities.tolist() == pytest.approx(expected)
    assert (after.length, after.met) == (1, 3)
    assert fast.after([], 4).probabilities.tolist() == pytest.approx(alone)
    assert (fast.after([]).length, fast.after([]).met) == (0, 7)


def test_it_says_how_much_of_a_memory_it_has_met() -> None:
    fast = counted([[1, 2, 3, 4, 5]] * 3)
    assert [fast.after([1, 2, 3, 4], most).length for most in range(MEMORY + 1)] == [0, 1, 2, 3, 4]
    assert fast.after([7, 2, 3, 4]).length == 3
    assert fast.after([1, 2, 3, 7]).length == 0
    assert fast.after([8, 20_000]).length == 0  # an id that was never counted


def written(fast: Counts, settings: Settings) -> list[int]:
    """Up to twenty tokens from the start, by the choice that a GPT's scores go through."""
    text = [END]
    while len(text) <= 20 and (len(text) == 1 or text[-1] != END):
        here = distribution(fast.after(text).scores, settings)
        text.append(here.choose(draw(settings.seed, len(text) - 1)).token_id)
    return text[1:]


def test_a_text_that_was_met_is_written_to_its_end() -> None:
    fast = counted([[1, 2, 3, 4, 5]] * 3)
    assert written(fast, Settings("greedy")) == [1, 2, 3, 4, 5, END]
    drawn = [written(fast, Settings(seed=seed)) for seed in (1, 1, 2, 3)]
    assert drawn[0] == drawn[1]
    assert any(one != other for one, other in pairwise(drawn))


def test_stored_and_read_back(tmp_path: Path) -> None:
    fast = counted(documents(1))
    fast.save(tmp_path / FILE)
    again = read_counts(tmp_path)
    assert again.total == fast.total
    for run in ([], [1], [END, 3], [2, 3, 3], [3, 2, 3, 3]):
        assert again.after(run).probabilities.equal(fast.after(run).probabilities)


def test_counts_that_are_missing_or_damaged_are_told(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="missing"):
        read_counts(tmp_path)
    (tmp_path / FILE).write_bytes(lzma.compress(b"nothing of the kind"))
    with pytest.raises(CheckpointError, match="damaged"):
        read_counts(tmp_path)
    (tmp_path / FILE).write_bytes(b"not packed")
    with pytest.raises(CheckpointError, match="damaged"):
        read_counts(tmp_path)
