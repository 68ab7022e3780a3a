"""The frame of a live panel: the drawing, and what the reader can change around it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from markupsafe import Markup

from panels.catalogue import CHOICE, Panel
from panels.controls import asked
from panels.drawing import draw_page_part
from panels.state import SEED_MOST, TEMPERATURE, TOP_K_MOST, TOP_P_LEAST, State, written_out

LAB = {"fr": "/labo", "en": "/lab"}
CARRIED = (
    "written", "position", "draw", "repeat", "others", "everything", "shown", "search",
)  # fmt: skip


def form(
    name: str,
    panel: Panel,
    language: str,
    state: State,
    query: Mapping[str, str],
    drawing: Markup,
    notes: Sequence[Mapping[str, Any]] = (),
) -> str:
    """A panel's form: it works without a script as a page of its own, with one in place."""
    return draw_page_part(
        "panel.html",
        language,
        {
            "name": name,
            "reads": panel.reads,
            "state": state,
            "drawing": drawing,
            "notes": notes,
            "carried": carried(panel, state),
            "controls": panel.controls,
            "values": asked(panel.controls, query),
            "temperature": TEMPERATURE,
            "top_k_most": TOP_K_MOST,
            "top_p_least": TOP_P_LEAST,
            "seed_most": SEED_MOST,
            "lab": f"{LAB[language]}?{state.to_query()}",
        },
    )


def carried(panel: Panel, state: State) -> dict[str, str]:
    """What of the state the drawing itself must carry on: all that is not the default."""
    values: dict[str, Any] = asdict(state)
    default = asdict(State())
    names = [*CARRIED, *CHOICE]
    return {
        field: written_out(values[field])
        for field in names
        if field not in panel.reads and values[field] != default[field]
    }
