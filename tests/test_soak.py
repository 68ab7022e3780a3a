"""benchmarks/soak.py runs, and sees memory that grows."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import cast

import pytest

from benchmarks import soak
from benchmarks.running import App


@pytest.mark.skipif(sys.platform != "linux", reason="Linux tells what processes share")
def test_a_class_stays_without_an_error(app: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """For a second, beside the other tests; that memory stays flat, the benchmark tells."""
    monkeypatch.setattr(soak, "COUNT", 4)
    monkeypatch.setattr(soak, "PACE", 0.1)
    monkeypatch.setattr(soak, "processes", lambda _: [os.getpid()])
    running = App(cast("subprocess.Popen[bytes]", None), app, 0.0)
    within, errors, memory = soak.soaked(running, lasting=1.2)
    assert within.ours > 0
    assert errors.ours == 0
    assert memory.theirs is not None
    assert min(memory.ours, memory.theirs) > 10


def test_memory_that_grows_is_seen() -> None:
    before, after = soak.began_and_ended([100.0 + each for each in range(60)])
    assert after / before > 1.4
    before, after = soak.began_and_ended([100.0, 500.0, *[100.0] * 57, 500.0])
    assert after == before


def test_no_text_is_begun_twice() -> None:
    first = soak.another("", True)
    assert soak.another(first, False) == first
    assert soak.another(first, True) != first
