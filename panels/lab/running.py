"""What a run of the lab does for each token; only the text is drawn until the run ends."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from engine import process
from engine.turns import turns
from gpt import CheckpointError
from panels.lab import screen
from panels.screen import acts
from panels.screen.models import answerable
from panels.screen.state import Note, State, clean_prompt, from_json
from panels.screen.view import look


def stepping() -> Callable[[str, Any, Any], Awaitable[tuple[str, str] | None]]:
    """`longer`, done by a helper; None also where there is no model."""
    helped = process.crew.helped(longer, lambda _, memory, *__: prompt_in(memory))

    async def step(language: str, memory: Any, prompt: Any) -> tuple[str, str] | None:
        try:
            return await helped(language, memory, prompt)
        except CheckpointError:
            return None

    return step


@turns.at_work()
def longer(language: str, memory: Any, prompt: Any) -> tuple[str, str] | None:
    """What the page keeps, one token later, and its text; None when the text is over."""
    state, _ = typed(memory, prompt)
    after = acts.add(process.models, state)
    if after == state:
        return None
    return after.to_json(), screen.drawing("text", look(process.models, after), language)


def typed(memory: Any, prompt: Any) -> tuple[State, list[Note]]:
    """The state the page kept, or its beginning anew when another prompt stands in the box."""
    text, notes = in_the_box(prompt)
    state, doubts = recalled(memory)
    return acts.read(state, text), [*doubts, *notes]


def recalled(memory: Any) -> tuple[State, list[Note]]:
    """The state the page kept. Raises CheckpointError when there is no model."""
    kept = memory if isinstance(memory, str) else "null"
    return answerable(process.models, partial(from_json, kept))


def in_the_box(prompt: Any) -> tuple[str, list[Note]]:
    """The prompt as the box holds it, cleaned; a program may send anything."""
    return clean_prompt(prompt if isinstance(prompt, str) else "")


def prompt_in(memory: Any, *_: Any) -> str:
    """The prompt of what the page keeps: who reads on in a text is who read it before."""
    try:
        return str(json.loads(memory)["prompt"])
    except (TypeError, ValueError, KeyError, RecursionError):
        return ""
