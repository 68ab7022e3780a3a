"""The strip of the choice: slices end to end from 0 to 1, and u within the chosen one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import gpt
from engine.engine import Engine
from panels import choice
from panels.choice import NARROWEST
from panels.screen.drawing import draw
from panels.screen.state import State
from panels.screen.view import View, look
from panels.screen.words import LANGUAGES, words_of
from tests.panels.conftest import view_of
from tests.panels.reading_html import said

BARE = State(prompt="Il était", temperature=1.0, top_p=None)

states = st.builds(
    State,
    prompt=st.sampled_from(["", "Il était", "Once upon"]),
    strategy=st.sampled_from(["sampling", "sampling", "greedy"]),
    temperature=st.floats(0.1, 2),
    top_k=st.none() | st.integers(1, 100),
    top_p=st.none() | st.floats(0.05, 1),
    seed=st.integers(0, 10_000),
)


def worked(engine: Engine, probabilities: list[float], u_below: float = 1.0) -> dict[str, Any]:
    """The strip of a last row with these probabilities, for the first seed whose u is so low."""
    seed = next(seed for seed in range(10_000) if gpt.draw(seed, 0) < u_below)
    return choice.data(view_of(engine, probabilities, replace(BARE, seed=seed)))


def ids(drawn: dict[str, Any]) -> list[int]:
    return [each["token"]["id"] for each in drawn["slices"]]


def test_slices_lie_end_to_end_by_rank(tiny: Engine) -> None:
    drawn = worked(tiny, [0.3, 0.5, 0.2])
    assert ids(drawn) == [1, 0, 2]
    assert [each["low"] for each in drawn["slices"]] == pytest.approx([0, 0.5, 0.8])
    assert [each["share"] for each in drawn["slices"]] == pytest.approx([0.5, 0.3, 0.2])
    assert drawn["small"] is None


def test_narrow_slices_are_drawn_as_one(tiny: Engine) -> None:
    drawn = worked(tiny, [0.6, 0.385, 0.01, 0.005], u_below=0.6)
    assert ids(drawn) == [0, 1]
    assert drawn["small"] == pytest.approx({"count": 2, "low": 0.985, "share": 0.015})
    assert (drawn["rank"], drawn["chosen_is_small"]) == (1, False)


def test_a_chosen_narrow_slice_next_to_the_wide_ones_is_drawn(tiny: Engine) -> None:
    view = view_of(tiny, [0.6, 0.385, 0.01, 0.005], BARE)
    drawn = choice.data(replace(view, choice=view.last.choose(0.99)))
    assert ids(drawn) == [0, 1, 2]
    assert [each["chosen"] for each in drawn["slices"]] == [False, False, True]
    assert drawn["small"]["count"] == 1


def test_a_chosen_slice_within_the_narrow_ones_is_known_by_its_interval(tiny: Engine) -> None:
    view = view_of(tiny, [0.6, 0.385, 0.01, 0.005], BARE)
    drawn = choice.data(replace(view, choice=view.last.choose(0.999)))
    assert drawn["chosen_is_small"]
    assert ids(drawn) == [0, 1]
    assert drawn["interval"] == pytest.approx([0.995, 1])
    assert not any(each["chosen"] for each in drawn["slices"])


def strip_is_whole(drawn: dict[str, Any], view: View) -> None:
    """The slices and what stands for the small ones cover 0 to 1 without gaps, in rank order."""
    end = 0.0
    for rank, each in enumerate(drawn["slices"]):
        assert each["low"] == pytest.approx(end, abs=1e-9)
        assert each["token"]["id"] == int(view.last.order[rank])
        assert each["share"] >= NARROWEST or each["chosen"]
        end = each["low"] + each["share"]
    if drawn["small"]:
        assert drawn["small"]["low"] == pytest.approx(end, abs=1e-9)
        end += drawn["small"]["share"]
    assert end == pytest.approx(1, abs=1e-9)
    assert len(drawn["slices"]) + (drawn["small"] or {"count": 0})["count"] == drawn["kept"]


@given(state=states)
def test_the_strip_is_whole_and_u_lies_in_the_chosen_slice(tiny: Engine, state: State) -> None:
    view = look(tiny, state)
    drawn = choice.data(view)
    strip_is_whole(drawn, view)
    low, high = drawn["interval"]
    chosen = [each for each in drawn["slices"] if each["chosen"]]
    if chosen:
        assert len(chosen) == 1
        assert chosen[0]["token"]["id"] == drawn["token_id"] == drawn["chosen"]["id"]
        assert chosen[0]["low"] == pytest.approx(low, abs=1e-9)
        assert chosen[0]["low"] + chosen[0]["share"] == pytest.approx(high, abs=1e-9)
    else:
        assert drawn["small"]["low"] - 1e-9 <= low < high <= 1
    assert drawn["chosen_is_small"] == (not chosen)
    if state.strategy == "greedy":
        assert (drawn["u"], drawn["interval"], drawn["kept"]) == (None, [0, 1], 1)
    else:
        assert low <= drawn["u"] < high
        assert drawn["u"] == gpt.draw(state.seed, 0)


@given(state=states)
def test_the_mass_is_that_of_the_kept_tokens_before_the_settings(
    tiny: Engine, state: State
) -> None:
    view = look(tiny, state)
    drawn = choice.data(view)
    kept = view.last.order[: drawn["kept"]]
    assert drawn["mass"] == pytest.approx(float(view.last.plain[kept].sum()))
    assert drawn["kept"] == view.last.kept_count
    assert drawn["vocabulary"] == 320
    assert drawn["probability"] == pytest.approx(drawn["interval"][1] - drawn["interval"][0])


@given(state=states)
def test_what_is_reached_is_the_sum_that_top_p_looks_at(tiny: Engine, state: State) -> None:
    view = look(tiny, state)
    drawn = choice.data(view)
    if state.strategy == "greedy":
        assert drawn["reached"] == drawn["mass"]
        return
    last_kept = view.last.order[drawn["kept"] - 1]
    assert drawn["reached"] == pytest.approx(float(view.last.cumulative[last_kept]))
    assert drawn["reached"] >= (state.top_p or 1) - 1e-9


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_kept_sentence_names_the_column_that_top_p_uses(tiny: Engine, language: str) -> None:
    """0.5² : 0.3² : 0.2² at τ = 0.5 are 25/38, 9/38, 4/38: two tokens reach 0.8, of 34/38."""
    words, state = words_of(language), replace(BARE, temperature=0.5, top_p=0.8)
    data = choice.data(view_of(tiny, [0.5, 0.3, 0.2], state))
    assert (data["kept"], data["reached"], data["mass"]) == (
        2, pytest.approx(34 / 38), pytest.approx(0.8),
    )  # fmt: skip
    told = said(draw("choice", language, data))
    assert words(
        "choice.reached", reached=words.percent(34 / 38), asked="80", mass=words.percent(0.8),
    ) in told  # fmt: skip
    bare = said(draw("choice", language, choice.data(view_of(tiny, [0.5, 0.3, 0.2], BARE))))
    assert words("choice.mass", mass=words.percent(1.0)) in bare


def test_the_mass_by_hand(tiny: Engine) -> None:
    drawn = choice.data(view_of(tiny, [0.1, 0.4, 0.3, 0.2], replace(BARE, top_k=2)))
    assert (drawn["kept"], drawn["mass"]) == (2, pytest.approx(0.7))
    assert [each["share"] for each in drawn["slices"]] == pytest.approx([4 / 7, 3 / 7])


def test_the_strip_is_of_the_last_row_whatever_is_selected(tiny: Engine) -> None:
    state = replace(BARE, written=(5,), draw=2, repeat=10)
    drawn = choice.data(look(tiny, state))
    assert choice.data(look(tiny, replace(state, position=0))) == drawn
    assert (drawn["step"], drawn["draw"], drawn["repeat"]) == (1, 2, 10)


def test_a_finished_text_says_so(tiny: Engine) -> None:
    end = tiny.model.tokenizer.end_of_text
    assert choice.data(look(tiny, replace(BARE, written=(end,))))["finished"]
    assert not choice.data(look(tiny, BARE))["finished"]
