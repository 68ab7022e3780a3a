"""One reading: a row after every token, judged as a naive computation judges it."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import gpt
from gpt.reading import highest, window

TEXT = "Il était une fois"
ids_of_a_text = st.lists(st.integers(1, 319), min_size=1, max_size=31)


def assert_same_rows(one: list[gpt.Row], other: list[gpt.Row]) -> None:
    """The same tokens at the same ranks, numbers equal but for rounding."""
    assert len(one) == len(other)
    for a, b in zip(one, other, strict=True):
        assert [guess.token_id for guess in a.guesses] == [guess.token_id for guess in b.guesses]
        for guess, again in zip(a.guesses, b.guesses, strict=True):
            assert guess.probability == pytest.approx(again.probability, abs=1e-5)
        assert (a.outcome is None) == (b.outcome is None)
        if a.outcome and b.outcome:
            assert (a.outcome.token_id, a.outcome.rank) == (b.outcome.token_id, b.outcome.rank)
            assert a.outcome.surprise == pytest.approx(b.outcome.surprise, abs=1e-3)


def test_a_reading_has_a_row_of_logits_after_every_token(model: gpt.Model) -> None:
    reading = model.read(TEXT)
    size = len(reading.tokens)
    assert [token.text for token in reading.tokens[:2]] == ["<|endoftext|>", "Il"]
    assert "".join(token.text for token in reading.tokens[1:]) == TEXT
    assert reading.logits.shape == (size, model.tokenizer.size)
    assert reading.logits.dtype == torch.float32
    for position in (0, 2, size - 1, -1):
        torch.testing.assert_close(reading.row_logits(position), reading.logits[position])


def test_the_logits_are_those_of_the_network(model: gpt.Model) -> None:
    reading = model.read(TEXT)
    with torch.no_grad():
        expected = model.network(torch.tensor([reading.ids]))[0]
    torch.testing.assert_close(reading.logits, expected, atol=1e-5, rtol=0)


@given(ids=ids_of_a_text)
def test_rows_equal_a_naive_computation(model: gpt.Model, ids: list[int]) -> None:
    reading = model.read_ids(ids)
    rows = reading.rows()
    for position, row in enumerate(rows):
        probabilities = reading.logits[position].double().softmax(0).tolist()
        by_rank = sorted(range(len(probabilities)), key=lambda id: -probabilities[id])
        assert [guess.token_id for guess in row.guesses] == by_rank[:3]
        assert [guess.probability for guess in row.guesses] == pytest.approx(
            [probabilities[id] for id in by_rank[:3]], abs=1e-6
        )
        if position == len(rows) - 1:
            assert row.outcome is None
            continue
        came = reading.ids[position + 1]
        assert row.outcome is not None
        assert row.outcome.token_id == came
        assert row.outcome.rank == 1 + by_rank.index(came)
        assert row.outcome.probability == pytest.approx(probabilities[came], rel=1e-4)
        assert row.outcome.surprise == pytest.approx(-math.log2(probabilities[came]), abs=1e-4)


def test_a_tie_gives_the_lower_id_the_better_rank(tokenizer: gpt.Tokenizer) -> None:
    network = gpt.GPT(
        gpt.Config(vocabulary=tokenizer.size, context=8, layers=1, heads=1, channels=4)
    )
    torch.nn.init.zeros_(network.token_embedding.weight)
    rows = gpt.Model("even", network, tokenizer).read_ids([5, 300]).rows()
    assert [row.outcome and row.outcome.rank for row in rows] == [6, 301, None]
    assert rows[0].outcome is not None
    assert rows[0].outcome.surprise == pytest.approx(math.log2(tokenizer.size))


@pytest.mark.parametrize("size", [300, 8192, 50_257])
@pytest.mark.parametrize("count", [1, 3, 20])
def test_the_highest_are_found_among_many_scores_as_among_few(size: int, count: int) -> None:
    """By blocks or all at once: the same scores as a full sort, each with the id it stands at."""
    logits = torch.randn(140, size, generator=torch.Generator().manual_seed(size))
    logits[0, -1] = 9.0  # in the rest, after the last whole block
    logits[1, :5] = 9.0  # several in one block
    logits[2] = -math.inf
    logits[3, 7:] = 1.0
    values, ids = highest(logits, count)
    assert torch.equal(values, logits.sort(descending=True).values[:, :count])
    assert torch.equal(values, logits.gather(-1, ids))
    assert all(len(set(row)) == count for row in ids.tolist())


def test_more_guesses_may_be_asked_of_the_same_reading(model: gpt.Model) -> None:
    reading = model.read(TEXT)
    assert [len(row.guesses) for row in reading.rows()] == [3] * len(reading.ids)
    assert [len(row.guesses) for row in reading.rows(7)] == [7] * len(reading.ids)
    assert_same_rows(reading.rows(), model.read(TEXT).rows())


@given(ids=st.lists(st.integers(1, 319), min_size=1, max_size=40), data=st.data())
def test_reading_on_equals_reading_afresh(
    model: gpt.Model, ids: list[int], data: st.DataObject
) -> None:
    half = data.draw(st.integers(0, len(ids)))
    before = model.read_ids(ids[:half])
    if data.draw(st.booleans()):
        before.rows()
    length, cached = len(before.ids), before.cache.length
    on, afresh = model.read_ids(ids, before), model.read_ids(ids)
    assert (on.ids, on.dropped) == (afresh.ids, afresh.dropped)
    torch.testing.assert_close(on.logits, afresh.logits, atol=1e-4, rtol=0)
    assert_same_rows(on.rows(), afresh.rows())
    assert (len(before.ids), before.cache.length) == (length, cached)
    assert len(before.rows()) == length


def test_a_reading_of_another_text_is_no_start(model: gpt.Model) -> None:
    before = model.read("Once upon")
    on, afresh = model.read_ids(model.tokenizer.encode(TEXT), before), model.read(TEXT)
    assert torch.equal(on.logits, afresh.logits)


def test_reading_on_counts_what_was_dropped_although_all_looks_alike(model: gpt.Model) -> None:
    before = model.read_ids([7] * 31)
    after = model.read_ids([7] * 46, before)
    assert after.ids == before.ids
    assert (before.dropped, after.dropped) == (0, 15)


def test_only_what_is_new_is_read(model: gpt.Model, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []
    hidden = gpt.GPT.hidden

    def counting(network: gpt.GPT, tokens: torch.Tensor, *kept: Any) -> torch.Tensor:
        seen.append(tokens.shape[-1])
        return hidden(network, tokens, *kept)

    monkeypatch.setattr(gpt.GPT, "hidden", counting)
    before = model.read_ids([5, 6, 7])
    model.read_ids([5, 6, 7, 8, 9], before)
    assert seen == [4, 2]


def test_a_trace_is_kept_when_asked_for(model: gpt.Model) -> None:
    assert model.read(TEXT).trace is None
    reading = model.read(TEXT, trace=True)
    trace, size = reading.trace, len(reading.ids)
    assert trace is not None
    assert trace.embeddings.shape == (size, 16)
    assert trace.attention.shape == (2, 2, size, size)
    assert trace.residual.shape == (3, size, 16)
    assert trace.feed_forward.shape == (2, size, 64)
    last = model.network.norm(trace.residual[-1])
    torch.testing.assert_close(model.network.unembed(last), reading.logits)


def test_numbers_of_a_reading_can_be_changed_by_hand(model: gpt.Model) -> None:
    row = model.read(TEXT).logits[-1]
    row[3] = -math.inf
    assert gpt.distribution(row, gpt.Settings()).excluded_by(3) == "impossible"


def test_a_long_prompt_keeps_its_end(model: gpt.Model) -> None:
    ids = list(range(1, 101))
    reading = model.read_ids(ids)
    assert reading.ids[0] == model.tokenizer.end_of_text
    assert list(reading.ids[1:]) == ids[reading.dropped :]
    assert 16 <= len(reading.ids) <= 32
    text = "Il était une fois. " * 400
    assert text.endswith(model.tokenizer.decode(model.read(text).ids))


def test_an_empty_prompt_reads_the_start_token_alone(
    model: gpt.Model, startless: gpt.Tokenizer
) -> None:
    gpt2 = gpt.Model("startless", model.network, startless)
    for opened in (model, gpt2):
        reading = opened.read("")
        assert [token.text for token in reading.tokens] == ["<|endoftext|>"]
        assert reading.rows()[0].outcome is None


def test_a_start_token_is_read_where_the_model_was_trained_with_one(
    model: gpt.Model, startless: gpt.Tokenizer
) -> None:
    gpt2 = gpt.Model("startless", model.network, startless)
    assert model.read(TEXT).ids == (0, *gpt2.read(TEXT).ids)


lengths, contexts = st.integers(0, 5000), st.integers(1, 600)


@given(length=lengths, context=contexts)
def test_the_window_always_fits_and_drops_no_more_than_it_must(length: int, context: int) -> None:
    kept = length - window(length, context)
    assert kept <= context
    assert kept > context // 2 or kept == length
    assert window(length, context) == 0 or length > context


@given(length=lengths, context=contexts)
def test_the_window_moves_only_when_the_context_is_full(length: int, context: int) -> None:
    now, then = window(length, context), window(length + 1, context)
    assert then == now or length - now == context
    assert then >= now


@given(prompt=st.integers(1, 80), written=st.integers(0, 60))
def test_a_written_text_is_read_as_the_same_text_opened_anew(
    model: gpt.Model, prompt: int, written: int
) -> None:
    ids = [1 + n % 300 for n in range(prompt + written)]
    reading = None
    for length in range(prompt, prompt + written + 1):
        reading = model.read_ids(ids[:length], reading)
    assert reading is not None
    assert reading.ids == model.read_ids(ids).ids
