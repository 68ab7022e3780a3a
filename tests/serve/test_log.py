"""serve/log.py: one line for whatever is told of, and nothing in it that a terminal carries out."""

from __future__ import annotations

import logging
import re
from typing import Any

import pytest

from serve.log import LONGEST, OneLine, harmless


def line(message: str, *given: object, fault: BaseException | None = None) -> str:
    told: Any = (type(fault), fault, fault.__traceback__) if fault else None
    record = logging.LogRecord("any", logging.ERROR, "here", 1, message, given, told)
    return OneLine().format(record)


def failing(said: str) -> BaseException:
    try:
        {"": 0}[said]
    except KeyError as fault:
        return fault
    raise AssertionError


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ("a\x1b[31mb", "a\\x1b[31mb"),
        ("a\r\nERROR: forged", "a\\r\\nERROR: forged"),
        ("\x9b0m\u2028\x7f", "\\x9b0m\\u2028\\x7f"),
        ("\ud800", "\\ud800"),
        ("É 日 😀", "É 日 😀"),
    ],
)
def test_control_characters_are_written_out(sent: str, told: str) -> None:
    assert harmless(sent) == told
    assert line("GET %s failed", sent) == f"ERROR: GET {told} failed"


def test_a_line_has_a_bound() -> None:
    told = line("%s", "x" * 100_000, fault=failing("y" * 100_000))
    assert "x" * LONGEST in told
    assert "x" * (LONGEST + 1) not in told
    assert "(100000 characters)" in told
    assert len(told) < 3 * LONGEST


def test_a_fault_is_told_in_the_same_line_with_the_way_to_it() -> None:
    fault = failing("\x1b]0;mine\x07\n")
    told = line("GET %s failed", "/x", fault=fault)
    assert len(told.splitlines()) == 1
    assert re.fullmatch(
        r"ERROR: GET /x failed: KeyError: '.*mine.*' at serve/test_log\.py:\d+ failing", told
    )
    assert "\x1b" not in told
