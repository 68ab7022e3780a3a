"""How answers are read and judged, whatever is typed."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panels.exercises.answers import Bet, Choice, Number, Option, Order, Prompts, Said
from panels.exercises.numbers import readings, written
from panels.screen.words import words_of


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("3,14", 3.14), ("3.14", 3.14), ("8 192", 8192), ("8\u202f192", 8192), ("8,192", 8192),
        ("−0,5", -0.5), ("-.5", -0.5), ("+2", 2), ("1/8", 0.125), ("1e3", 1000), ("40 %", 0.4),
        ("2,097,152", 2097152),
    ],
)  # fmt: skip
def test_a_number_is_read_as_both_languages_write_it(typed: str, value: float) -> None:
    assert value in readings(typed)


@pytest.mark.parametrize("typed", ["", "x", "1/0", "nan", "inf", "1e999", "1//2", "٣", "9" * 400])
def test_what_is_no_number_is_none(typed: str) -> None:
    assert readings(typed) == []


@given(st.text())
def test_any_text_is_read_and_judged(text: str) -> None:
    assert all(map(math.isfinite, readings(text)))
    number = Number(3, 0.1, traps={"eight": 8})
    assert number.judge({"answer": text}).verdict in ("right", "wrong", "told")
    order = Order([Option("a"), Option("b")], ["a", "b"])
    assert order.judge({"place_a": text, "place_b": "2"}).verdict in ("right", "told")
    assert Choice([Option("a")], "a").judge({"answer": text}).verdict in ("right", "told")


def test_a_share_is_right_in_percent_and_as_a_part_of_one() -> None:
    share = Number(0.4, 0.01, share=True)
    for typed in ("40", "40 %", "0,4", "39,5%", "2/5"):
        assert share.judge({"answer": typed}).verdict == "right", typed
    assert share.judge({"answer": "60"}).key == "exercises.too_high"


def test_a_misconception_is_told_by_its_name_and_any_other_number_by_its_side() -> None:
    number = Number(3, 0.01, traps={"nats": 2.079})
    assert number.judge({"answer": "2,08"}).key == ".traps.nats"
    assert number.judge({"answer": "2"}).key == "exercises.too_low"
    assert number.judge({"answer": "4"}).key == "exercises.too_high"
    assert number.judge({}).key == "exercises.empty"
    assert number.judge({"answer": "three"}).key == "exercises.no_number"


def test_a_trap_that_is_right_is_right() -> None:
    assert Number(3, 0.1, traps={"odd": 3.05}).judge({"answer": "3.05"}).verdict == "right"


def test_an_order_gives_each_place_once() -> None:
    order = Order([Option("a"), Option("b"), Option("c")], ["c", "a", "b"])
    assert order.judge({"place_a": "2", "place_b": "3", "place_c": "1"}).verdict == "right"
    said = order.judge({"place_a": "3", "place_b": "2", "place_c": "1"})
    assert (said.verdict, said.values["placed"]) == ("wrong", 1)
    assert order.judge({"place_a": "1", "place_b": "1", "place_c": "2"}).verdict == "told"
    assert order.judge({"place_a": "1"}).key == "exercises.each_place_once"


def test_a_bet_costs_what_the_confidence_says() -> None:
    bet = Bet(" light", " light.", 0.25, 1001)
    right = bet.judge({"answer": "Light", "confidence": "50"})
    assert right.verdict == "right"
    assert right.values["bits"] == ["number", 1.0, 2]
    assert right.values["model_bits"] == ["number", 2.0, 2]
    wrong = bet.judge({"answer": "lamp", "confidence": "90"})
    assert wrong.verdict == "wrong"
    assert wrong.over
    assert wrong.values["bits"] == ["number", pytest.approx(-math.log2(0.1 / 1000)), 2]
    assert bet.judge({"answer": "light", "confidence": "100"}).verdict == "told"


def test_a_prompt_is_bounded_and_cleaned_before_the_model_sees_it() -> None:
    seen: list[str] = []

    def check(typed: object) -> Said:
        seen.extend(typed)  # type: ignore[arg-type]
        return Said("right", "exercises.right")

    prompts = Prompts(check, ["a"])
    assert prompts.judge({"answer_1": "a\r\nb\ud800"}).verdict == "right"
    assert seen == ["a\nb\ufffd"]
    assert prompts.judge({"answer_1": "x" * 2001}).key == "exercises.too_long"
    assert prompts.judge({}).key == "exercises.empty"


def test_values_are_written_as_each_language_writes_them() -> None:
    french, english = words_of("fr"), words_of("en")
    assert written(french, ["whole", 0.39]) == "39\u202f%"
    assert written(english, ["whole", 0.39]) == "39%"
    assert written(french, ["percent", 0.142]) == "14,2\u202f%"
    assert written(french, ["number", -0.5, 1]) == "−0,5"
    assert written(english, 8192) == "8,192"
    assert written(english, "as it is") == "as it is"
