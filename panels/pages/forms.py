"""The frame of a live panel: the drawing, and what the reader can change around it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any
from urllib.parse import urlencode

from markupsafe import Markup

from panels.catalogue import CHOICE, Panel
from panels.compare import beside_of
from panels.pages.permitted import Permitted
from panels.screen.controls import asked
from panels.screen.drawing import draw_page_part, readable
from panels.screen.state import SEED_MOST, TEMPERATURE, TOP_K_MOST, TOP_P_LEAST, State, written_out

ALL = Permitted()
"""Everything may be changed."""

LAB = {"fr": "/labo", "en": "/lab"}
CARRIED = (
    "written", "position", "draw", "repeat", "others", "everything", "shown", "search", "beside",
)  # fmt: skip


def form(
    name: str,
    panel: Panel,
    language: str,
    state: State,
    query: Mapping[str, str],
    drawing: Markup,
    notes: Sequence[Mapping[str, Any]] = (),
    models: Sequence[str] = (),
    most: Mapping[str, float] | None = None,
    may: Permitted = ALL,
    alone: bool = False,
) -> str:
    """A panel's form: it works without a script as a page of its own, with one in place.

    A panel `alone` may stand in somebody else's page, over which no link of its may go.
    """
    own = {each.name: query[each.name] for each in panel.controls if each.name in query}
    return draw_page_part(
        "panel.html",
        language,
        {
            "name": name,
            "reads": panel.reads,
            "asks": panel.asks,
            "state": state,
            "drawing": drawing,
            "notes": notes,
            "carried": carried(panel, state, models),
            "models": models if panel.any_model and len(models) > 1 else (),
            "model": query.get("model", state.model),
            "beside": beside_of(state, models),
            "controls": panel.controls,
            "most": most or {control.name: control.most for control in panel.controls},
            "values": asked(panel.controls, query),
            "temperature": TEMPERATURE,
            "top_k_most": TOP_K_MOST,
            "top_p_least": TOP_P_LEAST,
            "seed_most": SEED_MOST,
            "lab": f"{LAB[language]}?{state.to_query()}",
            "may": may,
            "alone": alone,
            "address": "&".join(filter(None, [state.to_query(), urlencode(own)])),
            "exact": {each: written_out(getattr(state, each)) for each in CHOICE},
        },
    )


def carried(panel: Panel, state: State, models: Sequence[str] = ()) -> dict[str, str]:
    """What of the state the drawing itself must carry on: all that is not the default.

    The model is in the form where there is a choice of `models`. A panel that writes on without a
    box for the prompt carries that too.
    """
    values: dict[str, Any] = asdict(state)
    default = asdict(State())
    names = [*CARRIED, *CHOICE]
    if panel.asks:
        names.append("prompt")
    if not (panel.any_model and len(models) > 1):
        names.append("model")
    return {
        field: readable(written_out(values[field]))
        for field in names
        if field not in panel.reads and values[field] != default[field]
    }
