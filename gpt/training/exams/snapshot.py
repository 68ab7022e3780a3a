"""What a model knows on the way: its answers to the openings, its shares of the cloze test."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from gpt.generate import Model
from gpt.training.exams import cloze, openings
from gpt.training.exams.cloze import Cloze

LANGUAGES = ("en", "fr")


def asked() -> list[dict[str, Any]]:
    """The openings of both languages, in the order in which `answered` answers them."""
    return [asdict(opening) for language in LANGUAGES for opening in openings.openings(language)]


def answered(model: Model, questions: Sequence[Cloze]) -> dict[str, Any]:
    """`answers`: per opening what was said, and 1 if that is right; `cloze`: shares from 0 to 1.

    The shares are those of the kept facts, told and new phrasings apart, per language; None where
    nothing was asked.
    """
    kept = [question for question in questions if question.kept]
    outcomes = cloze.outcomes(model, kept)
    return {
        "answers": [
            [answer.said, int(answer.right)]
            for language in LANGUAGES
            for answer in openings.answered(model, language)
        ],
        "cloze": {
            how: {
                language: _rounded(cloze.score(outcomes, language, new).share)
                for language in LANGUAGES
            }
            for how, new in (("told", False), ("new", True))
        },
    }


def _rounded(share: float) -> float | None:
    return round(share, 4) if share == share else None
