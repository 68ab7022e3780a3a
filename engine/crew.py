"""Helpers: copies of this process that read and draw beside it, each on a core of its own.

Threads of Python take turns; what must go on side by side needs processes. A helper knows what the
process knew before anything was served, and is sent the number of a function and what to call it
with. What a helper cannot do is done here: nothing depends on there being one, and for one that
ended another comes.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import pickle
import socket
import sys
import threading
from collections.abc import Awaitable, Callable, Hashable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial, wraps
from typing import Any, TypeVar

from engine.leaving import LOOK_UP, LeftError, left
from engine.memory import spare_memory
from engine.nursery import Nursery
from engine.shelf import ElsewhereError
from engine.tally import tally
from gpt.errors import CheckpointError
from livre_ouvert import settings

logger = logging.getLogger(__name__)

T = TypeVar("T")
Work = Callable[..., Any]

AT_ONCE = 8
"""What a helper is asked at the same time: enough for its model to read for several in one pass;
more would only make each come later."""

MOST, MEMORY = 4, 700_000_000
"""Helpers of a machine with many cores; bytes that one may come to hold, as measured: its model and
what Python knows, readings, what they left inside the model, rows, and what is free between."""

AGAIN = 2.0
"""Seconds after which another one comes for a helper that ended."""

SIZE = 4
"""Bytes that say how long the message after them is."""

READY = b"!"
"""What is said on the line of a helper's state: that it may begin, and that it has."""

CALL, LEFT = b"?", b"!"
"""What a message to a helper begins with: a call, or that nobody waits for its answer any more."""


@dataclass(frozen=True)
class Elsewhere:
    """For a process that is no copy of this one: what tells which version it is, and what makes it
    know the same works in the same order."""

    made_of: Callable[[], str]
    know: Callable[[], object]


class Crew:
    """So many helpers, once they are started; each begins with `begin`, and then is ready."""

    def __init__(self, count: int, begin: Callable[[], object]) -> None:
        self._count = count
        self._begin = begin
        self._works: list[Work] = []
        self._helpers: list[_Helper] = []
        self._nursery: Nursery | None = None
        self._elsewhere: Elsewhere | None = None
        self._begun = False
        self._coming = False  # another one, for a helper that ended

    def helped(
        self, work: Callable[..., T], about: Callable[..., Hashable]
    ) -> Callable[..., Awaitable[T]]:
        """The same function, done by a helper, or where there is none by a thread of this process.

        What it takes and gives must be picklable. Calls that are `about` the same go to the same
        helper, who remembers what it read.
        """
        number = len(self._works)
        self._works.append(work)

        @wraps(work)
        async def asked(*given: Any) -> T:
            if self.there:
                leaving = left.get()
                answer = await self._ask(about(*given), pickle.dumps((number, given)), leaving)
                if answer:
                    result: T = answer[0]
                    return result
                if leaving is not None and leaving.is_set():
                    raise LeftError
            return await asyncio.to_thread(work, *given)

        return asked

    @property
    def works(self) -> Sequence[Work]:
        """What helpers can be asked for, by its number."""
        return self._works

    def start(self, elsewhere: Elsewhere | None = None) -> None:
        """Make the helpers; no other thread may run yet, since a copy would not have it."""
        self._elsewhere = elsewhere
        if self._count:
            self._nursery = Nursery(partial(_help, self._works, self._begin))
            self._helpers = [_Helper(self._nursery, place) for place in range(self._count)]

    def begin(self) -> None:
        """Let the helpers begin."""
        self._begun = True
        for helper in self._helpers:
            helper.begin()

    @property
    def there(self) -> bool:
        """Whether there are helpers."""
        return bool(self._helpers)

    @property
    def ready(self) -> bool:
        """Whether there are helpers and one of them is ready."""
        return self.count > 0

    @property
    def count(self) -> int:
        """How many helpers are ready."""
        return sum(helper.ready for helper in self._helpers)

    @property
    def at_once(self) -> int:
        """How many calls are done at the same time, by all helpers or here."""
        return AT_ONCE * max(1, len(self._helpers))

    async def _ask(
        self, about: Hashable, call: bytes, leaving: threading.Event | None
    ) -> tuple[Any] | None:
        """A helper's answer, alone in a tuple; None where no helper has one."""
        helper = self._who(about)
        return await helper.ask(call, leaving) if helper else None

    def _who(self, about: Hashable) -> _Helper | None:
        """The one who knows, or when that one is busy or ended one who is not."""
        if any(helper.gone for helper in self._helpers) and not self._coming:
            self._coming = True
            asyncio.get_running_loop().call_later(AGAIN, self._call_others)
        knows = self._helpers[hash(about) % len(self._helpers)]
        if knows.there and knows.asked < AT_ONCE:
            return knows
        there = [helper for helper in self._helpers if helper.there]
        return min(there, key=lambda helper: helper.asked, default=None)

    def _call_others(self) -> None:
        """Others for those who ended; where there is no nursery any more, none will come."""
        assert self._nursery is not None
        for place, helper in enumerate(self._helpers):
            if helper.gone:
                helper.close()
                try:
                    other = _Helper(self._nursery, place, late=True)
                except OSError:
                    return
                self._helpers[place] = other
                if self._begun:
                    other.begin()
        self._coming = False


class _Helper:
    """This side of a helper: a line for each thing it is asked at once, and one for its state."""

    def __init__(self, nursery: Nursery, place: int, late: bool = False) -> None:
        pairs = [socket.socketpair() for _ in range(AT_ONCE + 1)]
        (self._state, *self._idle), theirs = (list(ends) for ends in zip(*pairs, strict=True))
        self._open: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []
        self._turn = asyncio.Semaphore(AT_ONCE)
        self._late = late
        self._begun = self._ended = False
        self.asked = 0
        try:
            nursery.helper_at(1 + place, theirs)
        except OSError:
            self.close()
            raise

    @property
    def ready(self) -> bool:
        """Whether it has begun, and is still there."""
        return not self.gone and self._begun

    @property
    def there(self) -> bool:
        """Whether it may be asked: at the start also while it is not ready yet."""
        return self.ready or not (self._late or self.gone)

    @property
    def gone(self) -> bool:
        """Whether it ended, which is told once."""
        if self._ended:
            return True
        try:
            said = self._state.recv(1, socket.MSG_DONTWAIT)
        except BlockingIOError:  # nothing new
            return False
        except OSError:
            said = b""
        if said:
            self._begun = True
        else:
            self._lost()
        return self._ended

    def _lost(self) -> None:
        if not self._ended:
            self._ended = True
            logger.warning("A helper ended; until another one comes, it is done without.")

    def close(self) -> None:
        """Leave the lines, which ends it, should it still be there."""
        for end in (self._state, *self._idle, *(writer for _, writer in self._open)):
            end.close()

    def begin(self) -> None:
        with suppress(OSError):  # it ended
            self._state.sendall(READY)

    async def ask(self, call: bytes, leaving: threading.Event | None) -> tuple[Any] | None:
        """Its answer, alone in a tuple; None when it has none, or is told that nobody waits."""
        self.asked += 1
        return await asyncio.shield(asyncio.ensure_future(self._ask(call, leaving)))

    async def _ask(self, call: bytes, leaving: threading.Event | None) -> tuple[Any] | None:
        """To the end, even when nobody waits any more: the line must be free again."""
        try:
            async with self._turn:
                if self.gone:
                    return None
                answer = await self._answer(call, leaving)
        except (OSError, EOFError):
            self._lost()
            return None
        finally:
            self.asked -= 1
        told: tuple[Any] | None = pickle.loads(answer)
        return told

    async def _answer(self, call: bytes, leaving: threading.Event | None) -> bytes:
        """Raises OSError or EOFError when it is gone."""
        if not self._open:
            self._open.append(await asyncio.open_unix_connection(sock=self._idle.pop()))
        reader, writer = line = self._open.pop()
        try:
            writer.write(CALL + len(call).to_bytes(SIZE) + call)
            if leaving is None:
                answer = await _message(reader)
            else:
                coming = asyncio.ensure_future(_message(reader))
                while not (await asyncio.wait({coming}, timeout=LOOK_UP))[0]:
                    if leaving.is_set():
                        writer.write(LEFT)
                        break
                answer = await coming
        except (OSError, EOFError):
            writer.close()
            raise
        self._open.append(line)
        return answer


async def _message(reader: asyncio.StreamReader) -> bytes:
    return await reader.readexactly(int.from_bytes(await reader.readexactly(SIZE)))


# On the other side.


class _Leaving(threading.Event):
    """Set when on this line, during a call, word has come that nobody waits any more."""

    def __init__(self, line: socket.socket) -> None:
        super().__init__()
        self._line = line

    def is_set(self) -> bool:
        try:
            self._line.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
        except BlockingIOError:
            return False
        return True


def _help(
    works: Sequence[Work], begin: Callable[[], object], place: int, lines: Sequence[socket.socket]
) -> None:
    """The life of a helper; it ends when the process that it helps does."""
    tally.take(place)
    gc.freeze()  # what is there is shared with the other processes, as long as nobody touches it
    gc.enable()
    state, *asked = lines
    for line in asked:
        threading.Thread(target=_answer, args=(works, line), daemon=True).start()
    with suppress(OSError):
        if state.recv(1):
            begin()
            state.sendall(READY)
            state.recv(1)


def _answer(works: Sequence[Work], line: socket.socket) -> None:
    """Do what is asked on one line, one thing after the other."""
    left.set(_Leaving(line))
    with suppress(OSError), line:
        while kind := line.recv(1):
            if kind == LEFT:  # the answer was on its way already
                continue
            number, given = pickle.loads(_read(line, int.from_bytes(_read(line, SIZE))))
            answer = done(works[number], given)
            line.sendall(len(answer).to_bytes(SIZE) + answer)


def _read(line: socket.socket, size: int) -> bytes:
    """So many bytes and none of what comes after them, which may be word that somebody left."""
    got = line.recv(size, socket.MSG_WAITALL)
    if len(got) < size:
        raise ConnectionError
    return got


def done(work: Work, given: Sequence[Any]) -> bytes:
    """What is sent back: the answer alone in a tuple, or None where there is none."""
    try:
        return pickle.dumps((work(*given),))
    except (ElsewhereError, CheckpointError, LeftError):
        pass
    except Exception:
        logger.exception("A helper could not do what it was asked; it is done again without it.")
    return pickle.dumps(None)


def helpers() -> int:
    """How many a host asks for by OPENBOOK_HELPERS; else one a core, where there are several, there
    is memory for them, and a process can be copied safely."""
    if sys.platform != "linux":
        return 0
    asked = settings.HELPERS.of()
    if asked is not None:
        return asked
    cores = len(os.sched_getaffinity(0))
    return min(cores, MOST, spare_memory() // MEMORY) if cores > 1 else 0
