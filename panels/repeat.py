"""The draw again and again: how often each token came, over how often it was expected."""

from __future__ import annotations

from typing import Any

from panels import probabilities
from panels.screen.state import REPEATS
from panels.screen.view import View


def data(view: View) -> dict[str, Any]:
    """The bars of the last row, with the draws over them when some were asked for."""
    return probabilities.data(view) | {
        "offered": [count for count in REPEATS if count],
        "repeats": view.state.repeat,
    }
