"""The openings: as many in both languages, kept apart from all that is taught."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from gpt.training import kits, knowledge
from gpt.training.exams import openings
from gpt.training.exams.score import Score
from gpt.training.exams.text import plain
from tests.gpt.training.exams.parrots import parrot, words_of

PASSES = 3


def even(text: str) -> str:
    """Small letters, straight apostrophes, one plain space wherever there is any."""
    return re.sub(r"\s+", " ", plain(text))


def test_there_are_24_of_the_same_kinds_in_both_languages() -> None:
    kinds = [
        Counter(each.kind for each in openings.openings(language)) for language in ("en", "fr")
    ]
    assert kinds[0] == kinds[1]
    assert kinds[0].total() == 24
    assert len(kinds[0]) >= 12


@pytest.mark.parametrize("language", ["en", "fr"])
def test_an_opening_ends_where_a_word_may_begin(language: str) -> None:
    found = openings.openings(language)
    assert len({each.prompt for each in found}) == 24
    for each in found:
        assert each.prompt == each.prompt.strip()
        assert each.expected
        assert all(word == word.strip() != "" for word in each.expected)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_no_opening_is_told_word_for_word(language: str) -> None:
    prompts = [even(each.prompt) for each in openings.openings(language)]
    for number in range(PASSES):
        for teller in (kits, knowledge):
            told = even("\n".join(teller.documents(language, number)))
            assert [prompt for prompt in prompts if prompt in told] == []


def test_the_first_guesses_are_counted() -> None:
    told = "Once upon a time, said Paris"
    score = openings.score(parrot(words_of(told), told), "en")
    assert score.asked == 24
    assert score.right == 1
    assert Score(1, 4).share == 0.25
