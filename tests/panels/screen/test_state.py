"""One screen as a value: out to the address and the page, and back, whatever comes."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.shelf import Shelf
from panels.screen.acts import act
from panels.screen.models import for_template
from panels.screen.state import (
    ADDRESS_CHARACTERS,
    PROMPT_CHARACTERS,
    REPEATS,
    SEED_MOST,
    SHOWN,
    WRITTEN_TOKENS,
    Note,
    State,
    clean_prompt,
    from_json,
    from_query,
)
from tests.panels.conftest import short

V = 320
SEARCH = "é 😀&=+%"

texts = st.text(st.characters(exclude_characters="\r", exclude_categories=["Cs"]), max_size=60)
screens = st.builds(
    State,
    prompt=texts,
    strategy=st.sampled_from(["greedy", "sampling"]),
    temperature=st.floats(0.1, 2),
    top_k=st.none() | st.integers(1, 100),
    top_p=st.none() | st.floats(0.05, 1),
    seed=st.integers(0, SEED_MOST),
    draw=st.integers(0, SEED_MOST),
    written=st.lists(st.integers(0, V - 1), max_size=30).map(tuple),
    position=st.none() | st.integers(0, 1_000_000),
    others=st.booleans(),
    everything=st.booleans(),
    shown=st.sampled_from(SHOWN),
    search=texts.map(lambda text: text[:100]),
    repeat=st.sampled_from(REPEATS),
)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


def asked(query: str) -> dict[str, str]:
    """An address as the server hands it on."""
    return dict(parse_qsl(query, keep_blank_values=True, strict_parsing=bool(query)))


def refused(notes: list[Note]) -> list[str]:
    """The names that a note says were ignored."""
    said = [str(note.values["names"]) for note in notes if note.key == "ignored"]
    return [name for names in said for name in names.split(", ")]


@given(state=screens)
def test_an_address_brings_the_screen_back(state: State) -> None:
    assert from_query(asked(state.to_query()), V) == (state, [])


@given(state=screens)
def test_the_page_brings_the_screen_back(state: State) -> None:
    assert from_json(state.to_json(), V) == (state, [])


def test_an_address_leaves_out_what_nobody_changed() -> None:
    assert State(prompt="a b").to_query() == "prompt=a+b"
    assert State(seed=8).to_query() == "prompt=&seed=8"
    assert State(top_p=None, written=(4, 5), others=True).to_query() == (
        "prompt=&top_p=none&written=4.5&others=1"
    )


BAD = {
    "strategy": ["", "Greedy", "none", "1", "\0"],
    "temperature": [
        "",
        "a",
        "nan",
        "inf",
        "-1",
        "0",
        "0.09",
        "2.1",
        "1e999",
        "none",
        "٠.٨",
        "０.８",
    ],
    "top_k": ["00", "-1", "101", "1.5", "nan", "²", "٣", "９", "9" * 5000],
    "top_p": ["", "0", "0.04", "1.01", "-0.5", "nan", "-inf", "०.५", "0,5"],
    "seed": ["", "-1", str(SEED_MOST + 1), "7.0", "none", "0x7", "٧", "1" * 1_000_000],
    "draw": ["", "-1", str(SEED_MOST + 1), "inf", "none"],
    "written": ["a", "1..2", ".", "-1", "1.-2", str(V), "1,2", "none", "٣", "1." * 3000 + "1"],
    "position": ["", "-1", "1000001", "last", "1.5", "²"],
    "others": ["", "2", "true", "none"],
    "everything": ["", "-1", "yes", "１"],
    "shown": ["", "0", "21", "-20", "none", "1e2"],
    "repeat": ["", "1", "1001", "-10", "1000000000000"],
}


@pytest.mark.parametrize(
    ("name", "text"), [(name, text) for name in BAD for text in BAD[name]], ids=short
)
def test_a_bad_value_is_ignored_and_named(name: str, text: str) -> None:
    state, notes = from_query({"prompt": "Il", name: text, "search": "x"}, V)
    assert state == State(prompt="Il", search="x")
    assert refused(notes) == [name]


KINDS: dict[str, list[Any]] = {
    "prompt": [None, 5, True, ["Il"], {"a": 1}],
    "strategy": [None, 0, ["greedy"], {}],
    "temperature": [True, [0, 8], [[]], {}, float("nan"), float("inf"), 10**400, -1],
    "top_k": [True, [7], {}, 1.5, float("nan"), 10**30, -1],
    "top_p": [False, [0, 5], {}, float("-inf"), 2],
    "seed": [True, None, [7], {}, 1.5, 2**40],
    "draw": [True, None, [[1]], {}, 1e300],
    "written": [None, 5, "5", True, [1.5], [[5]], [True], ["5"], [V], [-1], {"5": 5}],
    "position": [True, [1], {}, 0.5, -1, 10**9],
    "others": [None, 1, 0, "true", [True], {}],
    "everything": [None, 1, 0.0, [], {}],
    "shown": [None, True, [20], {}, 21, 20.5],
    "search": [None, 5, False, ["a"], {}],
    "repeat": [None, False, [10], {}, 11],
}


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name in KINDS for value in KINDS[name]], ids=short
)
def test_a_value_of_another_kind_is_ignored_and_named(name: str, value: object) -> None:
    state, notes = from_json(json.dumps({"seed": 9, name: value}), V)
    assert state == State(seed=7 if name == "seed" else 9)
    assert refused(notes) == [name]


def test_all_that_is_bad_is_named_at_once() -> None:
    state, notes = from_query({name: bad[0] for name, bad in BAD.items()}, V)
    assert state == State()
    assert refused(notes) == list(BAD)


@pytest.mark.parametrize(
    "text",
    ["[]", "5", "null", '"state"', "{", "nonsense", "\0", "[" * 100_000, '{"a":' * 5_000,
     '{"written":' + "[" * 900 + "]" * 900 + "", "1" * 5_000],
    ids=short,
)  # fmt: skip
def test_a_page_that_keeps_no_screen_gets_the_first_one_and_is_told(text: str) -> None:
    assert from_json(text, V) == (State(), [Note("ignored", {"names": "state"})])


def test_a_page_that_keeps_nothing_yet_gets_the_first_screen() -> None:
    assert from_json("", V) == (State(), [])


def test_lists_within_lists_are_no_ids() -> None:
    text = '{"prompt":"Il","written":' + "[" * 500 + "]" * 500 + "}"
    assert from_json(text, V) == (State(prompt="Il"), [Note("ignored", {"names": "written"})])


@given(values=st.dictionaries(st.sampled_from([*BAD, "prompt", "search", "other"]), anything))
def test_whatever_the_page_holds_gives_a_sound_screen(values: dict[str, Any]) -> None:
    state, notes = from_json(json.dumps(values), V)
    assert set(refused(notes)) <= set(values)
    assert from_json(state.to_json(), V) == (state, [])
    assert from_query(asked(state.to_query()), V) == (state, [])


@given(values=st.dictionaries(st.sampled_from([*BAD, "prompt", "search", "__theme"]), st.text()))
def test_whatever_an_address_asks_gives_a_sound_screen(values: dict[str, str]) -> None:
    state, notes = from_query(values, V)
    assert set(refused(notes)) <= set(values)
    assert from_json(state.to_json(), V) == (state, [])


def test_a_megabyte_in_every_field_is_bounded() -> None:
    long = "9" * 1_000_000
    state, notes = from_query(dict.fromkeys([*BAD, "prompt", "search"], long), V)
    assert (len(state.prompt), len(state.search)) == (PROMPT_CHARACTERS, 100)
    assert refused(notes) == list(BAD)
    assert from_json(json.dumps({"prompt": long, "search": long}), V)[0] == state


def test_no_more_tokens_are_taken_than_may_be_written() -> None:
    most = (1,) * WRITTEN_TOKENS
    assert from_json(State(written=most).to_json(), V) == (State(written=most), [])
    assert refused(from_json(State(written=(*most, 1)).to_json(), V)[1]) == ["written"]


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("a\r\nb\rc\n", "a\nb\nc\n"),
        ("", ""),
        ("a\0b", "a\0b"),
        ("👩‍🚀 é e\u0301", "👩‍🚀 é e\u0301"),
        ("<b>&amp;", "<b>&amp;"),
    ],
)
def test_a_prompt_is_read_as_typed_but_for_its_line_ends(typed: str, read: str) -> None:
    assert clean_prompt(typed) == (read, [])


def test_half_characters_are_replaced_and_said() -> None:
    assert clean_prompt("a\ud83d b\udc00") == ("a\ufffd b\ufffd", [Note("surrogates", {})])


def test_a_long_prompt_keeps_its_end_and_says_so() -> None:
    typed = "a" * 90_000 + "é" * 10_000
    kept, notes = clean_prompt(typed)
    assert kept == typed[-PROMPT_CHARACTERS:]
    assert notes == [Note("too_long", {"kept": PROMPT_CHARACTERS, "typed": 100_000})]


def test_line_ends_do_not_count_twice() -> None:
    assert clean_prompt("\r\n" * PROMPT_CHARACTERS) == ("\n" * PROMPT_CHARACTERS, [])


@given(
    prompt=st.integers(0, PROMPT_CHARACTERS),
    written=st.integers(0, WRITTEN_TOKENS),
    sign=st.sampled_from("aé😀 "),
)
def test_an_address_is_bounded(prompt: int, written: int, sign: str) -> None:
    state = State(
        prompt=sign * prompt, written=(8191,) * written, search="😀" * 100, seed=SEED_MOST
    )
    query = state.to_query()
    assert len(query) <= ADDRESS_CHARACTERS
    assert state.fits_address == ("prompt" in asked(query))


def test_the_address_of_a_long_text_holds_the_settings_alone() -> None:
    state = State(
        prompt="é" * 2_000, strategy="greedy", top_k=5, written=(1, 2), position=3, search=SEARCH
    )
    assert asked(state.to_query()) == {"strategy": "greedy", "top_k": "5", "search": SEARCH}
    assert not state.fits_address
    assert State(prompt="é" * 900).fits_address


def test_a_new_text_starts_at_its_last_row_and_first_draw() -> None:
    state = State(prompt="Il", position=1, draw=3, repeat=10, others=True, search="a", top_k=3)
    assert state.with_written((5,)) == State(
        prompt="Il", written=(5,), others=True, search="a", top_k=3
    )
    assert (state.step, state.with_written((5, 6)).step) == (0, 2)


def test_the_settings_are_those_of_the_machine() -> None:
    state = State(strategy="greedy", temperature=0.5, top_k=3, top_p=None, seed=4)
    settings = state.settings
    assert (settings.strategy, settings.temperature) == ("greedy", 0.5)
    assert (settings.top_k, settings.top_p, settings.seed) == (3, None, 4)


def test_the_address_escapes_what_separates_its_parts() -> None:
    prompt = "a&seed=1#b=c d+e%20\n<script>"
    assert asked(State(prompt=prompt).to_query())["prompt"] == prompt
    assert State(prompt=prompt).to_query() == urlencode({"prompt": prompt})


@pytest.mark.parametrize("zero", ["0", "0.0", "-0", "0e5"])
def test_a_temperature_of_zero_is_told_of_greedy(zero: str) -> None:
    state, notes = from_query({"temperature": zero}, V)
    assert state == State()
    assert [note.key for note in notes] == ["ignored", "greedy"]
    assert [each["act"] for each in for_template(notes)] == ["", "greedy"]
    chosen = act(Shelf(), state, "greedy", "")
    assert chosen == State(strategy="greedy")
    _, notes = from_query({"temperature": zero, "strategy": "greedy"}, V)
    assert [note.key for note in notes] == ["ignored"]
    _, notes = from_query({"temperature": "0.01"}, V)
    assert [note.key for note in notes] == ["ignored"]


@pytest.mark.parametrize("off", ["0", "", "none"])
def test_a_form_without_a_script_leaves_top_k_off(off: str) -> None:
    assert from_query({"top_k": off, "top_p": "1"}, V) == (State(top_p=1.0), [])
