"""What a model does pass by pass while its text grows beyond its context.

The rule is `gpt.reading.window`: the older half goes each time the context is full. Every token
left then stands at a new position, so that what the cache holds of it no longer serves.
"""

from __future__ import annotations

from dataclasses import dataclass

from gpt.reading import window


@dataclass(frozen=True)
class Pass:
    """One reading of a text of `length` tokens: the first `dropped` of them are not read.

    Of the positions, start token included, `kept` lie in the cache and `computed` are read now.
    """

    length: int
    dropped: int
    kept: int
    computed: int

    @property
    def positions(self) -> int:
        return self.kept + self.computed


def passes(first: int, last: int, context: int, start: int = 1) -> list[Pass]:
    """The readings of a text that grows token by token from `first` tokens to `last`.

    `start` counts the tokens that the model puts in front of every text: one, or none. A start
    token is the same wherever the text begins, and stays in the cache.
    """
    found: list[Pass] = []
    for length in range(first, last + 1):
        dropped = window(length, context - start)
        positions = start + length - dropped
        if not found:
            kept = 0
        elif dropped == found[-1].dropped:
            kept = found[-1].positions
        else:
            kept = start
        found.append(Pass(length, dropped, kept, positions - kept))
    return found
