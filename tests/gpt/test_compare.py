"""Two models before one text: stretches that both cut, and the distance of two predictions."""

from __future__ import annotations

import math
from itertools import pairwise

import hypothesis
import pytest
import torch
from hypothesis import strategies as st

import gpt
from gpt import Token
from gpt.compare import NO_BYTE, aligned, beginning, beginnings, surprise, total_variation


def cut(*pieces: bytes) -> list[Token]:
    return [Token(n, "", piece) for n, piece in enumerate(pieces)]


def test_a_stretch_ends_where_both_models_cut() -> None:
    stretches = aligned(
        cut(b"", b"Il", b" \xc3", b"\xa9tait", b" une"), cut(b"I", b"l \xc3\xa9tait", b" une")
    )
    assert [(s.bytes, s.one, s.other) for s in stretches] == [
        (b"Il \xc3\xa9tait", range(1, 4), range(2)),
        (b" une", range(4, 5), range(2, 3)),
    ]


def test_what_one_model_no_longer_reads_is_left_out() -> None:
    (stretch,) = aligned(cut(b"", b"one", b" two", b" three"), cut(b"two", b" three"))
    assert (stretch.bytes, stretch.one, stretch.other) == (b" three", range(3, 4), range(1, 2))


def test_no_text_has_no_stretch() -> None:
    assert aligned(cut(b""), cut(b"")) == []


@hypothesis.given(st.text(max_size=60), st.data())
def test_the_stretches_spell_what_both_have_read(text: str, data: st.DataObject) -> None:
    spelled = text.encode()
    places = st.lists(st.integers(0, len(spelled)), max_size=20)
    sides = []
    for _ in range(2):
        cuts = sorted({0, len(spelled), *data.draw(places)})
        sides.append(cut(b"", *(spelled[a:b] for a, b in pairwise(cuts))))
    stretches = aligned(*sides)
    assert b"".join(s.bytes for s in stretches) == spelled
    for stretch in stretches:
        for tokens, which in zip(sides, (stretch.one, stretch.other), strict=True):
            assert b"".join(tokens[n].bytes for n in which) == stretch.bytes


def test_the_surprise_of_a_stretch_is_that_of_its_tokens_together(model: gpt.Model) -> None:
    reading = model.read("Il était")
    rows = reading.rows()
    logs = reading.logits.double().log_softmax(-1)
    tokens = range(1, len(reading.ids))
    wanted = -sum(float(logs[n - 1, reading.ids[n]]) for n in tokens) / math.log(2)
    assert surprise(rows, tokens) == pytest.approx(wanted, rel=1e-5)
    assert math.isnan(surprise(rows, range(2)))


def test_beginnings_share_out_all_of_the_probability(tokenizer: gpt.Tokenizer) -> None:
    generator = torch.Generator().manual_seed(3)
    shares = torch.rand(tokenizer.size + 2, generator=generator, dtype=torch.float64)
    shares /= shares.sum()
    begins = beginnings(shares, tokenizer)
    assert float(begins.sum()) == pytest.approx(1)
    for place in (ord("e"), NO_BYTE, NO_BYTE + 1 + ord("e"), 2 * NO_BYTE + 1):
        begun = [
            id for id, spelling in enumerate(tokenizer.spellings)
            if spelling[: 2 if spelling[:1] == b" " else 1] == beginning(place)
        ]  # fmt: skip
        beyond = float(shares[tokenizer.size :].sum()) if place == NO_BYTE else 0.0
        assert float(begins[place]) == pytest.approx(float(shares[begun].sum()) + beyond)
    assert beginning(NO_BYTE) == b""
    assert beginning(2 * NO_BYTE + 1) == b" "


@pytest.mark.parametrize(
    ("one", "other", "moved"),
    [([0.5, 0.2, 0.3], [0.5, 0.2, 0.3], 0), ([1, 0, 0], [0, 0.5, 0.5], 1),
     ([0.5, 0.2, 0.3], [0.1, 0.6, 0.3], 0.4)],
)  # fmt: skip
def test_the_distance_is_what_must_move(one: list[float], other: list[float], moved: float) -> None:
    assert total_variation(torch.tensor(one), torch.tensor(other)) == pytest.approx(moved)
