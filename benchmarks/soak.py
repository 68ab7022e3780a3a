"""`python -m benchmarks.soak [minutes]`: a class stays, and the memory of the app stays flat.

Half of the visitors step in the lab, half on a page; each writes one text after the other, none of
them twice. Once the app is warm, its memory and its helpers' is looked at again and again: the last
looks are compared with the first.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from statistics import median

from benchmarks.memory import of, processes
from benchmarks.running import App, Line, app, show
from benchmarks.visitors import Class, InTheLab, OnAPage, visit

COUNT, PACE = 50, 2.0
MINUTES = 5.0
WARM = 0.3
"""The part of the time in which caches fill, and nothing is measured."""
LOOKS = 60
"""How often memory is looked at after that; the first fifth of them and the last are compared."""
NEW = count(1)


class OnAPageAnew(OnAPage):
    async def step(self, first: bool) -> None:
        self.prompt = another(self.prompt, first)
        await super().step(first)


class InTheLabAnew(InTheLab):
    async def step(self, first: bool) -> None:
        self.prompt = another(self.prompt, first)
        await super().step(first)


def another(prompt: str, first: bool) -> str:
    """For a text that begins, a prompt that nobody had."""
    return f"In the year {next(NEW)} there was a little cat who" if first else prompt


def lines(minutes: float = MINUTES) -> list[Line]:
    """A class for so many minutes: errors, steps, and what memory does meanwhile."""
    with app() as running:
        running.wait(lambda health: health["model"] is True)
        return soaked(running, 60 * minutes)


def soaked(running: App, lasting: float) -> list[Line]:
    """The same of an app that runs, for so many seconds."""
    warming = stay(running, WARM * lasting)
    measured = (1 - WARM) * lasting
    with watched(running, measured / LOOKS) as held:
        seen = stay(running, measured)
    before, after = began_and_ended(held)
    of_all = f"{COUNT} visitors for {lasting / 60:.0f} min, a step every {PACE:.0f} s"
    errors = len(warming.errors) + len(seen.errors)
    return [
        Line(f"{of_all}: 95 of 100 steps within", "", seen.quantile(0.95)),
        Line(f"{of_all}: errors", "", errors, unit="", aim=0),
        Line(f"{of_all}: memory at the end", "once warm", after, before, unit="MB", aim=1.05),
    ]


def began_and_ended(held: Sequence[float]) -> tuple[float, float]:
    """What is in the middle of the first fifth, and of the last."""
    fifth = max(1, len(held) // 5)
    return median(held[:fifth]), median(held[-fifth:])


def stay(running: App, lasting: float) -> Class:
    return visit(running.address, [OnAPageAnew, InTheLabAnew], COUNT, PACE, lasting)


@contextmanager
def watched(running: App, every: float) -> Iterator[list[float]]:
    """Megabytes of the app and its helpers, again and again, as long as it lasts."""
    held: list[float] = []
    over = threading.Event()

    def look() -> None:
        while not over.wait(every):
            held.append(sum(map(of, processes(running))))

    looking = threading.Thread(target=look)
    looking.start()
    try:
        yield held
    finally:
        over.set()
        looking.join()


if __name__ == "__main__":
    show(lines(*map(float, sys.argv[1:2])))
