"""benchmarks/flood.py runs: a reader is answered while one address asks for all it can get."""

from __future__ import annotations

import asyncio
import sys

import pytest

from benchmarks.flood import measured


@pytest.mark.skipif(sys.platform != "linux", reason="one loopback has many addresses on Linux only")
def test_a_reader_is_answered_while_others_flood_the_site(app: str) -> None:
    """Every answer is there; how soon, the benchmark tells on an idle machine."""
    found = {line.what: line.ours for line in asyncio.run(measured(app, lasting=0.5))}
    assert [count for what, count in found.items() if what.endswith("errors")] == [0, 0]
    assert all(taken > 0 for what, taken in found.items() if not what.endswith("errors"))
    assert len(found) == 6
