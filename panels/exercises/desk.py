"""What an exercise is computed on, the model that was chosen; and what comes of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from engine.shelf import Models
from panels.exercises.answers import Answer
from panels.exercises.numbers import Written
from panels.exercises.texts import texts_of
from panels.screen.glyphs import glyphs
from panels.screen.state import State
from panels.screen.view import View, look

Found = Mapping[str, Any]
"""What a search found for an exercise: a prompt, a seed, plain as JSON."""

PLAIN: dict[str, Any] = {"temperature": 1.0, "top_k": None, "top_p": None}
"""The settings that leave softmax as it is."""


@dataclass(frozen=True)
class Desk:
    """The models, the one that answers, and the language that it is asked in."""

    models: Models
    language: str
    model: str

    def look(self, prompt: str, **changed: Any) -> View:
        """The screen of a prompt under plain settings, but for those that are named."""
        return look(self.models, State(prompt=prompt, model=self.model, **{**PLAIN, **changed}))

    def see(self, view: View, ids: Sequence[int], **changed: Any) -> View:
        """The same screen with other tokens written after the prompt."""
        return look(self.models, replace(view.state, written=tuple(ids), **changed))

    def list(self, name: str) -> list[str]:
        """A list of texts of the language: beginnings, words."""
        return texts_of(self.language).list(name)

    def beginnings(self) -> Iterable[Found]:
        """A prompt each, for those that look for one that suits them."""
        return ({"prompt": prompt} for prompt in self.list("beginnings"))


@dataclass(frozen=True)
class Table:
    """Numbers beside a question, or beside its answer: `head` are keys of the words."""

    head: Sequence[str]
    rows: Sequence[Sequence[Any]]

    @property
    def drawn(self) -> dict[str, Any]:
        return {"head": list(self.head), "rows": [list(row) for row in self.rows]}


@dataclass(frozen=True)
class Task:
    """An exercise, computed: its answer, and the numbers in its words.

    `shown` stands beside the question, `measured` beside the answer; `see` is the panel that shows
    it and what it is asked. `fits` says whether what was found for it still suits this model.
    """

    answer: Answer
    values: Mapping[str, Written] = field(default_factory=dict)
    solved: Mapping[str, Written] = field(default_factory=dict)
    shown: Table | None = None
    measured: Table | None = None
    see: tuple[str, Mapping[str, str]] | None = None
    fits: bool = True


def spelt(view: View, id: int) -> str:
    """A token within a sentence, its spaces visible."""
    drawn = glyphs(view.token(id))
    return "<|endoftext|>" if drawn["end"] else "".join(text for text, _ in drawn["parts"])


def pieces(view: View, ids: Iterable[int]) -> str:
    """Tokens within a sentence, one beside the other."""
    return " | ".join(spelt(view, id) for id in ids)
