"""serve/seldom.py: a log that a flood does not fill."""

from __future__ import annotations

import logging
import sys
from types import SimpleNamespace

import pytest

from serve import seldom
from serve.seldom import LOGS, MINUTE, Seldom, hush


def record(
    place: int, text: str, *args: object, error: Exception | None = None
) -> logging.LogRecord:
    told = (type(error), error, None) if error else None
    return logging.LogRecord("uvicorn.error", logging.WARNING, "file.py", place, text, args, told)


def test_a_kind_of_trouble_is_said_once_a_minute_and_then_how_often(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = 1000.0
    monkeypatch.setattr(seldom, "time", SimpleNamespace(monotonic=lambda: now))
    log = Seldom()
    assert log.filter(record(1, "%s failed", "/a"))
    assert not any(log.filter(record(1, "%s failed", f"/{n}")) for n in range(5))
    assert log.filter(record(2, "%s failed", "/a")), "another place"
    assert log.filter(record(1, "%s failed", "/a", error=ValueError())), "another fault"
    now += MINUTE
    said = record(1, "%s failed", "/b")
    assert log.filter(said)
    assert said.getMessage() == "/b failed (5 more like this within the last minutes)"
    now += MINUTE
    said = record(1, "%s failed", "/c")
    assert log.filter(said)
    assert said.getMessage() == "/c failed"


def test_the_door_and_the_server_under_it_are_hushed() -> None:
    before = {name: list(logging.getLogger(name).filters) for name in LOGS}
    try:
        hush()
        for name in LOGS:
            assert any(isinstance(each, Seldom) for each in logging.getLogger(name).filters)
    finally:
        for name, filters in before.items():
            logging.getLogger(name).filters = filters
    assert {name.split(".")[0] for name in LOGS} - set(sys.modules) == set()
