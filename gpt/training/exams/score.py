"""So many right of so many asked."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Score:
    """How many answers were right, and how many questions were asked."""

    right: int = 0
    asked: int = 0

    @classmethod
    def of(cls, outcomes: Iterable[bool]) -> Score:
        """One outcome a question."""
        listed = list(outcomes)
        return cls(sum(listed), len(listed))

    @property
    def share(self) -> float:
        """From 0 to 1; NaN where nothing was asked."""
        return self.right / self.asked if self.asked else math.nan

    def __add__(self, other: Score) -> Score:
        return Score(self.right + other.right, self.asked + other.asked)
