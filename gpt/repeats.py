"""Where a text says again what it has said: loops made visible."""

from __future__ import annotations

from collections.abc import Sequence

PASSAGE = 4
"""Tokens in a row that make a passage: fewer come back by chance, in any text."""


def said_before(ids: Sequence[int]) -> list[bool]:
    """Of every token: whether it stands in a passage said before.

    A passage is `PASSAGE` tokens in a row; it may overlap the one that
    it repeats.
    """
    seen: set[tuple[int, ...]] = set()
    again = [False] * len(ids)
    for end in range(PASSAGE, len(ids) + 1):
        passage = tuple(ids[end - PASSAGE : end])
        if passage in seen:
            again[end - PASSAGE : end] = [True] * PASSAGE
        seen.add(passage)
    return again
