"""What an engine keeps of what it computed: bounded in number and in bytes, never needed.

A text that goes on from a kept one shares its cache; the memory of both is counted once.
"""

from __future__ import annotations

import sys
import threading
from collections import Counter, OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import fields, is_dataclass
from functools import wraps
from typing import Any, TypeVar

from torch import Tensor

from gpt.reading import Reading

T = TypeVar("T")

READINGS_KEPT = 512
BYTES_KEPT = 128_000_000
"""Of readings, at the least; of a large model, twice what its weights take."""

NUMBER = 8
"""Bytes that a number takes in a list."""


class Lately:
    """What some functions gave lately, by what they were asked; asked for longest ago goes first.

    `most` is how many bytes all of it may hold; what was given last stays in any case.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self._lock = threading.Lock()
        self._given: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()
        self._bytes = 0

    def remembered(self, compute: Callable[..., T]) -> Callable[..., T]:
        """The same function; what it gave lately is not computed anew."""

        @wraps(compute)
        def asked_for(*asked: Hashable) -> T:
            key = (compute.__name__, asked)
            with self._lock:
                if key in self._given:
                    self._given.move_to_end(key)
                    known: T = self._given[key][0]
                    return known
            given = compute(*asked)
            self._keep(key, given, bytes_of(asked) + bytes_of(given))
            return given

        return asked_for

    def _keep(self, key: Hashable, given: object, size: int) -> None:
        with self._lock:
            if key not in self._given:
                self._given[key] = given, size
                self._bytes += size
            while len(self._given) > 1 and self._bytes > self.most:
                self._bytes -= self._given.popitem(last=False)[1][1]


def bytes_of(value: object) -> int:
    """About how much memory a value holds: its tensors, its texts, its numbers."""
    if isinstance(value, Tensor):
        return value.untyped_storage().nbytes()
    if isinstance(value, str | bytes):
        return sys.getsizeof(value)
    if isinstance(value, Mapping):
        return sum(bytes_of(each) for pair in value.items() for each in pair)
    if isinstance(value, list | tuple):
        return sum(map(bytes_of, value))
    if is_dataclass(value):
        return sum(bytes_of(getattr(value, field.name)) for field in fields(value))
    return NUMBER


class Kept:
    """Readings by their ids. Those asked for longest ago go first, when there are too many.

    `most` is how many bytes they may hold together. Not for several threads at once.
    """

    def __init__(self, most: int = BYTES_KEPT) -> None:
        self.most = most
        self._readings: OrderedDict[tuple[int, ...], Reading] = OrderedDict()
        self._own: dict[tuple[int, ...], int] = {}  # what each was counted with, beside its cache
        self._users: Counter[int] = Counter()  # of every memory that caches lie in
        self._bytes = 0

    def asked_for(self, ids: tuple[int, ...]) -> Reading | None:
        """The reading of these ids, if there is one; it will go last."""
        reading = self._readings.get(ids)
        if reading is not None:
            self._readings.move_to_end(ids)
            self._weigh(reading)  # its rows may have been judged since
        return reading

    def beginning(self, ids: tuple[int, ...]) -> tuple[Reading | None, int]:
        """The reading that begins as these ids do for longest, and how long; never all of them."""
        best = self._readings.get(ids[:-1])
        if best is not None:
            return best, len(best.ids)
        length = 0
        for known, reading in self._readings.items():
            common = _common(known, ids)
            if common > length:
                best, length = reading, common
        return best, length

    def keep(self, reading: Reading) -> None:
        """Keep a reading, and forget as many others as that takes."""
        before = self._readings.pop(reading.ids, None)
        if before is not None:
            self._count(before, -1)
        self._readings[reading.ids] = reading
        self._count(reading, 1)
        self._weigh(reading)
        while len(self._readings) > 1 and (
            len(self._readings) > READINGS_KEPT or self._bytes > self.most
        ):
            self._count(self._readings.popitem(last=False)[1], -1)

    def _weigh(self, reading: Reading) -> None:
        """Count what it holds now beside its cache."""
        now = reading.own_bytes
        self._bytes += now - self._own.get(reading.ids, 0)
        self._own[reading.ids] = now

    def _count(self, reading: Reading, change: int) -> None:
        memory, size = reading.cache.memory
        before = self._users[memory]
        self._users[memory] += change
        if not before or not self._users[memory]:
            self._bytes += change * size
        if not self._users[memory]:
            del self._users[memory]
        if change < 0:
            self._bytes -= self._own.pop(reading.ids)


def _common(one: tuple[int, ...], other: tuple[int, ...]) -> int:
    """How many ids two texts begin with alike; never all of `other`."""
    most = min(len(one), len(other) - 1)
    if one[:most] == other[:most]:
        return most
    return next(n for n in range(most) if one[n] != other[n])
