"""What is kept of the positions already read: their keys and values, one pair per block.

Attention needs them for every later position; nothing else of the past is needed.
"""

from __future__ import annotations

import threading

from torch import Tensor

SPARE = 32
"""Positions for which room is made beyond those that are there."""


class Cache:
    """The keys and values of a text. A copy shares them, until the two texts part.

    It is for reading: no gradient passes through it.
    """

    def __init__(self, layers: int) -> None:
        self._layers = layers
        self._room: _Room | None = None
        self._length = 0
        self._places: list[tuple[Tensor, Tensor, Tensor]] = []  # of this pass, the next block last

    @property
    def length(self) -> int:
        """How many positions have been read."""
        return self._length

    @property
    def memory(self) -> tuple[int, int]:
        """Which memory this cache lies in, and how many bytes that is; copies name the same."""
        return (0, 0) if self._room is None else (id(self._room), self._room.size)

    def extend(self, layer: int, new: Tensor) -> tuple[Tensor, Tensor]:
        """Append the new positions of one block, keys and values: (2, B, H, new, C/H).

        A pass does so block by block, from the first to the last. Returns the keys and the values
        of all positions, (B, H, T, C/H) each.
        """
        if layer == 0:
            self._make_room(new)
        place, keys, values = self._places.pop()
        place.copy_(new.detach())
        return keys, values

    def copy(self, length: int | None = None) -> Cache:
        """A cache of the first `length` positions that can be extended without touching this."""
        other = Cache(self._layers)
        other._room = self._room
        other._length = self.length if length is None else length
        return other

    def _make_room(self, new: Tensor) -> None:
        """Find, for all blocks at once, the places where the new positions go."""
        start, end = self._length, self._length + new.shape[-2]
        if self._room is None or not self._room.claim(start, end):
            self._room = _Room(self._layers, new, end, self._room, start)
        self._length = end
        self._places = self._room.places(start, end)


class _Room:
    """Keys and values of all blocks; places are left at the end, for the first text to go on."""

    def __init__(
        self, layers: int, like: Tensor, filled: int, past: _Room | None, kept: int
    ) -> None:
        shape = (layers, *like.shape[:-2], filled + SPARE, like.shape[-1])
        self._all = like.new_empty(shape)  # (L, 2, B, H, places, C/H)
        self._filled = filled
        self._claiming = threading.Lock()
        if past is not None:
            self._all[..., :kept, :] = past._all[..., :kept, :]

    @property
    def size(self) -> int:
        return self._all.nbytes

    def claim(self, start: int, end: int) -> bool:
        """Whether the places from start to end are free; they are the caller's then."""
        with self._claiming:
            if self._filled != start or end > self._all.shape[-2]:
                return False
            self._filled = end
            return True

    def places(self, start: int, end: int) -> list[tuple[Tensor, Tensor, Tensor]]:
        """Of each block, the last one first: where the new ones go, all keys, all values."""
        new = self._all.narrow(-2, start, end - start).unbind()
        keys, values = self._all.narrow(-2, 0, end).unbind(1)
        return list(zip(new, keys.unbind(), values.unbind(), strict=True))[::-1]
