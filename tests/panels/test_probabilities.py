"""The bars of a row: before, after, and what many draws give."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import gpt
from engine.engine import Engine
from panels import probabilities
from panels.probabilities import BARS, band, observed
from panels.screen.state import REPEATS, State
from panels.screen.view import View, look
from tests.panels.conftest import view_of

WIDE = State(prompt="Il était", temperature=2.0, top_p=None)


def shown(view: View) -> dict[str, Any]:
    return probabilities.data(view)


def choosing_beyond_the_bars(engine: Engine) -> View:
    """A screen whose draw falls on a token that is not among the first."""
    views = (look(engine, replace(WIDE, seed=seed)) for seed in range(1000))
    return next(view for view in views if view.choice.rank > BARS)


def test_the_bars_are_the_first_tokens_by_rank(tiny: Engine) -> None:
    view = look(tiny, State(prompt="Il était", top_k=5, top_p=None, temperature=0.8))
    bars = shown(view)["bars"]
    order = view.last.order[:BARS].tolist()
    assert [bar["token"]["id"] for bar in bars] == order
    assert [bar["plain"] for bar in bars] == [float(view.last.plain[id]) for id in order]
    assert [bar["probability"] for bar in bars] == [
        float(view.last.probabilities[id]) for id in order
    ]
    assert [bar["rule"] for bar in bars] == ["kept"] * 5 + ["top_k"] * (BARS - 5)
    assert [bar["token"]["id"] for bar in bars if bar["chosen"]] == [view.choice.token_id]


def test_a_chosen_token_that_is_not_among_the_first_gets_its_bar(tiny: Engine) -> None:
    view = choosing_beyond_the_bars(tiny)
    bars = shown(view)["bars"]
    assert len(bars) == BARS + 1
    assert bars[-1]["token"]["id"] == view.choice.token_id
    assert [bar["chosen"] for bar in bars] == [False] * BARS + [True]


def test_an_earlier_row_has_no_chosen_bar_and_no_draws(tiny: Engine) -> None:
    view = look(tiny, replace(WIDE, position=1, repeat=100))
    drawn = shown(view)
    assert len(drawn["bars"]) == BARS
    assert not any(bar["chosen"] for bar in drawn["bars"])
    assert (drawn["repeat"], drawn["inside"]) == (0, None)
    assert {bar["observed"] for bar in drawn["bars"]} == {None}
    assert drawn["bars"][0]["plain"] == float(view.here.plain.max())


def test_entropy_and_choices_before_and_after(tiny: Engine) -> None:
    # ½, ¼, ¼ are 1.5 bits; top-k 2 leaves ⅔ and ⅓
    state = State(temperature=1.0, top_k=2, top_p=None)
    drawn = shown(view_of(tiny, [0.5, 0.25, 0.25], state))
    after = -(2 / 3 * math.log2(2 / 3) + 1 / 3 * math.log2(1 / 3))
    assert drawn["entropy"] == pytest.approx([1.5, after])
    assert drawn["choices"] == pytest.approx([2**1.5, 2**after])


def test_greedy_leaves_no_doubt(tiny: Engine) -> None:
    drawn = shown(look(tiny, replace(WIDE, strategy="greedy")))
    assert drawn["greedy"]
    assert (drawn["entropy"][1], drawn["choices"][1]) == (0, 1)
    assert [bar["probability"] for bar in drawn["bars"]] == [1] + [0] * (BARS - 1)


def test_the_longest_bar_sets_the_scale(tiny: Engine) -> None:
    # sharpened, the first token goes from 0.6 to 0.36 / (0.36 + 0.16)
    state = State(temperature=0.5, top_p=None)
    drawn = shown(view_of(tiny, [0.6, 0.4], state))
    assert drawn["most"] == pytest.approx(0.36 / 0.52)
    flattened = shown(view_of(tiny, [0.9, 0.1], replace(state, temperature=2.0)))
    assert flattened["most"] == pytest.approx(0.9)


def test_the_band_by_hand() -> None:
    # 1.96 √(0.5 × 0.5 / 100) = 0.098, and half a draw in 100 is 0.005
    assert band(0.5, 100) == pytest.approx((0.397, 0.603))
    # 1.96 √(0.1 × 0.9 / 1000) = 0.018594, and half a draw in 1000 is 0.0005
    assert band(0.1, 1000) == pytest.approx((0.080906, 0.119094), abs=1e-6)
    assert band(0.0, 10) == (0.0, 0.05)
    assert band(1.0, 10) == (0.95, 1.0)


@given(p=st.floats(0, 1), draws=st.sampled_from(REPEATS[1:]))
def test_the_band_lies_around_its_probability(p: float, draws: int) -> None:
    low, high = band(p, draws)
    assert 0 <= low <= p <= high <= 1


@pytest.mark.parametrize("p", [0.5, 0.1, 0.02])
def test_nineteen_draws_in_twenty_fall_into_the_band(p: float) -> None:
    """Summed exactly, by the binomial law, for 1,000 draws."""
    low, high = band(p, 1000)
    inside = sum(
        math.comb(1000, k) * p**k * (1 - p) ** (1000 - k)
        for k in range(1001)
        if low <= k / 1000 <= high
    )
    assert 0.94 < inside < 0.98


@pytest.mark.parametrize("repeat", REPEATS[1:])
@pytest.mark.parametrize("strategy", ["sampling", "greedy"])
def test_the_draws_observed_are_as_many_as_asked_for(
    tiny: Engine, repeat: int, strategy: str
) -> None:
    view = look(tiny, replace(WIDE, repeat=repeat, strategy=strategy))
    counts = observed(view)
    assert sum(counts.values()) == repeat
    assert min(counts.values()) > 0
    assert all(view.last.kept[id] for id in counts)


def test_the_draws_observed_are_those_that_another_draw_would_give(tiny: Engine) -> None:
    state = replace(WIDE, draw=3, repeat=100)
    chosen = [look(tiny, replace(state, draw=3 + i)).choice.token_id for i in range(100)]
    assert observed(look(tiny, state)) == Counter(chosen)


@given(seed=st.integers(0, 1000), draw=st.integers(0, 1000))
def test_the_first_draw_observed_is_the_one_on_screen(tiny: Engine, seed: int, draw: int) -> None:
    view = look(tiny, replace(WIDE, seed=seed, draw=draw, repeat=1))
    assert observed(view) == {view.choice.token_id: 1}


def test_every_bar_says_what_was_observed_of_it(tiny: Engine) -> None:
    view = look(tiny, replace(WIDE, repeat=1000))
    drawn, counts = shown(view), observed(view)
    assert drawn["repeat"] == 1000
    for bar in drawn["bars"]:
        assert bar["count"] == counts.get(bar["token"]["id"], 0)
        assert bar["observed"] == bar["count"] / 1000
        assert bar["band"] == band(bar["probability"], 1000)
    inside = [bar["band"][0] <= bar["observed"] <= bar["band"][1] for bar in drawn["bars"]]
    assert drawn["inside"] == inside.count(True)
    assert drawn["most"] >= max(bar["observed"] for bar in drawn["bars"])


def test_without_repeated_draws_nothing_is_observed(tiny: Engine) -> None:
    drawn = shown(look(tiny, WIDE))
    assert (drawn["repeat"], drawn["inside"]) == (0, None)
    assert {(bar["observed"], bar["count"], bar["band"]) for bar in drawn["bars"]} == {
        (None, None, None)
    }


def test_the_numbers_drawn_are_of_this_step(tiny: Engine) -> None:
    view = look(tiny, replace(WIDE, written=(5, 6), repeat=10))
    numbers = [gpt.draw(view.state.seed, 2, i) for i in range(10)]
    assert observed(view) == Counter(view.last.choose(u).token_id for u in numbers)
