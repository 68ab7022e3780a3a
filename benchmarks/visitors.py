"""Virtual visitors of a classroom: each has a text of its own and adds a token, again and again.

Nothing is simulated but the person: requests go over loopback to the addresses that a browser asks,
with what a browser sends.
"""

from __future__ import annotations

import asyncio
import json
import re
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from aiohttp import ClientError, ClientSession, ClientTimeout, TCPConnector

from tests.serve.lab_page import config_in, event_in

STEPS = 40
"""Tokens after which a visitor begins again."""

PATIENCE = 60.0
WRITTEN = re.compile(r'name="written" value="([\d.]*)"')


class Visitor(ABC):
    """One who reads and steps; `number` makes the text their own."""

    def __init__(self, client: ClientSession, number: int) -> None:
        self.client = client
        self.prompt = f"Once upon a time, there was a little cat, and then came {number}"

    async def enter(self) -> None:
        """Open the page, before anything is timed."""
        await asyncio.sleep(0)

    @abstractmethod
    async def step(self, first: bool) -> None:
        """Add a token; the first time, to the prompt alone. Raises what goes wrong."""


class OnAPage(Visitor):
    """Presses "Let the model choose" in the panel of a page."""

    written = ""

    async def step(self, first: bool) -> None:
        if first:
            self.written = ""
        asked = {"prompt": self.prompt, "act": "add", "value": "1", "written": self.written}
        async with self.client.post("/fragments/en/next", data=asked) as answer:
            found = WRITTEN.search(await answer.text())
        if found is None or found[1] == self.written:
            raise ValueError("the text did not grow")
        self.written = found[1]


class InTheLab(Visitor):
    """Presses "Add" in the lab, where all panels are drawn anew."""

    add = 0
    memory: object = None

    async def enter(self) -> None:
        async with self.client.get("/lab") as page:
            self.add = event_in(config_in(await page.text()), "add", "click")

    async def step(self, first: bool) -> None:
        if first:
            self.memory = json.dumps({"prompt": self.prompt})
        asked = {
            "data": [self.memory, self.prompt],
            "fn_index": self.add,
            "session_hash": f"{id(self):x}",
        }
        async with self.client.post("/gradio_api/run/predict", json=asked) as answer:
            grown = (await answer.json())["data"][0]
        if not isinstance(grown, str) or grown == self.memory:
            raise ValueError("the text did not grow")
        self.memory = grown


class OfThePlainApp(Visitor):
    """Presses "Add" in the peer, through Gradio's queue as its page does."""

    text = ""

    async def step(self, first: bool) -> None:
        if first:
            self.text = self.prompt
        session = f"{id(self):x}{time.monotonic_ns():x}"
        asked = {"data": [self.text], "fn_index": 0, "session_hash": session}
        async with self.client.post("/gradio_api/queue/join", json=asked):
            pass
        address = f"/gradio_api/queue/data?session_hash={session}"
        async with self.client.get(address) as answer:
            async for line in answer.content:
                said = json.loads(line[6:]) if line.startswith(b"data: ") else {}
                if said.get("msg") == "process_completed":
                    if not said["success"]:
                        raise ValueError("the step failed")
                    self.text = said["output"]["data"][0]
                    return
        raise ValueError("no answer")


@dataclass
class Class:
    """What a class saw: the seconds of every step, the errors, and how long it all took."""

    seconds: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    took: float = 0.0

    @property
    def a_second(self) -> float:
        return len(self.seconds) / self.took

    def quantile(self, share: float) -> float:
        """Milliseconds that this share of the steps stayed below."""
        steps = sorted(self.seconds)
        return 1000 * steps[min(len(steps) - 1, int(share * len(steps)))]


def visit(
    address: str, kinds: Sequence[Callable[..., Visitor]], count: int, pace: float, lasting: float
) -> Class:
    """A class of `count`, of these kinds in turn, for so many seconds.

    Each adds a token every `pace` seconds, or with 0 as soon as the last one is there.
    """
    return asyncio.run(_visit(address, kinds, count, pace, lasting))


async def _visit(
    address: str, kinds: Sequence[Callable[..., Visitor]], count: int, pace: float, lasting: float
) -> Class:
    async with ClientSession(
        address,
        timeout=ClientTimeout(PATIENCE),
        connector=TCPConnector(limit=2 * count),
        raise_for_status=True,
    ) as client:
        visitors = [kinds[number % len(kinds)](client, number) for number in range(count)]
        for each in visitors:
            await each.enter()
            await _once(each, Class())
        seen, began = Class(), time.perf_counter()
        await asyncio.gather(
            *(
                _stay(each, seen, pace, pace * n / count, began + lasting)
                for n, each in enumerate(visitors)
            )
        )
        seen.took = time.perf_counter() - began
    return seen


async def _stay(visitor: Visitor, seen: Class, pace: float, late: float, end: float) -> None:
    await asyncio.sleep(late)
    step = 0
    while (started := time.perf_counter()) < end:
        await _once(visitor, seen, step % STEPS == 0)
        step += 1
        await asyncio.sleep(max(0.0, pace - (time.perf_counter() - started)))


async def _once(visitor: Visitor, seen: Class, first: bool = True) -> None:
    started = time.perf_counter()
    try:
        await visitor.step(first)
    except (ClientError, TimeoutError, ValueError, KeyError) as error:
        seen.errors.append(f"{type(error).__name__}: {error}")
    else:
        seen.seconds.append(time.perf_counter() - started)
