"""The chips: one per token read, and what they stand for."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.engine import Engine
from panels import tokens
from panels.screen.state import State
from panels.screen.view import look


def shown(engine: Engine, **state: Any) -> dict[str, Any]:
    return tokens.data(look(engine, State(**state)))


def test_every_token_has_its_chip(tiny: Engine) -> None:
    drawn = shown(tiny, prompt="Il était une fois")
    reading = tiny.model.read("Il était une fois")
    assert [chip["token"]["id"] for chip in drawn["chips"]] == list(reading.ids)
    assert [chip["position"] for chip in drawn["chips"]] == list(range(len(reading.ids)))
    assert [chip["start"] for chip in drawn["chips"]].count(True) == 1
    assert [chip["selected"] for chip in drawn["chips"]].index(True) == len(reading.ids) - 1
    assert (drawn["earlier"], drawn["dropped"], drawn["alone"]) == (0, 0, False)


@given(text=st.text(st.characters(codec="utf-8"), max_size=20))
def test_counts_are_those_of_the_text(conteur: Engine, text: str) -> None:
    drawn = shown(conteur, prompt=text)
    assert drawn["characters"] == len(text)
    assert drawn["bytes"] == len(text.encode())
    assert drawn["count"] == len(conteur.model.tokenizer.encode(text))
    assert drawn["alone"] == (text == "")


def test_a_character_is_a_code_point_and_may_be_four_bytes(tiny: Engine) -> None:
    drawn = shown(tiny, prompt="e\u0301\0😀")
    assert (drawn["characters"], drawn["bytes"]) == (4, 8)


def test_no_text_is_the_start_token_alone(tiny: Engine) -> None:
    drawn = shown(tiny)
    assert (drawn["count"], drawn["characters"], drawn["bytes"]) == (0, 0, 0)
    assert drawn["alone"]
    assert drawn["starts"]
    assert [chip["start"] for chip in drawn["chips"]] == [True]


def test_written_tokens_are_marked(tiny: Engine) -> None:
    drawn = shown(tiny, prompt="a", written=(5, 6))
    assert [chip["written"] for chip in drawn["chips"]] == [False, False, True, True]
    assert not shown(tiny, written=(5,))["alone"]


def test_a_prompt_that_does_not_fit_says_how_much_is_not_read(tiny: Engine) -> None:
    prompt = "forêt " * 30
    total = len(tiny.model.tokenizer.encode(prompt))
    drawn = shown(tiny, prompt=prompt)
    assert drawn["context"] == 32
    assert drawn["dropped"] == total - drawn["count"] > 0
    assert drawn["count"] + 1 == len(drawn["chips"]) <= 32


def test_the_start_token_is_never_a_written_one(tiny: Engine) -> None:
    chips = shown(tiny, written=tuple(range(1, 101)))["chips"]
    assert [chip["start"] for chip in chips] == [True] + [False] * (len(chips) - 1)
    assert [chip["written"] for chip in chips] == [False] + [True] * (len(chips) - 1)


def test_of_a_long_text_the_end_is_shown_until_all_is_asked_for(conteur: Engine) -> None:
    state = {"prompt": "a. " * 60}
    drawn = shown(conteur, **state)
    assert len(drawn["chips"]) == tokens.CHIPS
    assert drawn["earlier"] == drawn["count"] + 1 - tokens.CHIPS
    assert not any(chip["gap"] for chip in drawn["chips"])
    whole = shown(conteur, **state, everything=True)
    assert (len(whole["chips"]), whole["earlier"]) == (drawn["count"] + 1, 0)


def test_a_selected_early_token_stands_before_a_gap(conteur: Engine) -> None:
    drawn = shown(conteur, prompt="a. " * 60, position=2)
    first, second, third = drawn["chips"][:3]
    assert (first["position"], first["selected"], first["gap"]) == (2, True, False)
    assert (second["gap"], third["gap"]) == (True, False)
    assert drawn["earlier"] == drawn["count"] + 1 - tokens.CHIPS - 1


@pytest.mark.parametrize("position", [0, 1, 3])
def test_exactly_one_chip_is_selected(tiny: Engine, position: int) -> None:
    chips = shown(tiny, prompt="Il était une fois", position=position)["chips"]
    assert [chip["position"] for chip in chips if chip["selected"]] == [position]
