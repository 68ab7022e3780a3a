"""What a visitor can do to a screen: each act turns one state into the next."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from engine.shelf import Models
from panels.screen.state import POSITION_MOST, REPEATS, SEED_MOST, SHOWN, WRITTEN_TOKENS, State
from panels.screen.view import View, look

ANSWER_TOKENS = 32
"""How far a text goes on after a question: enough to see that it is no answer."""

WRITTEN_BY = ("ask", "answer")
"""The acts that write on from the prompt anew, under the next seed."""

INSIDE = (1, 1, 0)
"""What the lab's last step opens on: the first block, its first head, the chosen token."""


def act(models: Models, state: State, name: str, value: str) -> State:
    """The state after an act by its name; an unknown act or value changes nothing."""
    known = ACTS.get(name)
    if known is None:
        return state
    try:
        return known(models, state, value)
    except ValueError:
        return state


def read(state: State, prompt: str) -> State:
    """Another prompt, nothing written after it yet; the same prompt changes nothing."""
    if prompt == state.prompt:
        return state
    return replace(state.with_written(()), prompt=prompt, everything=False)


def change_model(models: Models, state: State, value: str) -> State:
    """The same prompt before another of the models that are offered."""
    return state.with_model(value) if value in models.names else state


def add(models: Models, state: State) -> State:
    """Append the token that the last row chooses, unless the text is over."""
    view = look(models, state)
    if view.finished or len(state.written) >= WRITTEN_TOKENS:
        return state
    return state.with_written((*state.written, view.choice.token_id))


def write(models: Models, state: State, tokens: int) -> State:
    """Append so many tokens, fewer where the text ends."""
    for _ in range(tokens):
        longer = add(models, state)
        if longer == state:
            break
        state = longer
    return state


def ask(models: Models, state: State, value: str) -> State:
    """From the prompt anew, under the next seed, so many tokens.

    Whoever watches the text grow asks for one, and adds the others.
    """
    tokens = min(_whole(value), ANSWER_TOKENS)
    again = replace(state.with_written(()), seed=(state.seed + 1) % SEED_MOST)
    return write(models, again, tokens)


def trim(_models: Models, state: State, _value: str) -> State:
    """The prompt without the spaces at its end."""
    return read(state, state.prompt.rstrip(" "))


def choose_greedy(_models: Models, state: State, _value: str) -> State:
    """The strategy that a temperature of 0 asks for."""
    return replace(state, strategy="greedy", repeat=0)


def back(state: State) -> State:
    """Take the last written token away."""
    return state.with_written(state.written[:-1])


def restart(state: State) -> State:
    """Back to the prompt alone."""
    return state.with_written(())


def select(_models: Models, state: State, value: str) -> State:
    if value == "last":
        return replace(state, position=None)
    return replace(state, position=min(_whole(value), POSITION_MOST))


def look_at_others(_models: Models, state: State, value: str) -> State:
    return replace(state, others=_flag(value))


def show_everything(_models: Models, state: State, value: str) -> State:
    return replace(state, everything=_flag(value))


def show_more(_models: Models, state: State, value: str) -> State:
    return replace(state, shown=_whole(value)) if _whole(value) in SHOWN else state


def draw_again(_models: Models, state: State, _value: str) -> State:
    return replace(state, draw=(state.draw + 1) % SEED_MOST, repeat=0)


def repeat(_models: Models, state: State, value: str) -> State:
    """So many draws of the next token, which are shown over its bars: on the last row."""
    wanted = _whole(value)
    return replace(state, repeat=wanted, position=None) if wanted in REPEATS else state


def force(models: Models, state: State, value: str) -> State:
    """Write this token after the selected row; what was written after it goes: a new branch."""
    view = look(models, state)
    token_id = _whole(value)
    if token_id >= view.tokenizer.size or not can_force(view):
        return state
    gone = len(state.written) - (len(view.reading.ids) - view.prompt_length)
    kept = gone + view.selected - (view.prompt_length - 1)
    if kept >= WRITTEN_TOKENS:
        return state
    return state.with_written((*state.written[:kept], token_id))


def can_force(view: View) -> bool:
    """The row selected speaks of a token that the reader may choose: the next, or a written one."""
    after_end = view.finished and view.on_last
    return not after_end and view.selected >= view.prompt_length - 1


def look_inside(_models: Models, state: State, value: str) -> State:
    """Open the lab's last step, or close it."""
    return replace(state, inside=INSIDE if _flag(value) else ())


def open_head(_models: Models, state: State, value: str) -> State:
    """Another head, in the lab's last step."""
    block, head = map(_whole, value.split(","))
    return replace(state, inside=(block, head, state.inside[2])) if state.inside else state


def weigh_guess(_models: Models, state: State, value: str) -> State:
    """Another token whose logit is taken apart there, by its rank."""
    return replace(state, inside=(*state.inside[:2], _whole(value))) if state.inside else state


def _flag(text: str) -> bool:
    if text not in ("0", "1"):
        raise ValueError(text)
    return text == "1"


def _whole(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise ValueError(text)
    return int(text)


ACTS: dict[str, Callable[[Models, State, str], State]] = {
    "model": change_model,
    "position": select,
    "others": look_at_others,
    "everything": show_everything,
    "shown": show_more,
    "another": draw_again,
    "repeat": repeat,
    "force": force,
    "ask": ask,
    "trim": trim,
    "greedy": choose_greedy,
    "inside": look_inside,
    "set:block,head": open_head,
    "set:rank": weigh_guess,
}
