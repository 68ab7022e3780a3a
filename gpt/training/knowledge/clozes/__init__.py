"""The cloze test: beginnings of sentences and the words that should come next."""

from __future__ import annotations

from functools import cache

from gpt.training.knowledge.clozes.facts import of_facts
from gpt.training.knowledge.clozes.games import of_games
from gpt.training.knowledge.clozes.line import Cloze
from gpt.training.knowledge.clozes.verses import of_sequences, of_verses

__all__ = ["Cloze", "cloze"]


def cloze() -> list[Cloze]:
    """The whole test, French first; no prompt stands in it twice."""
    return list(_all())


@cache
def _all() -> tuple[Cloze, ...]:
    found: dict[tuple[str, str], Cloze] = {}
    for language in ("fr", "en"):
        for line in (
            *of_facts(language),
            *of_verses(language),
            *of_sequences(language),
            *of_games(language),
        ):
            found.setdefault((language, line.prompt), line)
    return tuple(found.values())
