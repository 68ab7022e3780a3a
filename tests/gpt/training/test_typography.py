"""What phones type, and the way back to the corpus's plain signs."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpt.training.typography import (
    NARROW_NO_BREAK,
    NO_BREAK,
    PLAIN_SHARE,
    curly_quotes,
    dress,
    french_spaces,
)

PLAIN = str.maketrans(
    {"“": '"', "”": '"', "‘": "'", "’": "'", "…": "...", NO_BREAK: " ", NARROW_NO_BREAK: " "}
)
"""The stated way back: each typographic sign to what the corpus writes."""

ENGLISH = '"Don\'t go," said the king\'s son. "\'Tis late..."'
FRENCH = "« Où vas-tu ? » dit l'ogre ; il n'attendit pas... Oh !"


def test_english_quotes_open_and_close() -> None:
    assert curly_quotes(ENGLISH) == "“Don’t go,” said the king’s son. “‘Tis late…”"


@pytest.mark.parametrize("space", [NO_BREAK, NARROW_NO_BREAK])
def test_french_spaces_do_not_break(space: str) -> None:
    dressed = french_spaces(FRENCH, space)
    assert (
        dressed
        == f"«{space}Où vas-tu{space}?{space}» dit l'ogre{space}; il n'attendit pas… Oh{space}!"
    )


@pytest.mark.parametrize(("text", "language"), [(ENGLISH, "en"), (FRENCH, "fr")])
def test_every_style_leads_back_to_the_plain_text(text: str, language: str) -> None:
    rng = random.Random(1)
    styles = {dress(text, language, rng) for _ in range(200)}
    assert len(styles) == (2 if language == "en" else 4)
    assert {style.translate(PLAIN) for style in styles} == {text}


@given(st.text(alphabet="ab \n\"'.,;:!?«»(—-é"), st.sampled_from(["en", "fr"]), st.integers())
def test_no_text_loses_a_sign(text: str, language: str, seed: int) -> None:
    assert dress(text, language, random.Random(seed)).translate(PLAIN) == text


def test_about_a_third_of_the_documents_are_dressed() -> None:
    rng = random.Random(0)
    plain = sum(dress(ENGLISH, "en", rng) == ENGLISH for _ in range(4000)) / 4000
    assert plain == pytest.approx(PLAIN_SHARE, abs=0.03)
