"""engine/tally.py: what the copies of a process count is seen in all of them."""

from __future__ import annotations

import os
import sys

import pytest

from engine.tally import Tally


@pytest.mark.skipif(sys.platform != "linux", reason="helpers are for Linux")
def test_what_a_copy_counts_is_seen_here() -> None:
    tally = Tally()
    tally.count(passes=1, texts=3)
    tally.count(passes=1, seconds=0.5)
    child = os.fork()
    if child == 0:
        tally.take(2)
        tally.count(passes=5, tokens=7)
        tally.put("model", 100)
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    assert [tally.total(name) for name in ("passes", "texts", "tokens", "seconds", "model")] == [
        7, 3, 7, 0.5, 100,
    ]  # fmt: skip
    assert tally.processes == [os.getpid(), child]
