"""What the panels of one screen share: one reading, a selected row, the choice to come."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import gpt
from engine.engine import Engine
from panels.screen.state import State
from panels.screen.view import from_the_end, look

ONCE = State(prompt="Il était une fois")


def test_a_screen_opens_on_its_last_row(tiny: Engine) -> None:
    view = look(tiny, ONCE)
    assert view.on_last
    assert view.selected == len(view.reading.ids) - 1
    assert view.here is view.last
    assert view.prompt_length == len(view.reading.ids)
    assert (view.written, view.finished) == ([], False)


def test_the_reading_is_that_of_the_prompt_and_what_was_written(tiny: Engine) -> None:
    model = tiny.model
    view = look(tiny, replace(ONCE, written=(5, 6)))
    assert view.reading.ids == model.read_ids([*model.tokenizer.encode(ONCE.prompt), 5, 6]).ids
    assert view.prompt_length == len(view.reading.ids) - 2
    assert [token.id for token in view.written] == [5, 6]


def test_a_position_selects_its_row(tiny: Engine) -> None:
    view = look(tiny, replace(ONCE, position=2))
    assert (view.selected, view.on_last) == (2, False)
    here = gpt.distribution(view.reading.logits[2], ONCE.settings)
    torch.testing.assert_close(view.here.probabilities, here.probabilities)
    assert view.last.order.tolist() != view.here.order.tolist()


@pytest.mark.parametrize("position", [5, 1_000_000])
def test_a_position_past_the_end_is_the_last_row(tiny: Engine, position: int) -> None:
    view = look(tiny, State(prompt="", position=position))
    assert (view.selected, view.on_last) == (0, True)


def test_the_choice_is_made_from_the_last_row_whatever_is_selected(tiny: Engine) -> None:
    state = replace(ONCE, written=(5,), seed=3, draw=2)
    view = look(tiny, state)
    assert view.choice.u == gpt.draw(3, 1, 2)
    expected = gpt.distribution(view.reading.logits[-1], state.settings).choose(view.choice.u)
    assert view.choice.token_id == expected.token_id
    assert look(tiny, replace(state, position=1)).choice == view.choice


@pytest.mark.parametrize(
    "moved",
    [{"temperature": 1.5}, {"top_k": 3}, {"top_p": None}, {"top_p": 0.3}, {"search": "a"},
     {"position": 1}, {"shown": 100}, {"repeat": 10}],
)  # fmt: skip
def test_a_setting_that_moves_leaves_the_random_number(
    tiny: Engine, moved: dict[str, object]
) -> None:
    state = replace(ONCE, written=(5,), draw=1)
    view, after = look(tiny, state), look(tiny, replace(state, **moved))  # type: ignore[arg-type]
    assert after.choice.u == view.choice.u is not None


def test_another_seed_step_or_draw_is_another_number(tiny: Engine) -> None:
    states = [ONCE, replace(ONCE, seed=8), replace(ONCE, draw=1), replace(ONCE, written=(5,))]
    assert len({look(tiny, state).choice.u for state in states}) == 4


def test_greedy_draws_no_number(tiny: Engine) -> None:
    view = look(tiny, replace(ONCE, strategy="greedy"))
    assert view.choice.u is None
    assert view.choice.token_id == int(view.reading.logits[-1].argmax())


def test_an_empty_prompt_is_the_start_token_alone(tiny: Engine) -> None:
    view = look(tiny, State())
    assert view.reading.ids == (view.tokenizer.end_of_text,)
    assert view.prompt_length == 1
    assert look(tiny, State(written=(5,))).prompt_length == 1


def test_the_text_is_over_when_its_last_token_is_the_end(tiny: Engine) -> None:
    end = tiny.model.tokenizer.end_of_text
    assert look(tiny, State(written=(5, end))).finished
    assert not look(tiny, State(written=(end, 5))).finished
    assert not look(tiny, State()).finished


def test_a_long_prompt_leaves_what_was_written_in_sight(tiny: Engine) -> None:
    view = look(tiny, State(prompt="forêt " * 30, written=(5, 6, 7)))
    assert view.reading.dropped > 0
    assert [token.id for token in view.written] == [5, 6, 7]
    assert view.prompt_length == len(view.reading.ids) - 3


@pytest.mark.parametrize("prompt", ["", "Il", "forêt " * 30])
@pytest.mark.parametrize("count", [29, 31, 32, 33, 60, 200])
def test_a_text_longer_than_the_context_keeps_its_start_token_apart(
    tiny: Engine, prompt: str, count: int
) -> None:
    written = tuple(1 + n % 300 for n in range(count))
    view = look(tiny, State(prompt=prompt, written=written))
    assert view.prompt_length >= 1
    kept = [token.id for token in view.written]
    assert kept == list(written[count - len(kept) :])
    assert len(kept) + view.prompt_length == len(view.reading.ids)


def test_the_same_text_is_read_once(tiny: Engine) -> None:
    assert look(tiny, ONCE).reading is look(tiny, replace(ONCE, temperature=2.0)).reading


@given(
    length=st.integers(1, 200),
    most=st.integers(1, 60),
    everything=st.booleans(),
    data=st.data(),
)
def test_the_positions_drawn_are_the_last_ones_and_the_selected(
    length: int, most: int, everything: bool, data: st.DataObject
) -> None:
    selected = data.draw(st.integers(0, length - 1))
    positions = from_the_end(length, most, everything, (selected,))
    assert positions == sorted(set(positions))
    assert {selected, length - 1} <= set(positions) <= set(range(length))
    assert len(positions) == length if everything or length <= most else most <= len(positions)
    assert len(positions) <= most + 1 or everything


@pytest.mark.parametrize(
    ("prompt", "loose"),
    [("Le chat ", True), ("Le chat  ", True), (" ", True), ("Le chat", False), ("", False),
     ("Le chat\n", False), ("Le chat\u202f", False), ("Le chat\u00a0", False)],
)  # fmt: skip
def test_a_space_at_the_end_is_seen(conteur: Engine, prompt: str, loose: bool) -> None:
    assert look(conteur, State(prompt=prompt)).loose_space == loose
    assert not look(conteur, State(prompt=prompt, written=(5,))).loose_space
