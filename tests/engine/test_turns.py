"""Who works on an answer takes turns; the model reads for all of them at once."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from types import SimpleNamespace

import pytest
import torch

import gpt
from engine import together
from engine.engine import Engine
from engine.turns import Turns
from tests.engine.waiting import PATIENCE, until


@pytest.fixture
def turns(monkeypatch: pytest.MonkeyPatch) -> Turns:
    """Turns of those who wait for each other as long as it takes."""
    monkeypatch.setattr("engine.turns.PATIENCE", PATIENCE)
    return Turns()


def test_one_works_at_a_time_and_who_waits_for_the_model_lets_the_next_one_work(
    turns: Turns,
) -> None:
    order: list[str] = []
    first_there, read = Event(), Event()

    def first() -> None:
        with turns.at_work():
            first_there.set()
            until(lambda: turns.working == 2)  # the second one has come
            order.append("first works")
            with turns.aside():
                read.wait(PATIENCE)
            order.append("first goes on")

    def second() -> None:
        first_there.wait(PATIENCE)
        with turns.at_work():
            order.append("second works")
            read.set()
            until(lambda: turns.working == 2)  # the first one would go on
            order.append("second is done")

    with ThreadPoolExecutor(2) as both:
        for each in [both.submit(first), both.submit(second)]:
            each.result(PATIENCE)
    assert order == ["first works", "second works", "second is done", "first goes on"]
    assert turns.working == 0


def test_the_model_waits_until_nobody_works(turns: Turns) -> None:
    order: list[str] = []
    waiting, working = Event(), Event()

    def work() -> None:
        with turns.at_work(), turns.at_work():  # one act calls another
            working.set()
            waiting.wait(PATIENCE)
            order.append("worked")
            with turns.aside():
                until(lambda: "read" in order)

    with ThreadPoolExecutor(1) as one:
        assert not turns.all_aside()
        done = one.submit(work)
        working.wait(PATIENCE)
        waiting.set()
        assert turns.all_aside()
        order.append("read")
        done.result(PATIENCE)
    assert order == ["worked", "read"]


def test_who_takes_long_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.turns.PATIENCE", 0.0)
    turns = Turns()

    def work() -> bool:
        with turns.at_work():
            return turns.all_aside()

    with ThreadPoolExecutor(1) as other, turns.at_work():
        assert other.submit(work).result(PATIENCE)
    with ThreadPoolExecutor(1) as other, turns.at_work():  # and each gave back what they had
        assert other.submit(work).result(PATIENCE)
    assert turns.working == 0


def test_who_has_taken_long_is_not_waited_for_by_those_who_come_later(
    monkeypatch: pytest.MonkeyPatch, turns: Turns
) -> None:
    now = 0.0
    monkeypatch.setattr("engine.turns.time", SimpleNamespace(monotonic=lambda: now))

    def work() -> bool:
        with turns.at_work():
            return bool(turns._mine.held)

    with ThreadPoolExecutor(1) as other, turns.at_work():
        now = PATIENCE  # which nobody waits for in earnest
        assert not other.submit(work).result(PATIENCE / 2)
        assert other.submit(turns.all_aside).result(PATIENCE / 2)
    with ThreadPoolExecutor(1) as other:
        assert other.submit(work).result(PATIENCE)


def test_who_fails_at_work_gives_the_turn_back(turns: Turns) -> None:
    with pytest.raises(ValueError, match="no such panel"), turns.at_work():
        raise ValueError("no such panel")
    assert turns.working == 0
    with ThreadPoolExecutor(1) as other, turns.at_work(), turns.aside():
        assert not other.submit(turns.all_aside).result(PATIENCE)


def test_all_who_are_at_work_are_read_for_in_one_pass(
    model: gpt.Model, monkeypatch: pytest.MonkeyPatch, turns: Turns
) -> None:
    monkeypatch.setattr("engine.engine.load", lambda *_: model)
    monkeypatch.setattr("engine.engine.turns", turns)
    passes: list[int] = []
    hidden = together.hidden_together

    def counting(network: gpt.GPT, parts: Sequence[together.Part]) -> list[torch.Tensor]:
        passes.append(len(parts))
        return hidden(network, parts)

    monkeypatch.setattr("engine.engine.hidden_together", counting)
    engine, count = Engine("tiny"), 5

    def ask(number: int) -> None:
        with turns.at_work():
            engine.read([7, number])

    with ThreadPoolExecutor(count) as visitors:
        with turns.at_work():
            asked = [visitors.submit(ask, number) for number in range(count)]
            until(lambda: turns.working == count + 1)
        for each in asked:
            each.result(PATIENCE)
    assert passes == [count]
