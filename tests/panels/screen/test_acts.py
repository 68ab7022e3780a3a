"""What a visitor can do: each act changes what it says, and nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.engine import Engine
from panels.screen.acts import ACTS, ANSWER_TOKENS, act, add, back, can_force, restart, write
from panels.screen.state import (
    POSITION_MOST,
    REPEATS,
    SEED_MOST,
    SHOWN,
    WRITTEN_TOKENS,
    State,
    from_json,
)
from panels.screen.view import look

V = 320
IL = State(prompt="Il était", seed=3, others=True, shown=100, search="a", top_k=50)
WRITTEN = replace(IL, written=(5, 6, 7))
MOVED = replace(WRITTEN, position=1, draw=4, repeat=10)

names = st.sampled_from([*ACTS, "add", "", "__class__", "Force"])
values = st.one_of(
    st.sampled_from(["last", "0", "1", "5", "20", "319", "320", "1000", "²", "-1", "1.0", " 1"]),
    st.integers(0, 10**12).map(str),
    st.text(max_size=8),
)


# Writing


def test_add_appends_the_token_that_the_last_row_chooses(tiny: Engine) -> None:
    chosen = look(tiny, MOVED).choice.token_id
    assert add(tiny, MOVED) == MOVED.with_written((5, 6, 7, chosen))
    assert add(tiny, replace(MOVED, position=None)) == add(tiny, MOVED)


def test_adding_many_times_is_writing(tiny: Engine) -> None:
    state = replace(IL, search="")
    for _ in range(40):
        state = add(tiny, state)
    steps = tiny.model.write(state.prompt, state.settings, tokens=40)
    assert list(state.written) == [step.token.id for step in steps]


def test_the_end_of_the_text_is_written_and_then_nothing(over: Engine) -> None:
    end = over.model.tokenizer.end_of_text
    once = add(over, replace(IL, strategy="greedy"))
    assert once.written == (end,)
    assert add(over, once) == once


def test_writing_stops_at_the_end_of_the_text(tiny: Engine, over: Engine) -> None:
    assert write(tiny, IL, 3) == add(tiny, add(tiny, add(tiny, IL)))
    greedy = replace(IL, strategy="greedy")
    assert write(over, greedy, 5) == add(over, greedy)


def test_asking_again_is_another_text_from_the_same_prompt(tiny: Engine) -> None:
    again = act(tiny, WRITTEN, "ask", str(ANSWER_TOKENS))
    assert again == write(tiny, replace(IL, seed=IL.seed + 1), ANSWER_TOKENS)
    assert act(tiny, WRITTEN, "ask", "1").written == again.written[:1]
    assert act(tiny, WRITTEN, "ask", "9999") == again
    assert act(tiny, replace(IL, seed=SEED_MOST - 1), "ask", "1").seed == 0


def test_trimming_takes_the_spaces_at_the_end_away(tiny: Engine) -> None:
    for prompt in ("Il ", "Il   ", "Il"):
        assert act(tiny, State(prompt=prompt), "trim", "") == State(prompt="Il")
    assert act(tiny, State(prompt="Il\n"), "trim", "") == State(prompt="Il\n")
    assert act(tiny, WRITTEN, "trim", "") == WRITTEN


def test_a_text_does_not_grow_without_end(tiny: Engine) -> None:
    nearly = replace(IL, written=(5,) * (WRITTEN_TOKENS - 1))
    full = add(tiny, nearly)
    assert len(full.written) == WRITTEN_TOKENS
    assert add(tiny, full) == full
    assert act(tiny, full, "force", "6") == full


def test_back_takes_the_last_token_away() -> None:
    assert back(MOVED) == IL.with_written((5, 6))
    assert back(back(back(MOVED))) == back(back(back(back(MOVED)))) == IL


def test_back_undoes_add(tiny: Engine) -> None:
    assert back(add(tiny, WRITTEN)) == WRITTEN


def test_restart_goes_back_to_the_prompt() -> None:
    assert restart(MOVED) == restart(IL) == IL


# Looking


def test_a_position_is_selected(tiny: Engine) -> None:
    assert act(tiny, WRITTEN, "position", "2") == replace(WRITTEN, position=2)
    assert act(tiny, MOVED, "position", "last") == replace(MOVED, position=None)
    assert act(tiny, WRITTEN, "position", "999999999").position == POSITION_MOST


@pytest.mark.parametrize("name", ["others", "everything"])
def test_a_switch_goes_on_and_off(tiny: Engine, name: str) -> None:
    on = act(tiny, State(), name, "1")
    assert on == replace(State(), **{name: True})  # type: ignore[arg-type]
    assert act(tiny, on, name, "0") == State()
    assert act(tiny, on, name, "off") == on


@pytest.mark.parametrize("count", SHOWN)
def test_so_many_rows_are_shown(tiny: Engine, count: int) -> None:
    assert act(tiny, MOVED, "shown", str(count)) == replace(MOVED, shown=count)


# Drawing


def test_another_draw_keeps_the_rest(tiny: Engine) -> None:
    state = replace(WRITTEN, draw=4)
    again = act(tiny, state, "another", "1")
    assert again == replace(state, draw=5)
    before, after = look(tiny, state), look(tiny, again)
    assert before.choice.u != after.choice.u
    assert before.reading is after.reading


def test_another_draw_forgets_the_repeated_ones(tiny: Engine) -> None:
    assert act(tiny, MOVED, "another", "1").repeat == 0


def test_draws_never_run_out(tiny: Engine) -> None:
    last = replace(IL, draw=SEED_MOST)
    assert 0 <= act(tiny, last, "another", "1").draw < SEED_MOST


@pytest.mark.parametrize("count", REPEATS)
def test_draws_are_repeated_so_many_times(tiny: Engine, count: int) -> None:
    assert act(tiny, MOVED, "repeat", str(count)) == replace(MOVED, repeat=count, position=None)


@pytest.mark.parametrize("value", ["1", "11", "10000", "-10", "1e3", "", "x", "١٠"])
def test_no_other_number_of_draws_is_taken(tiny: Engine, value: str) -> None:
    assert act(tiny, MOVED, "repeat", value) == MOVED


# Forcing


def test_a_token_is_forced_after_the_last_row(tiny: Engine) -> None:
    assert act(tiny, WRITTEN, "force", "9") == WRITTEN.with_written((5, 6, 7, 9))
    assert act(tiny, IL, "force", "9") == IL.with_written((9,))
    assert act(tiny, State(), "force", "9").written == (9,)


def test_a_token_forced_on_an_earlier_row_starts_a_branch(tiny: Engine) -> None:
    first = look(tiny, WRITTEN).prompt_length
    for kept in range(4):
        state = replace(WRITTEN, position=first - 1 + kept)
        assert act(tiny, state, "force", "9") == IL.with_written((*(5, 6, 7)[:kept], 9))


def test_no_token_is_forced_into_the_prompt(tiny: Engine) -> None:
    first = look(tiny, WRITTEN).prompt_length
    for position in range(first - 1):
        state = replace(WRITTEN, position=position)
        assert act(tiny, state, "force", "9") == state


def test_the_end_may_be_forced_and_nothing_after_it(tiny: Engine) -> None:
    end = tiny.model.tokenizer.end_of_text
    over = act(tiny, WRITTEN, "force", str(end))
    assert over.written == (5, 6, 7, end)
    assert act(tiny, over, "force", "9") == over
    before = replace(over, position=look(tiny, over).prompt_length + 2)
    assert act(tiny, before, "force", "9").written == (5, 6, 7, 9)


@pytest.mark.parametrize("value", ["320", "999999999", "-1", "", "a", "1.0", "²", "9" * 50])
def test_no_token_outside_the_vocabulary_is_forced(tiny: Engine, value: str) -> None:
    assert act(tiny, MOVED, "force", value) == MOVED


@given(
    prompt=st.integers(0, 60),
    written=st.lists(st.integers(1, 319), max_size=80).map(tuple),
    position=st.integers(0, 40),
)
def test_a_branch_is_the_text_up_to_the_row_and_the_token(
    tiny: Engine, prompt: int, written: tuple[int, ...], position: int
) -> None:
    state = State(prompt="a" * prompt, written=written, position=position)
    view = look(tiny, state)
    given = tiny.model.tokenizer.encode(state.prompt)
    read = view.reading.dropped + view.selected
    upto = [*given, *written][:read]
    forced = act(tiny, state, "force", "9")
    if read < len(given):
        assert forced == state
        assert not can_force(view)
    else:
        assert [*given, *forced.written] == [*upto, 9]


# Anything


@pytest.mark.parametrize("name", ["", "add", "back", "nothing", "__init__", "POSITION"])
def test_an_unknown_act_changes_nothing(tiny: Engine, name: str) -> None:
    assert act(tiny, MOVED, name, "1") == MOVED


@pytest.mark.parametrize("name", sorted(ACTS.keys() - {"another", "greedy"}))
@pytest.mark.parametrize("value", ["", "x", "-1", "1.5", "²", "٣", "1\n", "9" * 50, "<b>"])
def test_a_bad_value_changes_nothing(tiny: Engine, name: str, value: str) -> None:
    assert act(tiny, MOVED, name, value) == MOVED


def test_greedy_is_chosen_whatever_comes_with_it(tiny: Engine) -> None:
    chosen = act(tiny, MOVED, "greedy", "x")
    assert chosen == replace(MOVED, strategy="greedy", repeat=0)


@given(steps=st.lists(st.tuples(names, values), max_size=6))
def test_whatever_is_done_the_page_can_keep_it(tiny: Engine, steps: list[tuple[str, str]]) -> None:
    state = State(prompt="Il", draw=SEED_MOST - 1)
    for name, value in steps:
        state = act(tiny, state, name, value)
        assert from_json(state.to_json(), V) == (state, [])
