"""serve/line.py: clients are let in one after the other, however many of one wait."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from types import SimpleNamespace
from typing import Any

import pytest

from serve import line as lines
from serve.line import Line

SCHOOL, HOME, ELSEWHERE = "192.0.2.7", "198.51.100.4", "203.0.113.9"


class House:
    """A line, who is inside in the order in which they came, and a word that lets them out."""

    def __init__(self, at_once: int) -> None:
        self.line = Line(at_once)
        self.came: list[str] = []
        self.inside: list[str] = []
        self.out = asyncio.Semaphore(0)

    def ask(self, client: str) -> asyncio.Future[None]:
        return asyncio.ensure_future(self._ask(client))

    async def _ask(self, client: str) -> None:
        async with self.line.place(client):
            self.came.append(client)
            self.inside.append(client)
            await self.out.acquire()
            self.inside.remove(client)

    async def settle(self) -> None:
        """Until nothing moves any more without somebody leaving."""
        for _ in range(10):
            await asyncio.sleep(0)

    async def let_out(self, count: int = 1) -> None:
        for _ in range(count):
            self.out.release()
            await self.settle()


def run(story: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(asyncio.wait_for(story(), 30))


def test_clients_are_let_in_in_turn() -> None:
    async def story() -> None:
        house = House(1)
        asked = [house.ask(client) for client in [SCHOOL] * 5 + [HOME] * 2 + [ELSEWHERE]]
        await house.settle()
        await house.let_out(len(asked))
        await asyncio.gather(*asked)
        assert house.came == [SCHOOL, SCHOOL, HOME, ELSEWHERE, SCHOOL, HOME, SCHOOL, SCHOOL]

    run(story)


def test_one_client_alone_may_have_all_places() -> None:
    async def story() -> None:
        house = House(16)
        asked = [house.ask(SCHOOL) for _ in range(20)]
        await house.settle()
        assert house.inside == [SCHOOL] * 16
        await house.let_out(20)
        await asyncio.gather(*asked)

    run(story)


class Clock:
    """The time of a line, which goes on when it is told to."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1000.0
        monkeypatch.setattr(lines, "time", SimpleNamespace(monotonic=lambda: self.now))


@pytest.mark.parametrize(("took", "places"), [(0.2, 1), (0.05, 2), (0.02, 5), (0.001, 16)])
def test_while_others_are_about_one_client_has_in_what_is_soon_done(
    monkeypatch: pytest.MonkeyPatch, took: float, places: int
) -> None:
    clock = Clock(monkeypatch)

    async def story() -> None:
        house = House(16)
        asked = [house.ask(SCHOOL)]
        await house.settle()
        clock.now += took
        await house.let_out()
        asked += [house.ask(SCHOOL) for _ in range(40)]
        await house.settle()
        assert house.inside == [SCHOOL] * 16, "alone, it has all places"
        asked.append(house.ask(HOME))
        await house.let_out(2)
        assert HOME in house.inside, "one of the first places that are free"
        clock.now += took
        await house.let_out(16)
        assert house.inside == [SCHOOL] * places
        if places < 16:
            asked.append(house.ask(HOME))
            await house.settle()
            assert house.inside == [*[SCHOOL] * places, HOME], "who comes back need not wait"
        await house.let_out(42)
        await asyncio.gather(*asked)
        assert (house.line.waiting, house.line.computed) == (0, 0)

    run(story)


def test_of_who_is_new_two_are_let_in_until_it_is_known_what_they_take() -> None:
    async def story() -> None:
        house = House(16)
        asked = [house.ask(HOME)]
        await house.let_out()
        asked += [house.ask(SCHOOL) for _ in range(16)]
        await house.settle()
        assert house.inside == [SCHOOL] * 2
        await house.let_out(16)
        await asyncio.gather(*asked)

    run(story)


def test_when_the_others_have_gone_all_places_are_there_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = Clock(monkeypatch)

    async def story() -> None:
        house = House(16)
        asked = [house.ask(HOME), house.ask(SCHOOL)]
        await house.settle()
        clock.now += lines.WORK
        await house.let_out(2)
        asked += [house.ask(SCHOOL) for _ in range(17)]
        await house.settle()
        assert house.inside == [SCHOOL]
        clock.now += lines.HERE + 1
        await house.let_out()
        assert house.inside == [SCHOOL] * 16
        await house.let_out(16)
        await asyncio.gather(*asked)
        assert list(house.line._about) == [SCHOOL], "who has gone is forgotten"
        assert set(house.line._takes) == {SCHOOL, None}

    run(story)


def test_who_leaves_is_passed_over_and_who_is_let_in_as_they_leave_gives_the_place_on() -> None:
    async def story() -> None:
        house = House(1)
        first, second, third, last = (house.ask(SCHOOL) for _ in range(4))
        await house.settle()
        third.cancel()
        await house.settle()
        assert house.line.waiting == 2
        house.out.release()
        while house.line.waiting == 2:
            await asyncio.sleep(0)
        second.cancel()  # which has been let in, and has not run since
        await house.let_out(2)
        await asyncio.gather(first, last)
        assert house.came == [SCHOOL] * 2
        assert (house.line.waiting, house.line.computed) == (0, 0)

    run(story)


def test_the_wait_is_that_of_the_client_who_asks() -> None:
    async def story() -> None:
        house = House(1)
        asked = [house.ask(client) for client in [SCHOOL] * 9 + [HOME] * 2]
        await house.settle()
        assert [house.line.before(client) for client in (SCHOOL, HOME)] == [10, 4]
        assert house.line.before(ELSEWHERE) == 0
        await house.let_out(len(asked))
        await asyncio.gather(*asked)

    run(story)
