"""A text word by word: where the words are, which tokens spell them, what they cost."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch

import gpt
from gpt.by_word import Word, costs, spelling, words
from gpt.weights import BUNDLED


def said(text: str) -> list[str]:
    return [text[word.start : word.end] for word in words(text)]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Le chat dort.", ["Le", "chat", "dort"]),
        ("L’arbre, qu’il a vu", ["L’", "arbre", "qu’", "il", "a", "vu"]),
        ("aujourd’hui jusqu'au grand-père", ["aujourd’hui", "jusqu'", "au", "grand-père"]),
        ("She doesn’t know; it's Tom’s.", ["She", "doesn’t", "know", "it's", "Tom’s"]),
        ("« Non » — 12 fois…", ["Non", "12", "fois"]),
        ("e\u0301te\u0301", ["e\u0301te\u0301"]),
        (" \n…", []),
        ("", []),
    ],
)
def test_a_text_has_its_words(text: str, parts: list[str]) -> None:
    assert said(text) == parts


@pytest.fixture(scope="module")
def conteur() -> gpt.Model:
    return gpt.load("conteur")


@pytest.mark.parametrize("text", ["Le forgeron, l’œuvre « naïve » ; été.", "a  b\n\nc", "😀 mot"])
def test_each_token_of_a_word_is_charged_to_it_and_punctuation_to_none(
    conteur: gpt.Model, text: str
) -> None:
    tokens = conteur.read(text).tokens
    found = words(text)
    places = spelling(text, found, tokens)
    used = [position for positions in places for position in positions]
    assert used == sorted(set(used))
    for word, positions in zip(found, places, strict=True):
        spelled = b"".join(tokens[position].bytes for position in positions).decode()
        assert spelled.strip() == text[word.start : word.end]
    free = b"".join(
        token.bytes for position, token in enumerate(tokens) if position not in set(used)
    ).decode()
    assert not any(letter.isalnum() for letter in free)


def test_a_token_of_two_words_is_charged_to_the_first() -> None:
    tokens = [
        gpt.Token(0, "ab", b"ab"),
        gpt.Token(1, "c-d", b"c d"),
        gpt.Token(2, "e", b"e"),
    ]
    assert spelling("abc de", [Word(0, 3), Word(4, 6)], tokens) == [(0, 1), (2,)]


def test_a_space_that_the_tokenizer_puts_in_front_moves_nothing() -> None:
    tokens = [gpt.Token(0, "", b""), gpt.Token(1, " ab", b" ab"), gpt.Token(2, " c", b" c")]
    assert spelling("ab c", [Word(0, 2), Word(3, 4)], tokens) == [(1,), (2,)]


def test_a_word_costs_what_transformers_says_of_its_tokens(conteur: gpt.Model) -> None:
    from transformers import GPT2LMHeadModel

    text = "Hier matin, Lina a trouvé un vieux vélo devant la maison du forgeron."
    reference: Any = GPT2LMHeadModel.from_pretrained(BUNDLED["conteur"], dtype=torch.float32)
    reference.eval()
    reading = conteur.read(text)
    with torch.no_grad():
        rows = reference(torch.tensor([list(reading.ids)])).logits[0].double().log_softmax(-1)
    found = words(text)
    judged = costs(reading, reading.rows(), text, found)
    assert max(len(cost.positions) for cost in judged) > 1
    for cost in judged:
        bits = -sum(float(rows[t - 1, reading.ids[t]]) for t in cost.positions) / math.log(2)
        assert cost.bits == pytest.approx(bits, abs=1e-3)
        assert cost.probability == pytest.approx(2**-bits, rel=1e-3)
        best = [int(rows[t - 1].argmax()) == reading.ids[t] for t in cost.positions]
        assert cost.first == all(best)
