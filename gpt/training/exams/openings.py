"""Openings such as a visitor types, kept apart from all that is taught: the first guess."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from gpt.generate import Model
from gpt.training.exams.guess import Answer, answers
from gpt.training.exams.score import Score

LIST = Path(__file__).with_name("openings.toml")


@dataclass(frozen=True)
class Opening:
    """The beginning of a text, what kind of thing it asks for, and the right first words."""

    language: str
    kind: str
    prompt: str
    expected: tuple[str, ...]


@cache
def openings(language: str) -> tuple[Opening, ...]:
    """The list of a language, in file order."""
    lines = tomllib.loads(LIST.read_text(encoding="utf-8"))[language]
    return tuple(
        Opening(language, line["kind"], line["prompt"], tuple(line["expected"])) for line in lines
    )


def answered(model: Model, language: str) -> list[Answer]:
    """What a model says after each opening of the list."""
    return answers(model, openings(language))


def score(model: Model, language: str) -> Score:
    """How many first guesses are right."""
    return Score.of(answer.right for answer in answered(model, language))
