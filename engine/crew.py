"""Helpers: copies of this process that read and draw beside it, each on a core of its own.

Threads of Python take turns; what must go on side by side needs processes. A helper is made before
anything is served, knows what the process knew then, and is sent the number of a function and what
to call it with. What a helper cannot do is done here: nothing depends on there being one.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import multiprocessing
import os
import pickle
import socket
import sys
import threading
from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from contextlib import suppress
from functools import wraps
from typing import Any, TypeVar

from engine.leaving import LOOK_UP, LeftError, left
from engine.memory import spare_memory
from engine.shelf import ElsewhereError
from gpt.errors import CheckpointError

logger = logging.getLogger(__name__)

T = TypeVar("T")
Work = Callable[..., Any]

AT_ONCE = 8
"""What a helper is asked at the same time: enough for its model to read for several in one pass;
more would only make each come later."""

MOST, MEMORY = 4, 400_000_000
"""Helpers of a machine with many cores; bytes that one may come to hold, readings mostly."""

SIZE = 4
"""Bytes that say how long the message after them is."""

CALL, LEFT = b"?", b"!"
"""What a message to a helper begins with: a call, or that nobody waits for its answer any more."""


class Crew:
    """So many helpers, once they are started; each begins with `begin`, and then is ready."""

    def __init__(self, count: int, begin: Callable[[], object]) -> None:
        self._count = count
        self._begin = begin
        self._works: list[Work] = []
        self._helpers: list[_Helper] = []

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
            helper = self._who(about(*given)) if self._helpers else None
            if helper is not None:
                leaving = left.get()
                answer = await helper.ask(pickle.dumps((number, given)), leaving)
                if answer:
                    result: T = answer[0]
                    return result
                if leaving is not None and leaving.is_set():
                    raise LeftError
            return await asyncio.to_thread(work, *given)

        return asked

    def start(self) -> None:
        """Make the helpers; no other thread may run yet, since a copy would not have it."""
        for _ in range(self._count):
            self._helpers.append(_Helper(self._works, self._begin, self._helpers))

    def begin(self) -> None:
        """Let the helpers begin."""
        for helper in self._helpers:
            helper.begin()

    @property
    def there(self) -> bool:
        """Whether there are helpers."""
        return bool(self._helpers)

    @property
    def ready(self) -> bool:
        """Whether there are helpers and one of them is ready."""
        return any(helper.ready for helper in self._helpers)

    @property
    def at_once(self) -> int:
        """How many calls are done at the same time, by all helpers or here."""
        return AT_ONCE * max(1, len(self._helpers))

    def _who(self, about: Hashable) -> _Helper | None:
        """The one who knows, or when that one is busy one who is not."""
        there = [helper for helper in self._helpers if not helper.gone]
        if not there:
            return None
        knows = there[hash(about) % len(there)]
        return knows if knows.asked < AT_ONCE else min(there, key=lambda helper: helper.asked)


class _Helper:
    """This side of a helper: a line for each thing it is asked at once, and one for its state."""

    def __init__(
        self, works: Sequence[Work], begin: Callable[[], object], others: Sequence[_Helper]
    ) -> None:
        pairs = [socket.socketpair() for _ in range(AT_ONCE + 1)]
        (self._state, *self._idle), theirs = (list(ends) for ends in zip(*pairs, strict=True))
        self._open: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []
        self._turn = asyncio.Semaphore(AT_ONCE)
        self.asked = 0
        self.gone = False
        not_theirs = [self._state, *self._idle]
        not_theirs += [end for other in others for end in (other._state, *other._idle)]
        self._process = multiprocessing.get_context("fork").Process(
            target=_help, args=(works, begin, theirs, not_theirs), name="helper", daemon=True
        )
        self._process.start()
        for end in theirs:
            end.close()

    @property
    def ready(self) -> bool:
        """Whether it has begun, and is still there."""
        try:
            return bool(self._state.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT))
        except OSError:  # nothing has come yet, or it ended
            return False

    def begin(self) -> None:
        with suppress(OSError):  # it ended
            self._state.sendall(b"!")

    async def ask(self, call: bytes, leaving: threading.Event | None) -> tuple[Any] | None:
        """Its answer, alone in a tuple; None when it has none, or is told that nobody waits."""
        self.asked += 1
        return await asyncio.shield(asyncio.ensure_future(self._ask(call, leaving)))

    async def _ask(self, call: bytes, leaving: threading.Event | None) -> tuple[Any] | None:
        """To the end, even when nobody waits any more: the line must be free again."""
        try:
            async with self._turn:
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

    def _lost(self) -> None:
        if not self.gone:
            self.gone = True
            print("A helper ended; what it did is done without it.", file=sys.stderr, flush=True)


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
    works: Sequence[Work],
    begin: Callable[[], object],
    lines: Sequence[socket.socket],
    not_mine: Sequence[socket.socket],
) -> None:
    """The life of a helper; it ends when the process that made it does."""
    for end in not_mine:
        end.close()
    gc.freeze()  # what is there is shared with the other processes, as long as nobody touches it
    gc.enable()
    state, *asked = lines
    for line in asked:
        threading.Thread(target=_answer, args=(works, line), daemon=True).start()
    with suppress(OSError):
        if state.recv(1):
            begin()
            state.sendall(b"!")
            state.recv(1)


def _answer(works: Sequence[Work], line: socket.socket) -> None:
    """Do what is asked on one line, one thing after the other."""
    left.set(_Leaving(line))
    with suppress(OSError), line, line.makefile("rwb") as stream:
        while kind := stream.read(1):
            if kind == LEFT:  # the answer was on its way already
                continue
            number, given = pickle.loads(stream.read(int.from_bytes(stream.read(SIZE))))
            answer = _done(works[number], given)
            stream.write(len(answer).to_bytes(SIZE) + answer)
            stream.flush()


def _done(work: Work, given: Sequence[Any]) -> bytes:
    """What is sent back: the answer alone in a tuple, or None where there is none."""
    try:
        return pickle.dumps((work(*given),))
    except (ElsewhereError, CheckpointError, LeftError):
        pass
    except Exception:
        logger.exception("A helper could not do %s", getattr(work, "__name__", work))
    return pickle.dumps(None)


def helpers(environment: Mapping[str, str] = os.environ) -> int:
    """How many a host asks for by OPENBOOK_HELPERS; else one a core, where there are several, there
    is memory for them, and a process can be copied safely."""
    asked = environment.get("OPENBOOK_HELPERS", "")
    if sys.platform != "linux":
        return 0
    if asked.isdecimal():
        return int(asked)
    cores = len(os.sched_getaffinity(0))
    return min(cores, MOST, spare_memory() // MEMORY) if cores > 1 else 0
