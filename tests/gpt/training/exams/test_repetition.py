"""Going round in circles, measured."""

from __future__ import annotations

from pathlib import Path

import pytest

from gpt.training.exams import repetition
from gpt.training.exams.repetition import Variety, distinct, human_texts, variety
from tests.gpt.training.tiny_corpus import write_corpus


def test_a_run_that_comes_again_counts_once() -> None:
    assert distinct("one two three four five six") == 1
    assert distinct("One, two! One two; one (two).") == pytest.approx(2 / 3)
    assert distinct("her toys and her toys and her toys and her") == pytest.approx(3 / 7)
    assert distinct("only three words") is None


def test_only_the_first_words_are_looked_at() -> None:
    fresh = " ".join(map(str, range(repetition.WORDS)))
    assert distinct(fresh + " 1 2 3 4 5 6") == 1
    assert distinct("0 1 2 3 4 5 " + fresh) == pytest.approx(104 / 107)


def test_texts_count_alike_and_too_short_ones_not_at_all() -> None:
    assert variety(["a b c d e", "a b a b a b a", "a"]) == Variety(0.75, 2, 6)
    with pytest.raises(ValueError, match="four words"):
        variety(["a b c"])


def test_people_are_measured_on_held_out_stories(tmp_path: Path) -> None:
    human = variety(human_texts(write_corpus(tmp_path), "en"))
    assert human.texts == 4
    assert human.words == repetition.WORDS
    assert 0.5 < human.distinct <= 1
