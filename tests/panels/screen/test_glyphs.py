"""A token made visible: whatever its bytes, there is something to point at."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

import gpt
from gpt import Piece, Token
from panels.screen.glyphs import glyphs

UNSEEN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zs", "Zl", "Zp")


def drawn(spelling: bytes) -> list[tuple[str, str]]:
    """The parts of a token of these bytes, standing alone."""
    parts: list[tuple[str, str]] = glyphs(Token(7, "", spelling))["parts"]
    return parts


def seen(text: str) -> str:
    return "".join(part for part, _ in drawn(text.encode()))


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("chat", [("chat", "text")]),
        (" chat", [("·", "sign"), ("chat", "text")]),
        ("  ", [("·", "sign"), ("·", "sign")]),
        (".\n", [(".", "text"), ("⏎", "sign")]),
        ("\t", [("⇥", "sign")]),
        ("\r", [("⟨U+000D⟩", "sign")]),
        ("\0", [("⟨U+0000⟩", "sign")]),
        ("\x1b", [("⟨U+001B⟩", "sign")]),
        ("\u00a0!", [("⍽", "sign"), ("!", "text")]),
        ("«\u202f", [("«", "text"), ("⍽", "sign")]),
        ("\u2003", [("⟨U+2003⟩", "sign")]),
        ("\u2028", [("⟨U+2028⟩", "sign")]),
        ("a\u200bb", [("a", "text"), ("⟨U+200B⟩", "sign"), ("b", "text")]),
        ("\u200d", [("⟨U+200D⟩", "sign")]),
        ("\u202e", [("⟨U+202E⟩", "sign")]),
        ("\ufeff", [("⟨U+FEFF⟩", "sign")]),
        ("\u0301", [("◌\u0301", "text")]),
        ("\ufe0f", [("◌\ufe0f", "text")]),
        ("\ufffd", [("⟨U+FFFD⟩", "sign")]),
        ("\ue000", [("⟨U+E000⟩", "sign")]),
        ("\U000e0041", [("⟨U+E0041⟩", "sign")]),
        ("😀漢é", [("😀漢é", "text")]),
        ("<b>&", [("<b>&", "text")]),
    ],
)
def test_what_cannot_be_seen_gets_a_sign(text: str, parts: list[tuple[str, str]]) -> None:
    assert drawn(text.encode()) == parts


@pytest.mark.parametrize(
    ("spelling", "parts"),
    [
        (b"\xc3", [("⟨C3⟩", "sign")]),
        (b"\xa9", [("⟨A9⟩", "sign")]),
        (b"\xff\xfe", [("⟨FF⟩", "sign"), ("⟨FE⟩", "sign")]),
        (b"a\xc3", [("a", "text"), ("⟨C3⟩", "sign")]),
        (b"\x98\x80 b", [("⟨98⟩", "sign"), ("⟨80⟩", "sign"), ("·", "sign"), ("b", "text")]),
        (b"\xf0\x9f\x98", [("⟨F0⟩", "sign"), ("⟨9F⟩", "sign"), ("⟨98⟩", "sign")]),
        (b"\xed\xa0\x80", [("⟨ED⟩", "sign"), ("⟨A0⟩", "sign"), ("⟨80⟩", "sign")]),
    ],
)
def test_bytes_that_are_no_character_are_written_as_numbers(
    spelling: bytes, parts: list[tuple[str, str]]
) -> None:
    assert drawn(spelling) == parts


@given(spelling=st.binary(min_size=1, max_size=12))
def test_any_bytes_give_something_to_see(spelling: bytes) -> None:
    text = "".join(part for part, _ in drawn(spelling))
    assert text
    assert "\ufffd" not in text
    assert not [c for c in text if unicodedata.category(c) in UNSEEN]


@given(
    text=st.text(
        st.characters(categories=["L", "N", "P", "S"], exclude_characters="\ufffd"), min_size=1
    )
)
def test_letters_figures_and_signs_are_drawn_as_they_are(text: str) -> None:
    assert seen(text) == text


def test_the_end_of_the_text_has_no_parts_and_says_so(tokenizer: gpt.Tokenizer) -> None:
    end = tokenizer.token(tokenizer.end_of_text)
    assert glyphs(end) == {"id": tokenizer.end_of_text, "end": True, "parts": []}


def test_a_typed_end_of_the_text_is_ordinary_text(tokenizer: gpt.Tokenizer) -> None:
    typed = [glyphs(token) for token in tokenizer.tokens(tokenizer.encode("<|endoftext|>"))]
    assert not any(each["end"] for each in typed)
    assert "".join(part for each in typed for part, _ in each["parts"]) == "<|endoftext|>"


def test_the_pieces_of_a_character_name_it(tokenizer: gpt.Tokenizer) -> None:
    pieces = [glyphs(token) for token in tokenizer.tokens(tokenizer.encode("😀"))]
    assert [each["piece"] for each in pieces] == ["1/4", "2/4", "3/4", "4/4"]
    assert {each["character"] for each in pieces} == {"😀"}
    assert [each["parts"] for each in pieces] == [
        [("⟨F0⟩", "sign")], [("⟨9F⟩", "sign")], [("⟨98⟩", "sign")], [("⟨80⟩", "sign")],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("character", "name"),
    [("\u200d", "⟨U+200D⟩"), ("\ufffd", "⟨U+FFFD⟩"), ("\u0301", "◌\u0301"), ("\u202f", "⍽")],
)
def test_the_pieces_of_what_cannot_be_seen_name_its_sign(character: str, name: str) -> None:
    token = Token(7, "", character.encode()[:1], Piece(character, 1, len(character.encode())))
    assert glyphs(token)["character"] == name


@given(text=st.text(st.characters(codec="utf-8"), min_size=1, max_size=20))
def test_no_token_of_any_text_is_empty_or_a_replacement(
    tokenizer: gpt.Tokenizer, text: str
) -> None:
    for token in tokenizer.tokens(tokenizer.encode(text)):
        each = glyphs(token)
        shown = "".join(part for part, _ in each["parts"])
        assert shown
        assert "\ufffd" not in shown + each.get("character", "")


def test_every_token_of_the_vocabulary_can_be_seen(tokenizer: gpt.Tokenizer) -> None:
    for id in range(tokenizer.size):
        each = glyphs(tokenizer.token(id))
        assert each["id"] == id
        assert each["end"] == (id == tokenizer.end_of_text)
        assert bool(each["parts"]) != each["end"]
        assert "piece" not in each
