"""Many texts at once are the texts that the model writes one by one."""

from __future__ import annotations

import pytest

import gpt
from gpt.training.exams import writing
from gpt.training.exams.writing import Start, write_together
from tests.gpt.training.exams.parrots import parrot, words_of

STARTS = [
    Start("Il était une", gpt.Settings(temperature=0.7, top_p=0.9, seed=3)),
    Start("", gpt.Settings(seed=1)),
    Start("Once upon a time there was", gpt.Settings(strategy="greedy")),
    Start("Once", gpt.Settings(temperature=1.3, seed=8)),
    Start("the stars", gpt.Settings(temperature=0.7, seed=2)),
]


@pytest.mark.parametrize("at_once", [1, 2, 32])
def test_a_batch_is_the_texts_one_by_one(
    model: gpt.Model, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    """40 tokens do not fit the context of 32: the older half is dropped on the way."""
    monkeypatch.setattr(writing, "AT_ONCE", at_once)
    together = write_together(model, STARTS, 40)
    for start, written in zip(STARTS, together, strict=True):
        ids = [step.token.id for step in model.write(start.prompt, start.settings, 40)]
        assert written.text == model.tokenizer.decode(ids)
        assert written.ended == (ids[-1] == model.tokenizer.end_of_text)


def test_a_text_ends_by_itself_or_when_it_is_enough() -> None:
    text = "One two three four five six"
    tokenizer = words_of(text)
    model = parrot(tokenizer, text)
    starts = [Start(prompt, gpt.Settings(strategy="greedy")) for prompt in ("One two", "One")]
    free, stopped = write_together(
        model, starts, 10, lambda number, said: number == 1 and " three" in said
    )
    assert (free.text, free.ended) == (" three four five six", True)
    assert (stopped.text, stopped.ended) == (" two three", False)
    (short,) = write_together(model, starts[:1], 2)
    assert (short.text, short.ended) == (" three four", False)
