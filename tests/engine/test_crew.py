"""engine/crew.py: what helpers do, and that nothing is lost where one does not do it."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import gpt
from engine import crew as crews
from engine.crew import AT_ONCE, Crew, helpers
from engine.leaving import LeftError, left
from engine.shelf import ElsewhereError, Shelf
from tests.conftest import ROOT
from tests.engine.waiting import until
from tests.processes import made_by

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="helpers are for Linux")
HERE = os.getpid()
PATIENCE = 30.0


def where(_text: str = "") -> int:
    return os.getpid()


def only_here(text: str) -> tuple[str, int]:
    if os.getpid() != HERE:
        raise ElsewhereError
    return text, os.getpid()


def wrong(text: str) -> str:
    raise ValueError(text)


def long(text: str) -> str:
    return 1000 * text


def slow(text: str) -> str:
    time.sleep(0.15)
    return text


def ends(text: str) -> str:
    if os.getpid() != HERE:
        os.kill(os.getpid(), signal.SIGKILL)
    return text


def stays(text: str) -> str:
    """As long as somebody waits."""
    leaving, end = left.get(), time.monotonic() + PATIENCE
    while leaving is not None and not leaving.is_set() and time.monotonic() < end:
        time.sleep(0.001)
    if leaving is not None and leaving.is_set():
        raise LeftError
    return text


WORKS = {work.__name__: work for work in (where, only_here, wrong, long, slow, ends, stays)}


def about(text: str = "") -> str:
    return text


class Team:
    """A crew of two, with everything it can be asked."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.crew = Crew(2, lambda: None)
        self.asked = {name: self.crew.helped(work, about) for name, work in WORKS.items()}
        self.crew.start()

    def ask(self, name: str, *texts: str) -> list[Any]:
        """All answers, or what was raised, in order; asked at the same time."""

        async def every() -> list[Any]:
            asked = [self.asked[name](text) for text in texts]
            return await asyncio.wait_for(asyncio.gather(*asked, return_exceptions=True), PATIENCE)

        return self.loop.run_until_complete(every())


@pytest.fixture
def team() -> Iterator[Team]:
    team = Team()
    yield team
    assert team.crew._nursery is not None
    team.crew._nursery._door.close()
    for helper in team.crew._helpers:
        helper.close()
    for nursery in multiprocessing.active_children():
        nursery.join(PATIENCE)
    team.loop.run_until_complete(asyncio.sleep(0))
    team.loop.close()


def test_other_processes_do_the_work(team: Team) -> None:
    places = team.ask("where", *map(str, range(20)))
    assert len(set(places)) == 2
    assert HERE not in places


def test_the_same_text_goes_to_the_same_helper(team: Team) -> None:
    assert len({team.ask("where", "Il")[0] for _ in range(10)}) == 1


def test_a_busy_helper_leaves_the_rest_to_the_other_one(team: Team) -> None:
    places = team.ask("where", *["Il"] * (AT_ONCE + 3))
    assert len(set(places)) == 2


def test_answers_do_not_get_mixed_up(team: Team) -> None:
    texts = [f"{number} " for number in range(100)]
    assert team.ask("long", *texts) == [1000 * text for text in texts]


def test_a_long_question_and_a_long_answer_arrive_whole(team: Team) -> None:
    text = "é😀\0" * 500
    assert team.ask("long", text, "", text) == [1000 * text, "", 1000 * text]


def test_what_a_helper_does_not_have_is_done_here(team: Team) -> None:
    assert team.ask("only_here", "a", "b") == [("a", HERE), ("b", HERE)]


def test_what_goes_wrong_is_raised_here(team: Team) -> None:
    (error,) = team.ask("wrong", "told")
    assert isinstance(error, ValueError)
    assert error.args == ("told",)
    assert team.ask("where", "a") != [HERE]


def test_a_helper_that_ends_is_done_without(caplog: pytest.LogCaptureFixture, team: Team) -> None:
    texts = list(map(str, range(6 * AT_ONCE)))  # more than there are lines: some wait for one
    assert team.ask("ends", *texts) == texts
    assert team.ask("where", "a") == [HERE]
    assert caplog.text.count("helper ended") == 2


def test_others_come_for_those_that_ended_and_nothing_is_left_of_these(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crews, "AGAIN", 0.01)
    team.crew.begin()
    until(lambda: all(helper.ready for helper in team.crew._helpers))
    texts = list(map(str, range(10)))
    (nursery,) = (each.pid or 0 for each in multiprocessing.active_children())
    first = made_by(nursery)
    for helper in first:
        os.kill(helper, signal.SIGKILL)
    until(lambda: made_by(nursery) == [])
    assert team.ask("where", *texts) == [HERE] * len(texts)

    async def others() -> set[int]:
        while not team.crew.ready:
            await asyncio.sleep(0.001)
        found: list[Any] = list(await asyncio.gather(*map(team.asked["where"], texts)))
        return set(found)

    where = team.loop.run_until_complete(asyncio.wait_for(others(), PATIENCE))
    assert where <= set(made_by(nursery))
    assert not where & {HERE, *first}


def test_without_a_nursery_no_others_come(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crews, "AGAIN", 0.0)
    (nursery,) = multiprocessing.active_children()
    until(lambda: len(made_by(nursery.pid or 0)) == 2)
    helpers = made_by(nursery.pid or 0)
    nursery.kill()
    nursery.join()
    assert set(team.ask("where", "a", "b")) <= set(helpers)
    for helper in helpers:
        os.kill(helper, signal.SIGKILL)
    until(lambda: not any(map(_alive, helpers)))
    for _ in range(3):
        assert team.ask("where", "a", "b") == [HERE, HERE]


def test_who_does_not_wait_leaves_the_line_in_order(team: Team) -> None:
    async def leave() -> list[object]:
        left = [asyncio.ensure_future(team.asked["slow"](f"left {n}")) for n in range(2 * AT_ONCE)]
        await asyncio.sleep(0)
        for each in left:
            each.cancel()
        return list(await asyncio.gather(*(team.asked["slow"](f"{n}") for n in range(2 * AT_ONCE))))

    answers = team.loop.run_until_complete(asyncio.wait_for(leave(), PATIENCE))
    assert answers == [f"{n}" for n in range(2 * AT_ONCE)]


def test_a_helper_is_told_that_nobody_waits_any_more(team: Team) -> None:
    async def leave(text: str) -> None:
        leaving = threading.Event()
        left.set(leaving)
        asked = asyncio.ensure_future(team.asked["stays"](text))
        await asyncio.sleep(0)
        leaving.set()
        with pytest.raises(LeftError):
            await asyncio.wait_for(asked, PATIENCE)

    async def all_leave() -> None:
        await asyncio.gather(*(leave(str(number)) for number in range(3 * AT_ONCE)))

    team.loop.run_until_complete(all_leave())
    assert team.ask("long", *"abc") == [1000 * text for text in "abc"]


def test_word_that_comes_after_the_answer_changes_nothing(team: Team) -> None:
    async def late() -> list[object]:
        leaving = threading.Event()
        left.set(leaving)
        leaving.set()
        answers = await asyncio.gather(
            *(team.asked["slow"](f"{n}") for n in range(4 * AT_ONCE)), return_exceptions=True
        )
        return list(answers)

    assert team.loop.run_until_complete(late()) == [f"{n}" for n in range(4 * AT_ONCE)]
    assert team.ask("long", *"abc") == [1000 * text for text in "abc"]


def test_helpers_begin_when_they_are_told(team: Team) -> None:
    assert team.crew.there
    assert not team.crew.ready
    team.crew.begin()
    until(lambda: team.crew.ready)


def test_without_helpers_threads_of_this_process_do_the_work() -> None:
    crew = Crew(0, lambda: None)
    asked = crew.helped(where, about)
    crew.start()
    assert asyncio.run(asked("a")) == HERE  # type: ignore[arg-type]
    assert not crew.there
    assert not crew.ready
    assert crew.at_once == AT_ONCE


def test_helpers_end_with_the_process_that_made_them() -> None:
    script = (
        "import multiprocessing, os, signal\n"
        "from engine.crew import Crew\n"
        "from tests.engine.waiting import until\n"
        "from tests.processes import made_by\n"
        "crew = Crew(2, lambda: None)\n"
        "crew.start()\n"
        "crew.begin()\n"
        "until(lambda: all(helper.ready for helper in crew._helpers))\n"
        "(nursery,) = multiprocessing.active_children()\n"
        "print(nursery.pid, *made_by(nursery.pid), flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, timeout=PATIENCE
    )  # its output ends when the last process that holds it does
    pids = list(map(int, done.stdout.split()))
    assert len(pids) == 3
    until(lambda: not any(map(_alive, pids)))
    assert done.stderr == b""


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] not in "ZX"
    except OSError:
        return False


@pytest.mark.parametrize(("said", "many"), [("0", 0), ("3", 3), ("", None)])
def test_a_host_says_how_many(said: str, many: int | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENBOOK_HELPERS", said)
    assert helpers() == many if many is not None else 0 <= helpers() <= 4


def test_a_copy_of_the_shelf_opens_no_other_model(monkeypatch: pytest.MonkeyPatch) -> None:
    shelf = Shelf(["gpt2"])
    monkeypatch.setattr(os, "getpid", lambda: HERE + 1)
    with pytest.raises(ElsewhereError):
        shelf.named("gpt2")
    with pytest.raises(gpt.CheckpointError):
        shelf.named("other")
