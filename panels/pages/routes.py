"""A panel over the web: its drawing alone for a page, or a light page of its own for embedding."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from markupsafe import Markup

from engine.shelf import Models
from engine.turns import turns
from gpt import CheckpointError
from panels.catalogue import PANELS
from panels.pages.forms import ALL, carried, form
from panels.pages.openings import opened
from panels.pages.permitted import Permitted, permitted
from panels.pages.recording import recorded
from panels.screen import acts
from panels.screen.controls import bounds
from panels.screen.drawing import draw, draw_page_part
from panels.screen.models import ANY_ID, answerable, for_template
from panels.screen.state import Note, State, from_query
from panels.screen.told import told
from panels.screen.view import look
from panels.screen.words import LANGUAGES, words_of

TEXT_ACTS: dict[str, Callable[[Models, State], State]] = {
    "add": acts.add,
    "back": lambda _models, state: acts.back(state),
    "answer": lambda models, state: acts.ask(models, state, str(acts.ANSWER_TOKENS)),
    "restart": lambda _models, state: acts.restart(state),
}


@turns.at_work()
def drawing(models: Models, language: str, name: str, query: Mapping[str, str]) -> str | None:
    """The panel as the address asks for it, what it carries on, and notes on what was not valid.

    None when there is no panel, or no language, of that name. Without a model, the example that was
    recorded is drawn, and the note says so.
    """
    if language not in LANGUAGES or name not in PANELS:
        return None
    query = opened(name, language, query)
    may = permitted(PANELS[name], query, models.names)
    state, notes, drawn, most = _drawn(models, language, name, query, may)
    return draw_page_part(
        "drawing.html",
        language,
        {
            "drawing": drawn,
            "carried": carried(PANELS[name], state, models.names),
            "notes": for_template(_doable(notes, may)),
            "most": most,
        },
    )


@turns.at_work()
def page(models: Models, language: str, name: str, query: Mapping[str, str]) -> str | None:
    """The panel as a light complete page; None, and no model, as with `drawing`."""
    if language not in LANGUAGES or name not in PANELS:
        return None
    query = opened(name, language, query)
    may = permitted(PANELS[name], query, models.names)
    state, notes, drawn, most = _drawn(models, language, name, query, may)
    framed = form(
        name,
        PANELS[name],
        language,
        state,
        query,
        drawn,
        for_template(_doable(notes, may)),
        models.names,
        most,
        may,
        alone=True,
    )
    words = words_of(language)
    around = {"name": name, "title": words(f"titles.{name}"), "theme": may.theme}
    return draw_page_part("alone.html", language, {"form": Markup(framed), **around})


def asked_for(
    models: Models, query: Mapping[str, str], may: Permitted = ALL
) -> tuple[State, list[Note]]:
    """The state of an address after its act, which changes what it may. Raises CheckpointError."""
    state, notes = answerable(models, partial(from_query, query))
    act, value = query.get("act", ""), query.get("value", "")
    before = may.acting(act, state)
    if act in TEXT_ACTS:
        after = TEXT_ACTS[act](models, before)
    else:
        after = acts.act(models, before, act, value)
    return may.held(state, after), notes


def _doable(notes: list[Note], may: Permitted) -> list[Note]:
    """The notes but those that offer an act on what may not be changed."""
    barred = {"loose_space": "prompt", "greedy": "strategy"}
    return [note for note in notes if barred.get(note.key) not in may.fixed]


def _drawn(
    models: Models, language: str, name: str, query: Mapping[str, str], may: Permitted
) -> tuple[State, list[Note], Markup, dict[str, float]]:
    """The state that is drawn, what there is to say about it, the drawing, its controls' bounds."""
    sentences: list[dict[str, Any]] = []
    try:
        state, notes = asked_for(models, query, may)
        view = look(models, state)
        data = PANELS[name].data(view, query)
        if "prompt" in PANELS[name].reads:
            notes = [*notes, *view.remarks]
        elif PANELS[name].asks:
            notes = [*notes, *view.unread_pieces]
        if "prompt" in PANELS[name].reads or PANELS[name].asks:
            sentences = told(view, words_of(language))
    except CheckpointError:
        state = from_query(opened(name, language, {}), ANY_ID)[0]
        notes = [Note("model", {})]
        data = recorded(language)[name]
    around = {"address": state.to_query(), "root": f"/{language}/"}
    drawn = Markup(draw(name, language, {**data, **around}))
    drawn += Markup(draw("told", language, {"told": sentences}))
    return state, notes, drawn, bounds(PANELS[name].controls, data)
