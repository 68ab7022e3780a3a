"""engine/cluster.py: calls go to replicas, and no answer is lost where one of them is."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Generator
from typing import Any

import pytest

from engine import cluster
from engine.cluster import Cluster, Replica
from engine.crew import AT_ONCE, Crew, Elsewhere
from engine.leaving import LeftError, left
from engine.shelf import ElsewhereError
from tests.engine.waiting import until

PATIENCE = 30.0


def shout(text: str) -> str:
    return text.upper()


def here_alone(text: str) -> str:
    if threading.current_thread().name.startswith("answer"):
        raise ElsewhereError
    return text


def stays(_text: str) -> str:
    """As long as somebody waits."""
    leaving = left.get()
    assert leaving is not None
    assert leaving.wait(PATIENCE)
    raise LeftError


class Answer:
    """What Ray Serve gives for a call: waited for, or told that nobody waits."""

    def __init__(self, does: asyncio.Task[bytes]) -> None:
        self._does = does
        self.cancel = does.cancel

    def __await__(self) -> Generator[Any, None, bytes]:
        return self._does.__await__()


class Handle:
    """What Ray Serve gives for replicas: calls by session; of the first so many, none answers."""

    def __init__(self, replica: Replica, lost: int = 0) -> None:
        self.replica, self.lost = replica, lost
        self.sessions: list[str] = []
        self.answer = self

    def options(self, session_id: str) -> Handle:
        self.sessions.append(session_id)
        return self

    def remote(self, call: bytes) -> Answer:
        return Answer(asyncio.ensure_future(self._answered(call)))

    async def _answered(self, call: bytes) -> bytes:
        if self.lost:
            self.lost -= 1
            raise ConnectionError("the actor died")
        return await self.replica.answer(call)


class Team:
    """A cluster of one replica, as Ray would find it."""

    def __init__(self, lost: int = 0) -> None:
        there = Crew(0, lambda: None)

        def know() -> None:
            for work in (shout, here_alone, stays):
                there.helped(work, str)

        self.cluster = Cluster("ray://local", None, lambda: there.works)
        works = (shout, here_alone, stays)
        self.asked = {work.__name__: self.cluster.helped(work, str) for work in works}
        replica = Replica("1", Elsewhere(lambda: "1", know), lambda: there.works)
        self.handle = Handle(replica, lost)
        self.cluster._replicas, self.cluster._ready = self.handle, 1

    def ask(self, name: str, *texts: str) -> list[Any]:
        async def every() -> list[Any]:
            asked = [self.asked[name](text) for text in texts]
            return await asyncio.wait_for(asyncio.gather(*asked, return_exceptions=True), PATIENCE)

        return asyncio.run(every())


def test_a_replica_answers_what_it_is_asked() -> None:
    team = Team()
    assert team.ask("shout", "a", "b", "a") == ["A", "B", "A"]
    one, other, again = team.handle.sessions
    assert one == again != other


@pytest.mark.parametrize("lost", [1, 2, 5])
def test_what_a_lost_replica_was_asked_is_asked_again_or_done_here(
    lost: int, caplog: pytest.LogCaptureFixture
) -> None:
    assert Team(lost).ask("shout", "a") == ["A"]
    said = [each.getMessage() for each in caplog.records]
    assert said == min(lost, cluster.TRIES) * [
        "A replica was lost, or did not answer: ConnectionError."
    ]


def test_what_a_replica_cannot_do_is_done_here() -> None:
    assert Team().ask("here_alone", "a") == ["a"]


def test_a_replica_that_says_nothing_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "PATIENCE", 0.0)
    monkeypatch.setattr(cluster, "LOOK_UP", 0.0)
    team = Team()
    silent: Callable[[bytes], Any] = lambda _call: asyncio.sleep(PATIENCE)  # noqa: E731
    monkeypatch.setattr(team.handle, "_answered", silent)
    assert team.ask("shout", "a") == ["A"]


def test_a_replica_is_told_that_nobody_waits_any_more() -> None:
    leaving = threading.Event()
    left.set(leaving)
    threading.Timer(0.01, leaving.set).start()
    try:
        (left_alone,) = Team().ask("stays", "a")
    finally:
        left.set(None)
    assert isinstance(left_alone, LeftError)


def test_without_replicas_this_process_answers() -> None:
    team = Team()
    team.cluster._ready = 0
    assert not team.cluster.there
    assert not team.cluster.ready
    assert team.ask("shout", "a") == ["A"]
    assert team.handle.sessions == []


def test_other_code_is_no_replica() -> None:
    with pytest.raises(RuntimeError, match="not the code that asks"):
        Replica("1", Elsewhere(lambda: "2", object), list)


def test_a_cluster_that_is_not_there_is_told_of(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def nowhere(_self: Cluster) -> str:
        raise ConnectionError

    monkeypatch.setattr(Cluster, "_deployed", nowhere)
    away = Cluster("ray://10.0.0.5:6379", 3, list)
    away.start(Elsewhere(str, object))
    away.begin()
    until(lambda: bool(caplog.records))
    assert caplog.records[0].getMessage().startswith("There are no replicas at ray://10.0.0.5:6379")
    assert (away.count, away.at_once) == (0, 3 * AT_ONCE)
