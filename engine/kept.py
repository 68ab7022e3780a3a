"""The readings that an engine keeps: bounded in number and in bytes, never needed.

A text that goes on from a kept one shares its cache; the memory of both is counted once.
"""

from __future__ import annotations

from collections import Counter, OrderedDict

from gpt.reading import Reading

READINGS_KEPT = 512
BYTES_KEPT = 256_000_000
"""Of readings, at the least; of a large model, twice what its weights take."""


class Kept:
    """Readings by their ids. Those asked for longest ago go first, when there are too many.

    `most` is how many bytes they may hold together. Not for several threads at once.
    """

    def __init__(self, most: int = BYTES_KEPT) -> None:
        self.most = most
        self._readings: OrderedDict[tuple[int, ...], Reading] = OrderedDict()
        self._users: Counter[int] = Counter()  # of every memory that caches lie in
        self._bytes = 0

    def asked_for(self, ids: tuple[int, ...]) -> Reading | None:
        """The reading of these ids, if there is one; it will go last."""
        reading = self._readings.get(ids)
        if reading is not None:
            self._readings.move_to_end(ids)
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
        while len(self._readings) > 1 and (
            len(self._readings) > READINGS_KEPT or self._bytes > self.most
        ):
            self._count(self._readings.popitem(last=False)[1], -1)

    def _count(self, reading: Reading, change: int) -> None:
        memory, size = reading.cache.memory
        before = self._users[memory]
        self._users[memory] += change
        if not before or not self._users[memory]:
            self._bytes += change * size
        if not self._users[memory]:
            del self._users[memory]
        self._bytes += change * reading.own_bytes


def _common(one: tuple[int, ...], other: tuple[int, ...]) -> int:
    """How many ids two texts begin with alike; never all of `other`."""
    most = min(len(one), len(other) - 1)
    if one[:most] == other[:most]:
        return most
    return next(n for n in range(most) if one[n] != other[n])
