"""engine/memory.py: what the libraries under us keep for themselves is bounded."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.conftest import ROOT

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
