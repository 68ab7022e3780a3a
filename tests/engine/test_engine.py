"""One model for many visitors: opened once, its last readings kept, right from every thread."""

from __future__ import annotations

import gc
import math
import threading
import traceback
import weakref
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import gpt
from engine import together
from engine.engine import Engine
from engine.kept import READINGS_KEPT
from engine.leaving import LeftError, left
from gpt.switches import Switch, switched_off
from tests.engine.waiting import PATIENCE, until

CALLERS = 8


@pytest.fixture(scope="module")
def engine(model: gpt.Model) -> Engine:
    """The tiny model, already open."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("engine.engine.load", lambda *_: model)
        engine = Engine("tiny")
        assert engine.model is model
    return engine


@pytest.fixture
def read_positions(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many positions the network has read, one entry per time it was asked."""
    counts: list[int] = []
    hidden = together.hidden_together

    def counting(network: gpt.GPT, parts: Sequence[together.Part]) -> list[torch.Tensor]:
        counts.append(sum(len(part.ids) for part in parts))
        return hidden(network, parts)

    monkeypatch.setattr("engine.engine.hidden_together", counting)
    return counts


def fresh(model: gpt.Model, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """An engine that has read nothing yet."""
    monkeypatch.setattr("engine.engine.load", lambda *_: model)
    return Engine("tiny")


def from_many_threads(ask: Callable[[], object]) -> list[object]:
    """What as many callers get who ask at the same time."""
    together = threading.Barrier(CALLERS)

    def asking() -> object:
        together.wait(PATIENCE)
        return ask()

    with ThreadPoolExecutor(CALLERS) as callers:
        waiting = [callers.submit(asking) for _ in range(CALLERS)]
        return [each.result(PATIENCE) for each in waiting]


# Opening


def test_many_callers_open_the_model_once(
    model: gpt.Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []

    def load(name: str, *_: object) -> gpt.Model:
        opened.append(name)
        return model

    monkeypatch.setattr("engine.engine.load", load)
    engine = Engine("tiny")
    assert from_many_threads(lambda: engine.model) == [model] * CALLERS
    assert opened == ["tiny"]


def test_opening_keeps_nobody_waiting_who_does_not_ask(
    model: gpt.Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    let = threading.Event()

    def load(*_: object) -> gpt.Model:
        assert let.wait(PATIENCE)
        return model

    monkeypatch.setattr("engine.engine.load", load)
    engine = Engine("tiny")
    assert not engine.ready
    engine.start()
    engine.start()
    assert not engine.ready
    let.set()
    assert engine.model is model
    assert engine.ready


def test_a_bundled_model_opens_by_its_name() -> None:
    engine = Engine("conteur")
    assert engine.read(engine.model.tokenizer.encode("Il")).ids == engine.model.read("Il").ids


def test_every_caller_is_told_that_the_model_does_not_open() -> None:
    engine = Engine("./nowhere")

    def reason() -> str:
        with pytest.raises(gpt.CheckpointError) as refused:
            engine.read([1])
        return str(refused.value)

    assert from_many_threads(reason) == ["There is no model folder nowhere."] * CALLERS
    assert reason() == "There is no model folder nowhere."
    assert not engine.ready


def test_an_unforeseen_failure_is_told_too(monkeypatch: pytest.MonkeyPatch) -> None:
    logged: list[object] = []

    def load(*_: object) -> gpt.Model:
        raise MemoryError

    monkeypatch.setattr(threading, "excepthook", lambda failure: logged.append(failure.exc_type))
    monkeypatch.setattr("engine.engine.load", load)
    engine = Engine("tiny")
    for _ in range(2):
        with pytest.raises(gpt.CheckpointError, match="The model tiny did not open"):
            _ = engine.model
    for thread in threading.enumerate():
        if thread.name == "open-model":
            thread.join(PATIENCE)
    assert logged == [MemoryError]


def test_refusing_many_callers_piles_nothing_up() -> None:
    engine = Engine("./nowhere")
    depths = set()
    for _ in range(5):
        try:
            engine.read([1])
        except gpt.CheckpointError as refused:
            depths.add(len(traceback.extract_tb(refused.__traceback__)))
    assert len(depths) == 1


# Reading


def test_the_same_text_is_read_once(engine: Engine, read_positions: list[int]) -> None:
    first = engine.read([11, 12, 13])
    assert engine.read((11, 12, 13)) is first
    assert len(read_positions) == 1


def test_a_text_that_goes_on_is_read_from_where_it_stood(
    model: gpt.Model, monkeypatch: pytest.MonkeyPatch, read_positions: list[int]
) -> None:
    engine = fresh(model, monkeypatch)
    engine.read([21, 22, 23])
    engine.read([21, 22, 23, 24, 25])
    engine.read([21, 22, 23, 26])
    engine.read([21, 22, 23, 24, 25, 27])
    assert read_positions == [4, 2, 1, 1]


def test_another_text_is_read_afresh(
    model: gpt.Model, monkeypatch: pytest.MonkeyPatch, read_positions: list[int]
) -> None:
    engine = fresh(model, monkeypatch)
    engine.read([31, 32, 33])
    engine.read([32, 33])
    engine.read([33])
    assert read_positions == [4, 2, 1]


def test_going_on_leaves_the_earlier_reading_as_it_was(engine: Engine) -> None:
    before = engine.read([41, 42])
    logits = before.logits.clone()
    engine.read([41, 42, 43]).rows()
    assert engine.read([41, 42]) is before
    assert torch.equal(before.logits, logits)
    assert before.rows()[-1].outcome is None


@given(
    ids=st.lists(st.integers(1, 319), max_size=80),
    steps=st.lists(st.integers(0, 80), max_size=6),
)
def test_a_kept_reading_equals_a_fresh_one(
    engine: Engine, model: gpt.Model, ids: list[int], steps: list[int]
) -> None:
    for length in [*steps, len(ids)]:
        kept, afresh = engine.read(ids[:length]), model.read_ids(ids[:length])
        assert (kept.ids, kept.dropped) == (afresh.ids, afresh.dropped)
        torch.testing.assert_close(kept.logits, afresh.logits, atol=1e-4, rtol=0)
        assert len(kept.rows()) == len(afresh.ids)


def test_what_was_dropped_is_told_although_what_is_read_looks_alike(engine: Engine) -> None:
    assert engine.read([7] * 31).ids == engine.read([7] * 46).ids
    assert [engine.read([7] * count).dropped for count in (31, 46, 31)] == [0, 15, 0]


def test_several_texts_of_one_caller_share_a_pass(
    model: gpt.Model, monkeypatch: pytest.MonkeyPatch, read_positions: list[int]
) -> None:
    engine = fresh(model, monkeypatch)
    _ = engine.model
    known = engine.read([7, 8])
    read_positions.clear()
    first, second, third = engine.read_all([[5, 6], [7, 8], [9] * 40])
    new = [ids for ids, _ in (model.fit([5, 6]), model.fit([9] * 40))]
    assert read_positions == [sum(len(ids) - 1 for ids in new)]  # the start token is known
    assert second is known
    for reading, ids in ((first, [5, 6]), (second, [7, 8]), (third, [9] * 40)):
        alone = model.read_ids(ids)
        assert (reading.ids, reading.dropped) == (alone.ids, alone.dropped)
        torch.testing.assert_close(reading.logits, alone.logits, atol=1e-4, rtol=1e-4)


# What is kept


def test_only_the_last_readings_are_kept(model: gpt.Model, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = fresh(model, monkeypatch)
    made = [weakref.ref(engine.read([1 + n // 300, 1 + n % 300])) for n in range(3 * READINGS_KEPT)]
    gc.collect()
    alive = [reading() is not None for reading in made]
    assert alive == [False] * (2 * READINGS_KEPT) + [True] * READINGS_KEPT


def test_a_reading_that_is_asked_for_again_stays(
    model: gpt.Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = fresh(model, monkeypatch)
    often, once = engine.read([301]), engine.read([302])
    for n in range(READINGS_KEPT):
        engine.read([1 + n // 300, 1 + n % 300])
        assert engine.read([301]) is often
    again = engine.read([302])
    assert again is not once
    torch.testing.assert_close(again.logits, once.logits)


def test_what_is_kept_is_bounded_in_bytes(
    model: gpt.Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = fresh(model, monkeypatch)
    assert engine.model is model
    engine._readings.most = 200_000
    made = [weakref.ref(engine.read([1 + n, 2, 3])) for n in range(100)]
    gc.collect()
    alive = [reading() for reading in made if reading() is not None]
    # A cache of 4 + 32 positions is 2 layers × 2 × 36 × 16 numbers of 4 bytes; the rest is less.
    assert 200_000 // 15_000 <= len(alive) <= 200_000 // (2 * 2 * 36 * 16 * 4)
    assert made[-1]() is not None


def test_texts_that_begin_alike_share_the_beginning(
    model: gpt.Model, monkeypatch: pytest.MonkeyPatch, read_positions: list[int]
) -> None:
    engine = fresh(model, monkeypatch)
    engine.read(list(range(50, 70)))
    edited = [*range(50, 65), 7, 8]
    kept = engine.read(edited)
    assert read_positions == [21, 2]
    torch.testing.assert_close(kept.logits, model.read_ids(edited).logits, atol=1e-4, rtol=0)
    assert kept.rows() == engine.read(edited).rows()
    assert [row.outcome.token_id for row in kept.rows() if row.outcome] == edited


# Many at once


def test_those_who_ask_at_once_are_computed_in_one_pass(
    model: gpt.Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = fresh(model, monkeypatch)
    passes: list[list[int]] = []
    held = hold(monkeypatch, passes)
    with ThreadPoolExecutor(CALLERS) as visitors:
        asked = [visitors.submit(engine.read, [9, 1 + n]) for n in range(CALLERS - 1)]
        asked.append(visitors.submit(engine.read, [9, 1]))  # as the first does
        until(lambda: engine.waiting == CALLERS - 1)
        held.set()
        readings = [each.result(PATIENCE) for each in asked]
    assert len(passes) <= 2  # what came after the first pass had begun is all in the second
    assert sum(map(len, passes)) == CALLERS - 1
    assert readings[-1] is readings[0]
    for n, reading in enumerate(readings[:-1]):
        alone = model.read_ids([9, 1 + n])
        torch.testing.assert_close(reading.logits, alone.logits, atol=1e-4, rtol=0)


def test_texts_that_come_back_one_token_longer_share_the_next_pass_too(
    model: gpt.Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = fresh(model, monkeypatch)
    monkeypatch.setattr("engine.engine.LINGER", math.inf)
    monkeypatch.setattr("engine.engine.LINGER_MOST", 1.0)
    passes: list[list[int]] = []
    held = hold(monkeypatch, passes)
    steps = 6

    def write(first: int) -> None:
        for step in range(steps):
            engine.read([first, *range(1, 1 + step)])

    with ThreadPoolExecutor(CALLERS) as visitors:
        writing = [visitors.submit(write, first) for first in range(9, 9 + CALLERS)]
        until(lambda: engine.waiting == CALLERS)
        held.set()
        for each in writing:
            each.result(PATIENCE)
    assert sum(map(len, passes)) == CALLERS * steps
    assert len(passes) <= steps + 2  # alone, each would have had passes of its own


def test_a_long_text_is_read_in_several_passes_and_keeps_nobody_waiting(
    model: gpt.Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = fresh(model, monkeypatch)
    monkeypatch.setattr("engine.engine.POSITIONS_AT_ONCE", 8)
    passes: list[list[int]] = []
    held = hold(monkeypatch, passes)
    with ThreadPoolExecutor(3) as visitors:
        huge = visitors.submit(engine.read, [3] * 31)
        until(lambda: engine.waiting == 1)
        short = visitors.submit(engine.read, [4])
        until(lambda: engine.waiting == 2)
        held.set()
        short.result(PATIENCE)
        reading = huge.result(PATIENCE)
    assert passes == [[8], [8], [8], [8], [2]] or passes == [[8], [8], [8], [8, 2]]
    alone = model.read_ids([3] * 31)
    torch.testing.assert_close(reading.logits, alone.logits, atol=1e-4, rtol=0)


def test_who_left_is_not_computed_for(model: gpt.Model, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = fresh(model, monkeypatch)
    passes: list[list[int]] = []
    held = hold(monkeypatch, passes)
    gone = threading.Event()

    def leaving() -> object:
        left.set(gone)
        return engine.read([6, 7, 8])

    with ThreadPoolExecutor(3) as visitors:
        stays = visitors.submit(engine.read, [5])
        until(lambda: bool(passes))
        leaves = visitors.submit(leaving)
        until(lambda: engine.waiting == 2)
        gone.set()
        with pytest.raises(LeftError):
            leaves.result(PATIENCE)
        held.set()
        stays.result(PATIENCE)
    assert engine.read([6, 7]).ids[1:] == (6, 7)
    assert passes == [[2], [2]]  # `<|endoftext|>` was read in the first


def test_a_pass_that_fails_is_told_to_all_in_it_and_the_next_is_computed(
    model: gpt.Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = fresh(model, monkeypatch)

    def fail(*_: object) -> None:
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr("engine.engine.hidden_together", fail)
        with pytest.raises(MemoryError):
            engine.read([1, 2])
    assert engine.waiting == 0
    assert len(engine.read([1, 2]).rows()) == 3


def hold(monkeypatch: pytest.MonkeyPatch, passes: list[list[int]]) -> threading.Event:
    """Let the first pass wait until the event is set; `passes` gets the lengths in each."""
    let = threading.Event()
    hidden = together.hidden_together

    def held(network: gpt.GPT, parts: Sequence[together.Part]) -> list[torch.Tensor]:
        passes.append(sorted((len(part.ids) for part in parts), reverse=True))
        assert let.wait(PATIENCE)
        return hidden(network, parts)

    monkeypatch.setattr("engine.engine.hidden_together", held)
    return let


def test_every_thread_gets_the_reading_of_its_own_text(
    model: gpt.Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = fresh(model, monkeypatch)
    texts = [[1 + (7 * n + k) % 300 for k in range(1 + n % 40)] for n in range(4 * READINGS_KEPT)]
    with ThreadPoolExecutor(CALLERS) as visitors:
        readings = list(visitors.map(engine.read, texts))
    for text, reading in zip(texts, readings, strict=True):
        assert reading.ids == tuple(model.fit(text)[0])
        torch.testing.assert_close(reading.logits, model.read_ids(text).logits, atol=1e-4, rtol=0)


def test_threads_that_write_on_the_same_text_get_the_same_text(
    model: gpt.Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = fresh(model, monkeypatch)

    def write() -> list[int]:
        ids = [5]
        for _ in range(40):
            reading = engine.read(ids)
            assert len(reading.rows()) == len(reading.ids)
            ids.append(int(reading.row_logits(-1).argmax()))
        return ids

    texts = from_many_threads(write)
    assert texts == [texts[0]] * CALLERS


def test_a_part_switched_off_for_one_is_there_for_all_others(engine: Engine) -> None:
    """While some read without a part, the readings of the others are what they always are."""
    model, texts = engine.model, [tuple(range(n, n + 9)) for n in range(20)]
    switches = [Switch("head", 1, 1), Switch("feed_forward", 0), Switch("positions")]
    whole = [model.read_ids(ids).row_logits(-1) for ids in texts]
    without = []
    for ids, switch in zip(texts, switches * 7, strict=False):
        with switched_off(model.network, switch):
            without.append(model.read_ids(ids).row_logits(-1))

    def both(n: int) -> None:
        switched = engine.without(texts[n], switches[n % 3])
        torch.testing.assert_close(switched, without[n])
        torch.testing.assert_close(engine.read(texts[n]).row_logits(-1), whole[n])
        assert float((switched - whole[n]).abs().max()) > 1e-2

    with ThreadPoolExecutor(CALLERS) as callers:
        list(callers.map(both, range(len(texts))))
