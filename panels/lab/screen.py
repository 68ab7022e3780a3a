"""One whole screen of the lab: the data of its panels, their drawings, and what is said beside."""

from __future__ import annotations

import json
from collections.abc import Sequence
from types import ModuleType
from typing import Any

from markupsafe import Markup

from panels import catalogue, choice, logits, probabilities, rows, text, tokens
from panels.screen.drawing import draw, draw_page_part
from panels.screen.models import for_template
from panels.screen.state import MODEL, Note, State
from panels.screen.view import View
from panels.screen.words import SITE, Words

PANELS: dict[str, ModuleType] = {
    "tokens": tokens,
    "rows": rows,
    "logits": logits,
    "probabilities": probabilities,
    "choice": choice,
    "text": text,
}

INSIDE = ("heads", "blocks", "shares")
"""The panels of the lab's last step, the same as on the pages."""

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


def inside(view: View, language: str) -> str:
    """The last step: closed, or what goes on inside the model as this text is read."""
    state, drawn = view.state, []
    if state.inside:
        asked = dict(zip(("block", "head", "rank"), map(str, state.inside), strict=True))
        drawn = [
            (name, Markup(draw(name, language, catalogue.PANELS[name].data(view, asked))))
            for name in INSIDE
        ]
    return draw("inside", language, {"panels": drawn})


def recorded(language: str) -> tuple[Data, int]:
    """The example that is on screen before the model is in memory, and the model's size."""
    record = json.loads((SITE / "recorded" / f"lab.{language}.json").read_text("utf-8"))
    return record["panels"], record["parameters"]


def without_script(language: str) -> str:
    """What stands in the lab's place where no script runs: its panels, each a page of its own."""
    return draw_page_part("no_script.html", language, {"panels": list(PANELS)})


def said(notes: Sequence[Note], language: str) -> str:
    """What there is to say to the reader, drawn."""
    return draw("notes", language, {"notes": for_template(notes)})


def model_said(state: State, parameters: int, models: Sequence[str], language: str) -> str:
    """The line under the prompt: which model this is, and the way to see it beside another."""
    data = {
        "name": state.model,
        "parameters": parameters,
        "bundled": state.model == MODEL,
        "beside": len(models) > 1,
        "address": state.to_query(),
    }
    return draw("model_line", language, data)


def add_label(data: Data, words: Words) -> str:
    """« Ajouter … » with the token about to be added."""
    if data["choice"]["finished"]:
        return words("text.add_nothing")
    chosen = data["choice"]["chosen"]
    if chosen["end"]:
        return words("text.add_end")
    return words("text.add", token="".join(text for text, _ in chosen["parts"]))
