"""The first guess: the word that a model says next when it always takes the most probable token."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from gpt.generate import Model
from gpt.sampling import Settings
from gpt.training.exams.text import WORD, words
from gpt.training.exams.writing import Start, write_together

GREEDY = Settings(strategy="greedy")
TOKENS_A_WORD = 12

_LEAD = re.compile(r"[\s\"“”«'‘’:–—-]*")


class Question(Protocol):
    """A beginning, and what may come next: one of several words, or of several runs of words."""

    @property
    def prompt(self) -> str: ...

    @property
    def expected(self) -> tuple[str, ...]: ...


@dataclass(frozen=True)
class Answer:
    """The words that came next, as they were written, and whether they are expected ones."""

    said: str
    right: bool


def answers(model: Model, questions: Sequence[Question]) -> list[Answer]:
    """An answer a question."""
    lengths = [max(len(words(text)) for text in question.expected) for question in questions]
    starts = [Start(question.prompt, GREEDY) for question in questions]
    written = write_together(
        model,
        starts,
        TOKENS_A_WORD * max(lengths, default=0),
        lambda number, text: complete_words(text) >= lengths[number],
    )
    return [
        judge(question, each.text, length)
        for question, each, length in zip(questions, written, lengths, strict=True)
    ]


def complete_words(text: str) -> int:
    """How many words can no longer become longer ones, whatever comes after the text."""
    found = list(WORD.finditer(text))
    open_end = bool(found) and text[found[-1].end() :] in ("", "'", "’")
    return len(found) - open_end


def judge(question: Question, written: str, length: int) -> Answer:
    """The first `length` words, and whether they begin as something expected does.

    Only spaces, quotes, dashes and a colon may stand before them; what goes on with the last word
    of the prompt is no word.
    """
    found = list(WORD.finditer(written))[:length]
    if not found:
        return Answer(written.strip(), False)
    said = written[: found[-1].end()]
    follows = _LEAD.fullmatch(said, 0, found[0].start()) is not None
    glued = found[0].start() == 0 and question.prompt[-1:].isalnum()
    spoken = words(said)
    expected = [words(text) for text in question.expected]
    right = any(spoken[: len(each)] == each for each in expected)
    return Answer(said.strip(), right and follows and not glued)
