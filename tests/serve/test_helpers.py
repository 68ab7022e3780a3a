"""The app with helpers, without, and when one is killed: always the same answers."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.conftest import start, wait_until_ready
from tests.engine.waiting import until
from tests.ports import free_port
from tests.processes import made_by
from tests.serve.lab_page import lab_page

LANGUAGES = {"fr": "/labo", "en": "/lab"}
TEXTS = ("Il était une fois", "Once upon a time", "😀\0<b>", "")


@contextmanager
def app(folder: Path, helpers: int, **environment: str) -> Iterator[tuple[httpx.Client, int]]:
    """A browser without a screen before an app of its own, and the number of that process."""
    port = free_port()
    process = start(port, folder, OPENBOOK_HELPERS=str(helpers), **environment)
    try:
        address = wait_until_ready(process, port, folder)
        with httpx.Client(base_url=address, trust_env=False, timeout=60) as client:
            yield client, process.pid
    finally:
        process.terminate()
        assert process.wait(timeout=30) == 0, (folder / "log").read_text("utf-8")


def panels(client: httpx.Client) -> list[str]:
    """Two panels on every text, in both languages."""
    return [
        client.get(f"/fragments/{language}/{panel}", params={"prompt": text, "act": "add"}).text
        for language in LANGUAGES
        for panel in ("rows", "logits")
        for text in TEXTS
    ]


def labs(client: httpx.Client) -> list[Any]:
    """What several events of the lab give, one after the other: typed, added, moved, searched."""
    given: list[Any] = []
    for address in LANGUAGES.values():
        lab = lab_page(client, address)
        memory = lab.value("memory")
        acts: list[tuple[str, str, list[Any]]] = [
            ("read", "click", [TEXTS[2]]),
            ("add", "click", [TEXTS[1]]),
            ("search", "change", ["e"]),
            ("strategy", "input", ["greedy", 1.0, 0, 1.0, 7]),
            ("back", "click", []),
        ]
        for elem_id, name, more in acts:
            answer = lab.call(lab.event(elem_id, name), memory, *more)
            assert answer.status_code == 200
            given.append(answer.json()["data"])
            memory = given[-1][0]
    return given


@pytest.mark.skipif(sys.platform != "linux", reason="helpers are for Linux")
def test_helpers_change_no_answer_and_a_killed_one_is_not_missed(tmp_path: Path) -> None:
    (tmp_path / "without").mkdir()
    (tmp_path / "with").mkdir()
    with app(tmp_path / "without", 0) as (client, process):
        assert made_by(process) == []
        told = panels(client), labs(client)
    with app(tmp_path / "with", 2) as (client, process):
        (nursery,) = made_by(process)
        helpers = made_by(nursery)
        assert len(helpers) == 2
        assert (panels(client), labs(client)) == told
        os.kill(helpers[0], signal.SIGKILL)
        assert (panels(client), labs(client)) == told
        assert client.get("/healthz").json() == {"ok": True, "model": True}
        os.kill(helpers[1], signal.SIGKILL)
        assert (panels(client), labs(client)) == told
        assert client.get("/healthz").json() == {"ok": True, "model": True}
        until(lambda: len(set(made_by(nursery)) - set(helpers)) == 2)
        assert (panels(client), labs(client)) == told
    assert "A helper ended" in (tmp_path / "with" / "log").read_text("utf-8")
