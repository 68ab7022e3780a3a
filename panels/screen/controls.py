"""What a reader can move on a panel beside the prompt and the settings of the choice."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

HUGE = 1e6


@dataclass(frozen=True)
class Control:
    """A number by its name in the address, between `least` and `most`; whole if `step` is whole.

    `sized` names the panel's data that holds the most for the model at hand; `most` is then that of
    the bundled one, and the panel itself moves a larger number into its bounds.
    """

    name: str
    least: float
    most: float
    step: float
    start: float
    sized: str = ""
    shown: bool = True

    def read(self, text: str | None) -> float:
        """The number an address asks for, moved into its bounds; the start if it is none."""
        try:
            value = float(text) if text is not None and text.isascii() else math.nan
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            value = self.start
        value = min(max(value, self.least), HUGE if self.sized else self.most)
        return round(value) if isinstance(self.step, int) else value


def asked(controls: Sequence[Control], query: Mapping[str, str]) -> dict[str, float]:
    """The value of every control, by name."""
    return {control.name: control.read(query.get(control.name)) for control in controls}


def bounds(controls: Sequence[Control], data: Mapping[str, Any]) -> dict[str, float]:
    """The most of every control for what is drawn."""
    return {each.name: data[each.sized] if each.sized else each.most for each in controls}
