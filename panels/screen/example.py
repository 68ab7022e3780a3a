"""The example that every screen opens on, before its reader has typed anything."""

from __future__ import annotations

from panels.screen.state import State
from panels.screen.words import words_of


def first_state(language: str) -> State:
    """The first example of the words, nothing written after it yet."""
    return State(prompt=words_of(language).list("prompt.examples")[0])
