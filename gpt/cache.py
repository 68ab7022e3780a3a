"""What is kept of the positions already read: their keys and values, one pair per block.

Attention needs them for every later position; nothing else of the past is needed.
"""

from __future__ import annotations

import threading

from torch import Tensor

SPARE = 32
"""Positions for which room is made beyond those that are there."""


class Cache:
    """The keys and values of a text. A copy shares them, until the two texts part."""

    def __init__(self, layers: int) -> None:
        self._rooms: list[_Room | None] = [None] * layers
        self._lengths = [0] * layers

    @property
    def length(self) -> int:
        """How many positions have been read."""
        return self._lengths[0]

    @property
    def memory(self) -> tuple[int, int]:
        """Which memory this cache lies in, and how many bytes that is; copies name the same."""
        room = self._rooms[0]
        return (0, 0) if room is None else (id(room), len(self._rooms) * room.size)

    def extend(self, layer: int, new: Tensor) -> tuple[Tensor, Tensor]:
        """Append the new positions of one block, keys and values: (2, B, H, new, C/H).

        Returns the keys and the values of all positions, (B, H, T, C/H) each.
        """
        start = self._lengths[layer]
        end = start + new.shape[-2]
        room = self._rooms[layer]
        if room is None or not room.claim(start, end):
            room = self._rooms[layer] = _Room(new, end, room, start)
        self._lengths[layer] = end
        return room.put(start, new)

    def copy(self, length: int | None = None) -> Cache:
        """A cache of the first `length` positions that can be extended without touching this."""
        other = Cache(len(self._rooms))
        other._rooms = list(self._rooms)
        other._lengths = [self.length if length is None else length] * len(self._rooms)
        return other


class _Room:
    """Keys and values of one block, with places left at the end for the first text that goes on."""

    def __init__(self, like: Tensor, filled: int, past: _Room | None, kept: int) -> None:
        self._places = like.new_empty(*like.shape[:-2], filled + SPARE, like.shape[-1])
        self._filled = filled
        self._claiming = threading.Lock()
        if past is not None:
            self._places[..., :kept, :] = past._places[..., :kept, :]

    @property
    def size(self) -> int:
        return self._places.nbytes

    def claim(self, start: int, end: int) -> bool:
        """Whether the places from start to end are free; they are the caller's then."""
        with self._claiming:
            if self._filled != start or end > self._places.shape[-2]:
                return False
            self._filled = end
            return True

    def put(self, start: int, new: Tensor) -> tuple[Tensor, Tensor]:
        end = start + new.shape[-2]
        self._places[..., start:end, :] = new
        key, value = self._places[..., :end, :]
        return key, value
