"""engine/memory.py: what the libraries under us keep for themselves is bounded."""

from __future__ import annotations

import ctypes
import math
import os
import subprocess
import sys
from types import SimpleNamespace

import pytest

import gpt
from engine import memory
from engine.engine import Engine
from tests.conftest import ROOT
from tests.engine.waiting import until

READING = """
import ctypes, random
from engine.process import models

class Told(ctypes.Structure):
    _fields_ = [(name, ctypes.c_size_t) for name in "abcdefghij"]

told = ctypes.CDLL(None).mallinfo2
told.restype = Told
model = models.always.model
model.read_ids([5] * 100)
before = told()
for length in range(20, 80):
    model.read_ids([5] * length)
after = told()
print(after.h + after.e - before.h - before.e)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only glibc tells what is allocated")
def test_texts_of_every_length_leave_nothing_behind() -> None:
    done = subprocess.run(
        [sys.executable, "-c", READING], cwd=ROOT, capture_output=True, text=True, timeout=120,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) < 60_000_000  # unbounded, 140 MB


@pytest.mark.skipif(sys.platform != "linux", reason="only glibc gives memory back when asked")
def test_what_is_free_is_given_back_once_nobody_waits_and_not_each_time(
    model: gpt.Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[int] = []
    libc = SimpleNamespace(malloc_trim=given.append)
    monkeypatch.setattr(ctypes, "CDLL", lambda _: libc)
    monkeypatch.setattr(memory, "_given_back", -math.inf)
    monkeypatch.setattr("engine.engine.load", lambda *_: model)
    engine = Engine("tiny")
    for number in range(3):
        engine.read([5, 6, number])
        until(lambda: not engine._busy)
    until(lambda: given == [0])
    monkeypatch.setattr(memory, "PAUSE", 0.0)
    engine.read([9])
    until(lambda: given == [0, 0])
