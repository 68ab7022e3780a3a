"""Words and sentences, as the exams cut them."""

from __future__ import annotations

import pytest

from gpt.training.exams.text import sentences, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I don't know, he said.", "i|don't|know|he|said"),
        ("L’été, c'est aujourd'hui !", "l'|été|c'|est|aujourd'hui"),
        ("« Où es-tu ? » Qu'il vienne.", "où|es|tu|qu'|il|vienne"),
        ("9 x 2 = 18", "9|x|2|18"),
        ("...", ""),
    ],
)
def test_words_are_small_letters_without_punctuation(text: str, expected: str) -> None:
    assert "|".join(words(text)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("He came. She went! Who?", ["He came.", "She went!", "Who?"]),
        ('"Who is there?" said Tom. He sat.', ['"Who is there?" said Tom.', "He sat."]),
        ("« Viens ! » dit-il. Elle vint.", ["« Viens ! » dit-il.", "Elle vint."]),
        ("« Viens ! » Elle vint", ["« Viens ! »", "Elle vint"]),
        ("Mr. Fox met M. Loup. Good.", ["Mr. Fox met M. Loup.", "Good."]),
        ("And then... nothing.\n\nthe end", ["And then... nothing.", "the end"]),
        ("— Oui.\n— Non.", ["— Oui.", "— Non."]),
        ("One. . . \n\n!", ["One."]),
        ("", []),
    ],
)
def test_a_sentence_goes_on_behind_a_quote(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected
