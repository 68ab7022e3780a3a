"""Runs of ten tokens that were read before."""

from __future__ import annotations

import math

import numpy as np

from gpt.training.exams.by_heart import RUN, by_heart, prints


def test_a_run_counts_only_when_all_ten_were_read_in_a_row() -> None:
    read = np.arange(100, 130, dtype=np.uint16)
    inside = list(range(105, 117))
    broken = [*range(100, 109), 999, *range(110, 119)]
    assert by_heart([inside], read).right == by_heart([inside], read).asked == 3
    assert (by_heart([broken], read).right, by_heart([broken], read).asked) == (0, 10)
    assert by_heart([inside, broken], read).share == 3 / 13
    assert by_heart([inside[::-1]], read).right == 0


def test_what_is_shorter_than_a_run_is_not_asked() -> None:
    read = np.arange(30, dtype=np.uint16)
    assert math.isnan(by_heart([list(range(RUN - 1))], read).share)
    assert math.isnan(by_heart([], read).share)
    assert by_heart([[0] * RUN], np.zeros(5, dtype=np.uint16)).right == 0


def test_other_runs_have_other_prints() -> None:
    generator = np.random.default_rng(1)
    ids = generator.integers(0, 3, 20_000).astype(np.uint64)
    runs = {tuple(ids[first : first + RUN]) for first in range(len(ids) - RUN + 1)}
    assert len(set(prints(ids).tolist())) == len(runs)
