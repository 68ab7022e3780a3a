"""The models that a host offers: each is opened when it is first asked for, in the background.

The bundled model is always there and is never dropped. The others share what memory is left; the
one that was asked for longest ago makes room.
"""

from __future__ import annotations

import os
import threading
import time
from collections import Counter, OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from engine.engine import Engine
from engine.memory import memory_of, spare_memory
from gpt.errors import CheckpointError
from gpt.model import Config
from gpt.weights.hub import HUB_ID
from livre_ouvert import settings

ALWAYS = "conteur"
TRY_AGAIN = 10.0
"""Seconds after which a model that did not open may be tried again."""


class ElsewhereError(Exception):
    """This process, a helper, does not have what it takes; the one that made it may."""


class Models(Protocol):
    """Where an engine is found by the name of its model."""

    @property
    def names(self) -> tuple[str, ...]:
        """The names that are offered; the first is the one that is there from the start."""

    @property
    def ready(self) -> bool:
        """Whether that first one is in memory."""

    def start(self) -> None:
        """Open the first one in the background."""

    def named(self, name: str) -> Engine:
        """The engine, its model in memory or there in a moment. Raises CheckpointError."""


class Shelf:
    """Engines by name; only what it was made with can be opened: Hub ids and folders."""

    def __init__(self, sources: Sequence[str] = (), memory: int | None = None) -> None:
        self._sources = named_apart([ALWAYS, *sources])
        self._memory = spare_memory() if memory is None else memory
        self._lock = threading.Lock()
        self._engines: OrderedDict[str, Engine] = OrderedDict({ALWAYS: Engine(ALWAYS)})
        self._process = os.getpid()

    @property
    def names(self) -> tuple[str, ...]:
        """What is offered, the bundled model first."""
        return tuple(self._sources)

    @property
    def always(self) -> Engine:
        """The engine of the bundled model."""
        return self._engines[ALWAYS]

    @property
    def ready(self) -> bool:
        """Whether the bundled model is in memory."""
        return self.always.ready

    @property
    def held(self) -> dict[str, int]:
        """The bytes that each model takes here, by its name; 0 for one that is not in memory."""
        with self._lock:
            ready = {name: engine for name, engine in self._engines.items() if engine.ready}
        return {
            name: memory_of(ready[name].model.network.config) if name in ready else 0
            for name in self._sources
        }

    def start(self) -> None:
        """Open the bundled model in the background."""
        self.always.start()

    def named(self, name: str) -> Engine:
        """The engine of a model that is in memory; the bundled one is waited for.

        Raises CheckpointError: of the kind "opening", as long as it is being opened, with how many
        `megabytes` of a `size` are here and for how many seconds the Hub has been `silent`;
        "not_offered" for a name the host did not list; or why it could not be opened. A helper
        raises ElsewhereError for all but the bundled one.
        """
        if name not in self._sources:
            raise CheckpointError(f"The model {name} is not offered here.", "not_offered")
        if name != ALWAYS and os.getpid() != self._process:
            raise ElsewhereError(name)
        with self._lock:
            engine = self._engines.get(name)
            if engine is None or engine.failed_before(time.monotonic() - TRY_AGAIN):
                engine = self._engines[name] = Engine(
                    self._sources[name], lambda config: self._make_room(name, config)
                )
            if name != ALWAYS:
                self._engines.move_to_end(name)
        engine.start()
        if name == ALWAYS or engine.over:
            _ = engine.model  # raises what there is to say
            return engine
        got, size = engine.progress
        of_the_hub = public(self._sources[name]) == self._sources[name]
        raise CheckpointError(
            f"The model {name} is being opened.",
            "opening",
            megabytes=got // 1_000_000,
            size=size // 1_000_000,
            silent=int(engine.silence) if of_the_hub else 0,
        )

    def _make_room(self, name: str, config: Config) -> None:
        """Drop what was asked for longest ago until a model of this shape fits."""
        needed = memory_of(config)
        if needed > self._memory:
            raise CheckpointError(
                f"The model {name} needs {needed // 1_000_000} MB of memory; "
                f"{self._memory // 1_000_000} MB may be used.",
                "memory",
                needed=needed // 1_000_000,
                allowed=self._memory // 1_000_000,
            )
        with self._lock:
            for other, engine in list(self._engines.items()):
                taken = sum(memory_of(each) for each in self._shapes(name))
                if taken + needed <= self._memory:
                    return
                if other not in (ALWAYS, name) and engine.ready:
                    del self._engines[other]

    def _shapes(self, but: str) -> list[Config]:
        return [
            engine.model.network.config
            for name, engine in self._engines.items()
            if engine.ready and name not in (ALWAYS, but)
        ]


def public(source: str) -> str:
    """A model's name for those outside: of a folder, only its own name."""
    return source if HUB_ID.fullmatch(source) and not os.path.isdir(source) else Path(source).name


def named_apart(sources: Sequence[str]) -> dict[str, str]:
    """The sources by their names for those outside, each its own.

    Folders of one name are told apart by the folder that they lie in, or those above it.
    """
    known = {ALWAYS: ALWAYS}
    known |= {_one(each): each for each in sources if each != ALWAYS}
    depth = dict.fromkeys(known, 1)
    while True:
        names = {each: _name(each, known[each], depth[each]) for each in known}
        count = Counter(names.values())
        same = [
            each
            for each, name in names.items()
            if count[name] > 1 and each != ALWAYS and depth[each] < len(Path(each).parts) - 1
        ]
        if not same:
            return {names[each]: source for each, source in known.items()}
        for each in same:
            depth[each] += 1


def _one(source: str) -> str:
    """One name for a folder, however its path is written; of the Hub, the id."""
    return source if public(source) == source else os.path.abspath(source)


def _name(one: str, source: str, depth: int) -> str:
    return public(source) if depth == 1 else "/".join(Path(one).parts[-depth:])


def from_environment() -> Shelf:
    """The shelf that a host asks for by OPENBOOK_MODELS and OPENBOOK_MEMORY (megabytes)."""
    megabytes = settings.MEMORY.of()
    memory = None if megabytes is None else megabytes * 1_000_000
    return Shelf(settings.MODELS.of(), memory)
