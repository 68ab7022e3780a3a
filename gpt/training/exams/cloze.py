"""The cloze test of knowledge: is the first guess the word that was left out?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from gpt.generate import Model
from gpt.training.exams.guess import Answer, Question, answers
from gpt.training.exams.score import Score


class Cloze(Question, Protocol):
    """A question of the test, as `gpt.training.knowledge.cloze` makes it.

    `new`: this phrasing is never told. `kept`: nothing may be tuned on this fact.
    """

    @property
    def language(self) -> str: ...

    @property
    def new(self) -> bool: ...

    @property
    def kept(self) -> bool: ...


@dataclass(frozen=True)
class Outcome:
    """A question with the model's answer."""

    question: Cloze
    answer: Answer


def outcomes(model: Model, questions: Sequence[Cloze]) -> list[Outcome]:
    """The whole test, answered."""
    return list(map(Outcome, questions, answers(model, questions)))


def score(answered: Iterable[Outcome], language: str, new: bool, kept_only: bool = False) -> Score:
    """First guesses in a language, of the new phrasings or of those that are told.

    `kept_only` leaves out the facts that the patterns and the mixture may have been tuned on.
    """
    return Score.of(
        outcome.answer.right
        for outcome in answered
        if outcome.question.language == language
        and outcome.question.new == new
        and (outcome.question.kept or not kept_only)
    )
