"""How much of a text stands word for word in what the model has read: its runs of ten tokens."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gpt.training.exams.score import Score

Ids = NDArray[np.integer[Any]]

RUN = 10
FACTOR = np.uint64(0x9E3779B97F4A7C15)
"""An odd number whose powers spread a run over 64 bits."""


def by_heart(texts: Iterable[Sequence[int]], read: Ids) -> Score:
    """Of all runs of ten tokens in some texts, those that stand in the tokens read.

    Runs are compared by a number of 64 bits: two that differ have the same one about once in 10¹⁹.
    """
    runs = [prints(np.asarray(ids, dtype=np.uint64)) for ids in texts]
    asked = np.concatenate(runs) if runs else np.empty(0, dtype=np.uint64)
    met = np.isin(asked, prints(read.astype(np.uint64)))
    return Score(int(met.sum()), len(asked))


def prints(ids: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """A number for every run of ten tokens, in order; none for fewer than ten."""
    count = max(0, len(ids) - RUN + 1)
    found = np.zeros(count, dtype=np.uint64)
    for place in range(RUN):
        found = found * FACTOR + (ids[place : place + count] + np.uint64(1))
    return found
