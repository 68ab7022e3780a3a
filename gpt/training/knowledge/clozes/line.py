"""One line of the cloze test."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Cloze:
    """A prompt without a space at its end, and the words that may follow it.

    `new`: this phrasing is never told. `kept`: nothing may be tuned on this fact. `table` is the
    relation, or verse, sequence, game; in a game, the names are made up and the phrasing is told.
    """

    language: str
    prompt: str
    expected: tuple[str, ...]
    new: bool
    kept: bool
    table: str
