"""One whole screen of the lab: the data of its panels, and their drawings."""

from __future__ import annotations

import json
from types import ModuleType
from typing import Any

from panels import choice, logits, probabilities, rows, text, tokens
from panels.drawing import draw
from panels.state import State
from panels.view import View
from panels.words import SITE

PANELS: dict[str, ModuleType] = {
    "tokens": tokens,
    "rows": rows,
    "logits": logits,
    "probabilities": probabilities,
    "choice": choice,
    "text": text,
}

Data = dict[str, dict[str, Any]]


def data(view: View) -> Data:
    """The data of every panel, as plain as JSON."""
    return {name: panel.data(view) for name, panel in PANELS.items()}


def drawings(screen: Data, state: State, language: str) -> dict[str, str]:
    """Every panel as HTML in one language."""
    address = {"address": state.to_query()}
    return {name: draw(name, language, panel | address) for name, panel in screen.items()}


def drawing(name: str, view: View, language: str) -> str:
    """One panel alone."""
    return draw(name, language, PANELS[name].data(view) | {"address": view.state.to_query()})


def recorded(language: str) -> tuple[Data, int]:
    """The example that is on screen before the model is in memory, and the model's size."""
    record = json.loads((SITE / "recorded" / f"lab.{language}.json").read_text("utf-8"))
    return record["panels"], record["parameters"]
