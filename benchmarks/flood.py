"""`python -m benchmarks.flood`: what a reader notices while one address asks for all it can get.

The flood comes from one address of the loopback, the reader from another, as Linux allows.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout, TCPConnector

from benchmarks.memory import of, processes
from benchmarks.running import App, Line, app, show
from benchmarks.visitors import Class

READER, FLOOD = "127.0.0.2", "127.0.0.1"
HEAVY = ("voices", "growing", "whole", "duel", "full_context")
"""The panels that take longest."""
AT_ONCE, UNREAD = 50, 400
LASTING, BETWEEN = 10.0, 0.2
PROMPT = "Once upon a time, there was a little cat who lived in a big house. " * 7
Flood = Callable[[ClientSession], Coroutine[Any, Any, None]]


def lines() -> list[Line]:
    """What a reader sees, and the memory of the app and its helpers, which must come back."""
    with app() as running:
        running.wait(lambda health: health["model"] is True)
        before = memory(running)
        found = asyncio.run(measured(running.address, LASTING))
        after = memory(running)
    return [*found, Line("memory after both floods", "before", after, before, "MB")]


async def measured(site: str, lasting: float) -> list[Line]:
    """A fragment and a run's first token: undisturbed, and while others flood the site."""
    async with client(site, READER) as reader:
        await read(reader, lasting / 4)  # what is read for the first time is not what is measured
        quiet = await read(reader, lasting)
        async with flooded(site, heavy, AT_ONCE, lasting / 10):
            heavily = await read(reader, lasting)
            run = await first_token(reader)
        async with flooded(site, unread, UNREAD, lasting / 10):
            unreadly = await read(reader, lasting)
            other_run = await first_token(reader)
    of_quiet = quiet.quantile(0.95)
    whose = "undisturbed"
    found = []
    for what, seen, token in (
        (f"{AT_ONCE} ask one address for the heaviest panels", heavily, run),
        (f"{UNREAD} runs are begun and not read", unreadly, other_run),
    ):
        found += [
            Line(f"{what}: 95 of 100 fragments for another within", whose,
                 seen.quantile(0.95), of_quiet, aim=5.0),
            Line(f"{what}: a run’s first token for another", "", token, aim=2000),
            Line(f"{what}: errors", "", len(seen.errors), unit="", aim=0),
        ]  # fmt: skip
    return found


@asynccontextmanager
async def client(site: str, address: str) -> AsyncIterator[ClientSession]:
    """One who asks from this address."""
    connector = TCPConnector(limit=0, local_addr=(address, 0))
    timeout = ClientTimeout(60)
    async with ClientSession(site, connector=connector, timeout=timeout) as asking:
        yield asking


@asynccontextmanager
async def flooded(site: str, flood: Flood, count: int, rising: float) -> AsyncIterator[None]:
    """So many who ask, from one address, until it is over."""
    async with client(site, FLOOD) as asking:
        asked = [asyncio.create_task(flood(asking)) for _ in range(count)]
        await asyncio.sleep(rising)
        yield
        for each in asked:
            each.cancel()
        await asyncio.gather(*asked, return_exceptions=True)


async def heavy(asking: ClientSession) -> None:
    """One panel after the other, each as soon as the last one is there."""
    for count in range(1_000_000):
        form = {"prompt": f"{PROMPT}{id(asyncio.current_task())} {count}"}
        with suppress(ClientError, TimeoutError):
            async with asking.post(f"/fragments/en/{HEAVY[count % len(HEAVY)]}", data=form) as got:
                await got.read()


async def unread(asking: ClientSession) -> None:
    """A run that is begun, and whose lines are left where they are."""
    sent = {"memory": "{}", "prompt": PROMPT}
    async with asking.post("/runs/en", json=sent):
        await asyncio.sleep(3600)


async def read(reader: ClientSession, lasting: float) -> Class:
    """What a reader sees of a fragment, asked for again and again, each time with another text."""
    seen, end = Class(), time.perf_counter() + lasting
    while (started := time.perf_counter()) < end:
        form = {"prompt": f"The little cat said {started}"}
        try:
            async with reader.post("/fragments/en/next", data=form, raise_for_status=True) as got:
                await got.read()
        except (ClientError, TimeoutError) as error:
            seen.errors.append(f"{type(error).__name__}: {error}")
        else:
            seen.seconds.append(time.perf_counter() - started)
        await asyncio.sleep(BETWEEN)
    seen.took = lasting
    return seen


async def first_token(reader: ClientSession) -> float:
    """Milliseconds until the first token of a run is there."""
    started = time.perf_counter()
    sent = {"memory": "{}", "prompt": f"Once upon a time {started}"}
    async with reader.post("/runs/en", json=sent, raise_for_status=True) as answer:
        json.loads(await answer.content.readline())
    return 1000 * (time.perf_counter() - started)


def memory(running: App) -> float:
    """Megabytes of the app and its helpers."""
    return sum(of(process) for process in processes(running))


if __name__ == "__main__":
    show(lines())
