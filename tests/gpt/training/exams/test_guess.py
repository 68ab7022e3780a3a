"""The first guess: a whole word, whatever its case and quotes."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from gpt.training.exams import cloze
from gpt.training.exams.guess import answers, complete_words, judge
from gpt.training.exams.score import Score
from tests.gpt.training.exams.parrots import parrot, words_of


@dataclass(frozen=True)
class Line:
    """A line of the cloze test."""

    prompt: str
    expected: tuple[str, ...]
    language: str = "en"
    new: bool = False
    kept: bool = False


@pytest.mark.parametrize(
    ("prompt", "written", "expected", "right"),
    [
        ("A dog says", ' "Woof!"', "woof", True),
        ("Un chien fait", " «\u202fouaf\u202f»", "ouaf", True),
        ("It is", " Paris, of", "Paris", True),
        ("It is", " a big", "Paris", False),
        ("It is", ". Paris", "Paris", False),
        ("10 - 3 =", " 7.", "7", True),
        ("eurent beaucoup", " d’enfants.", "d'enfants", True),
        ("She lives in", " New York now", "New York", True),
        ("She lives in", " New shoes now", "New York", False),
        ("It is", "land of", "land", False),
        ("la porte de l'", "étable et", "étable", True),
        ("It is", "...", "Paris", False),
    ],
)
def test_an_answer_is_judged_by_its_words(
    prompt: str, written: str, expected: str, right: bool
) -> None:
    question = Line(prompt, ("something else altogether", expected))
    assert judge(question, written, 3).right is right


def test_an_answer_is_what_was_written() -> None:
    assert judge(Line("A dog says", ("woof",)), ' "Woof, woof', 1).said == '"Woof'
    assert judge(Line("A dog says", ("woof",)), " ...\n", 1).said == "..."


@pytest.mark.parametrize(
    ("text", "count"),
    [(" Wed", 0), (" Wednesday,", 1), (" don'", 0), (" don't go ", 2), ("", 0), (" « ", 0)],
)
def test_a_word_is_complete_when_something_else_follows(text: str, count: int) -> None:
    assert complete_words(text) == count


def test_the_model_is_asked_for_as_many_words_as_are_expected() -> None:
    told = ("The sky is light blue today.", "A cow says moo")
    model = parrot(words_of(*told), *told)
    questions = [
        Line("The sky is", ("blue", "light blue")),
        Line("The sky is", ("blue",)),
        Line("A cow says", ("moo",)),
    ]
    found = answers(model, questions)
    assert [answer.said for answer in found] == ["light blue", "light", "moo"]
    assert [answer.right for answer in found] == [True, False, True]
    assert answers(model, []) == []


def test_cloze_is_counted_by_language_phrasing_and_what_was_kept() -> None:
    told = ("The sky is blue.", "La vache fait meuh.")
    model = parrot(words_of(*told), *told)
    right, wrong = ("The sky is", ("blue",)), ("The sky is", ("green",))
    lines = [
        Line(*right),
        Line(*right, kept=True),
        Line(*wrong),
        Line(*wrong, new=True, kept=True),
        Line(*right, new=True),
        Line("La vache fait", ("meuh",), language="fr", kept=True),
    ]
    found = cloze.outcomes(model, lines)
    assert cloze.score(found, "en", new=False) == Score(2, 3)
    assert cloze.score(found, "en", new=False, kept_only=True) == Score(1, 1)
    assert cloze.score(found, "en", new=True) == Score(1, 2)
    assert cloze.score(found, "en", new=True, kept_only=True) == Score(0, 1)
    assert cloze.score(found, "fr", new=False) == Score(1, 1)
    assert cloze.score(found, "fr", new=True).asked == 0
