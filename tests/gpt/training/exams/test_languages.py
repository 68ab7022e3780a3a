"""A change of language is seen, and a foreign word is none."""

from __future__ import annotations

import pytest

from gpt.training.exams.languages import SMALL_WORDS, Change, changes, goes_over


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("fr", "She was very happy."),
        ("fr", "She was soigné."),
        ("fr", "Il était une fois a little girl who was very happy and she sang."),
        ("fr", "The cat did not see that the wolf was there, et il rit."),
        ("en", "Il était une fois un roi."),
        ("en", "One day, le petit garçon alla à l’école avec sa mère et elle rit."),
        ("en", "C'était bien."),
    ],
)
def test_the_other_language_is_seen(language: str, sentence: str) -> None:
    assert goes_over(sentence, language)


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("fr", "Tom dit « yes » et il partit avec Will."),
        ("fr", "En anglais, le chien se dit the dog."),
        ("fr", "« Good night, Tom ! »"),
        ("fr", "Son or, pour moi, on a tout dit au chat."),
        ("fr", "Le film s'appelle The King and I, et il est beau."),
        ("en", 'The word for "cat" is "le chat" in French.'),
        ("en", '"Oui, oui!" said Madame Dupont.'),
        ("en", "Jean de la Fontaine wrote it."),
        ("en", "Les Misérables is a book that my mother read."),
        ("en", "I don't know, she's late, and we'll go."),
        ("fr", ""),
    ],
)
def test_a_name_a_title_a_translated_word_is_no_change(language: str, sentence: str) -> None:
    assert not goes_over(sentence, language)


def test_no_small_word_is_in_both_lists() -> None:
    assert not SMALL_WORDS["en"] & SMALL_WORDS["fr"]


def test_the_first_sentence_that_changes_is_named() -> None:
    texts = [
        "Le roi dormait. Il rêvait.",
        "Le roi dormait. The king was asleep. She was there.",
        "La reine chantait.\n\nHe said that it was late.",
    ]
    assert changes(texts, "fr") == [
        Change(1, 1, "The king was asleep."),
        Change(2, 1, "He said that it was late."),
    ]
    assert changes(["The king slept. Le roi est là, et il rit. Il a dit oui."], "en") == [
        Change(0, 1, "Le roi est là, et il rit.")
    ]
