"""Text becomes tokens and comes back; no piece of a character is shown as a broken one."""

from __future__ import annotations

import re

import pytest
import tokenizers
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import models, pre_tokenizers

from gpt import Piece, Token, Tokenizer
from gpt.tokenizer import END_OF_TEXT, well_formed
from gpt.training.vocabulary import empty_tokenizer

texts = st.text(max_size=60)


@given(text=texts)
def test_any_text_comes_back(tokenizer: Tokenizer, text: str) -> None:
    assert tokenizer.decode(tokenizer.encode(text)) == text


@given(text=texts)
def test_the_tokens_joined_are_the_text(tokenizer: Tokenizer, text: str) -> None:
    tokens = tokenizer.tokens(tokenizer.encode(text))
    assert "".join(token.text for token in tokens) == text
    assert b"".join(token.bytes for token in tokens) == text.encode("utf-8")


@given(text=texts)
def test_a_token_is_a_piece_exactly_when_it_cuts_a_character(
    tokenizer: Tokenizer, text: str
) -> None:
    tokens = tokenizer.tokens(tokenizer.encode(text))
    for token in tokens:
        assert ("\ufffd" in token.bytes.decode("utf-8", "replace")) == (
            token.piece is not None or "\ufffd" in token.text
        )


@given(text=texts)
def test_the_pieces_of_a_character_follow_each_other(tokenizer: Tokenizer, text: str) -> None:
    rest = iter(tokenizer.tokens(tokenizer.encode(text)))
    for token in rest:
        if token.piece is None:
            continue
        group = [token, *(next(rest) for _ in range(token.piece.of - 1))]
        character = token.piece.character
        assert [t.piece for t in group] == [
            Piece(character, number, len(group)) for number in range(1, len(group) + 1)
        ]
        assert character.encode("utf-8") in b"".join(t.bytes for t in group)
        assert character in "".join(t.text for t in group)


@given(ids=st.lists(st.integers(0, 319), max_size=40))
def test_any_ids_have_a_text_without_replacement_characters(
    tokenizer: Tokenizer, ids: list[int]
) -> None:
    tokens = tokenizer.tokens(ids)
    texts = [token.text for token in tokens if not token.is_end_of_text]
    assert "".join(texts) == tokenizer.decode(ids)
    whole = b"".join(token.bytes or b"\xff" for token in tokens)
    assert "".join(texts) == whole.decode("utf-8", "ignore")


def test_the_four_bytes_of_an_emoji_are_four_pieces(tokenizer: Tokenizer) -> None:
    tokens = tokenizer.tokens(tokenizer.encode("😀"))
    assert [token.text for token in tokens] == ["", "", "", "😀"]
    assert [token.bytes for token in tokens] == [b"\xf0", b"\x9f", b"\x98", b"\x80"]
    assert [token.piece for token in tokens] == [Piece("😀", n, 4) for n in (1, 2, 3, 4)]


def test_a_token_between_two_cut_characters_joins_their_pieces() -> None:
    learnt = tokenizers.Tokenizer.from_str(empty_tokenizer().to_str())
    letters = [END_OF_TEXT, *sorted(pre_tokenizers.ByteLevel.alphabet()), "©Ã"]
    vocabulary = {letter: id for id, letter in enumerate(letters)}
    learnt.model = models.BPE(vocab=vocabulary, merges=[("©", "Ã")])
    tokens = Tokenizer(learnt).tokens(learnt.encode("éé", add_special_tokens=False).ids)
    assert [token.bytes for token in tokens] == [b"\xc3", b"\xa9\xc3", b"\xa9"]
    assert [token.text for token in tokens] == ["", "é", "é"]
    assert [token.piece for token in tokens] == [Piece("éé", n, 3) for n in (1, 2, 3)]


def test_an_unfinished_character_has_no_text_yet(tokenizer: Tokenizer) -> None:
    first, second = tokenizer.encode("é😀")[-4:-2]
    assert tokenizer.token(first) == Token(first, "", b"\xf0")
    assert tokenizer.decode([first, second]) == ""


def test_the_end_of_a_text_is_a_token_without_bytes(tokenizer: Tokenizer) -> None:
    token = tokenizer.token(tokenizer.end_of_text)
    assert token == Token(0, END_OF_TEXT, b"")
    assert token.is_end_of_text


def test_no_character_goes_on_behind_the_end_of_a_text(tokenizer: Tokenizer) -> None:
    first, *rest = tokenizer.encode("😀")
    ids = [first, tokenizer.end_of_text, *rest]
    assert tokenizer.decode(ids) == ""
    assert all(token.piece is None for token in tokenizer.tokens(ids))


@given(before=texts, after=texts)
def test_a_typed_end_of_text_is_ordinary_text(
    tokenizer: Tokenizer, before: str, after: str
) -> None:
    text = before + END_OF_TEXT + after
    ids = tokenizer.encode(text)
    assert tokenizer.end_of_text not in ids
    assert tokenizer.decode(ids) == text
    assert not any(token.is_end_of_text for token in tokenizer.tokens(ids))


def test_lone_surrogates_are_read_as_replacement_characters(tokenizer: Tokenizer) -> None:
    assert well_formed("a\ud800é\udfff😀") == "a\ufffdé\ufffd😀"
    assert tokenizer.decode(tokenizer.encode("a\ud800b")) == "a\ufffdb"


@given(text=texts)
def test_well_formed_text_stays_as_it_is(text: str) -> None:
    assert well_formed(text) == text


def test_the_start_token_is_known_and_not_part_of_an_encoding(
    tokenizer: Tokenizer, startless: Tokenizer
) -> None:
    assert tokenizer.reads_start
    assert not startless.reads_start
    assert tokenizer.encode("") == startless.encode("") == []
    assert tokenizer.encode("Il était") == startless.encode("Il était")


def test_find_gives_every_token_that_contains_a_text(tokenizer: Tokenizer) -> None:
    found = tokenizer.find("ÉT")
    assert found == [
        id for id in range(tokenizer.size) if "ét" in tokenizer.token(id).text.casefold()
    ]
    assert " ét" in {tokenizer.token(id).text for id in found}
    assert tokenizer.find("endoftext") == [tokenizer.end_of_text]
    assert tokenizer.find("no token is as long as this") == []


def test_an_id_without_an_entry_has_no_text(tokenizer: Tokenizer) -> None:
    token = tokenizer.token(tokenizer.size + 5)
    assert token == Token(325, "", b"")
    assert not token.is_end_of_text


def test_a_stored_length_limit_cuts_no_text(encoder: tokenizers.Tokenizer) -> None:
    limited = tokenizers.Tokenizer.from_str(encoder.to_str())
    limited.enable_truncation(3)
    limited.enable_padding(length=8)
    tokenizer = Tokenizer(limited)
    assert tokenizer.decode(tokenizer.encode("Il était une fois")) == "Il était une fois"
    assert len(tokenizer.encode("I")) == 1


def test_an_added_token_stands_for_its_own_text(encoder: tokenizers.Tokenizer) -> None:
    more = tokenizers.Tokenizer.from_str(encoder.to_str())
    more.add_tokens(["« été »"])
    tokenizer = Tokenizer(more)
    assert tokenizer.token(320).text == "« été »"
    assert tokenizer.encode("« été »") == [320]


def test_a_foreign_vocabulary_is_refused() -> None:
    words = tokenizers.Tokenizer(models.WordLevel({END_OF_TEXT: 0, "été": 1}, unk_token="été"))
    with pytest.raises(ValueError, match="not byte-level"):
        Tokenizer(words)
    with pytest.raises(ValueError, match=re.escape(f"has no {END_OF_TEXT}")):
        Tokenizer(tokenizers.Tokenizer(models.WordLevel({"été": 1}, unk_token="été")))
