"""The app before a Ray cluster: the same answers; a replica killed under load is not missed."""

from __future__ import annotations

import os
import re
import signal
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from itertools import count
from pathlib import Path

import httpx
import pytest

from tests.processes import made_by
from tests.serve.test_helpers import app, labs, panels

PATIENCE = 400.0
"""Seconds that a replica may take to come: it imports and opens all that the app does."""

AT_ONCE, STEPS = 8, 12
CLUSTER = {"OPENBOOK_ENGINE": "ray://local", "PYTHONPATH": ""}
"""Ray's processes speak to each other by the address of the machine: the network is not cut."""

BEGIN = "Once upon a time, there was a little cat, and then came"
WRITTEN = re.compile(r'name="written" value="([\d.]*)"')


@pytest.mark.skipif(find_spec("ray") is None, reason="what requirements-ray.txt names is missing")
def test_replicas_change_no_answer_and_no_step_is_lost_with_one(tmp_path: Path) -> None:
    (tmp_path / "without").mkdir()
    (tmp_path / "with").mkdir()
    with app(tmp_path / "without", 0) as (client, _):
        told = panels(client), labs(client)
        texts = written(client)
    with app(tmp_path / "with", 2, **CLUSTER) as (client, process):
        until(lambda: replicas_of(client) == 2)
        assert (panels(client), labs(client)) == told
        first = named(process, "ray::ServeReplica")
        assert len(first) == 2
        assert written(client, lambda: os.kill(first[0], signal.SIGKILL)) == texts
        until(lambda: len(set(named(process, "ray::ServeReplica")) - {first[0]}) == 2)
        until(lambda: replicas_of(client) == 2)
        assert (panels(client), labs(client)) == told
    said = (tmp_path / "with" / "log").read_text("utf-8")
    assert "A replica was lost" in said


def written(client: httpx.Client, meanwhile: Callable[[], object] = object) -> list[str]:
    """What several write at once, token by token; something happens when they are half way."""
    passed = count(1)

    def write(number: int) -> str:
        text = ""
        for _ in range(STEPS):
            asked = {
                "prompt": f"{BEGIN} {number}",
                "act": "add",
                "value": "1",
                "written": text,
            }
            answer = client.post("/fragments/en/next", data=asked)
            assert answer.status_code == 200
            found = WRITTEN.search(answer.text)
            assert found is not None
            assert found[1] != text
            text = found[1]
            if next(passed) == AT_ONCE * STEPS // 2:
                meanwhile()
        return text

    with ThreadPoolExecutor(AT_ONCE) as hands:
        return list(hands.map(write, range(AT_ONCE)))


def replicas_of(client: httpx.Client) -> int:
    """How many the app counts."""
    found = re.search(r"^openbook_helpers (\d+)", client.get("/metrics").text, re.MULTILINE)
    assert found is not None
    return int(found[1])


def named(process: int, name: str) -> list[int]:
    """Those that a process made, and they in turn, of this name."""
    made = made_by(process)
    mine = [each for each in made if name in Path(f"/proc/{each}/cmdline").read_text("utf-8")]
    return mine + [found for each in made for found in named(each, name)]


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end
        time.sleep(0.2)
