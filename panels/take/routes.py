"""What is taken away over the web: a panel as CSV or JSON, its text as one page, a file each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any
from urllib.parse import urlencode

from engine.shelf import Models
from engine.turns import turns
from gpt import CheckpointError
from panels.catalogue import PANELS
from panels.lab import screen
from panels.pages import forms
from panels.pages.openings import opened
from panels.pages.routes import asked_for
from panels.screen.about import about, flat
from panels.screen.state import State
from panels.screen.view import View, look
from panels.screen.words import LANGUAGES, words_of
from panels.take.export import csv_of, json_of, stamped
from panels.take.run import run
from panels.take.tables import plain

LAB = "lab"
"""The screen of the lab goes by this name: all its panels together."""

KINDS = ("csv", "json", "html")

File = tuple[str, str]
"""What a file holds, and its name."""


@turns.at_work()
def taken(
    models: Models, language: str, name: str, kind: str, site: str, query: Mapping[str, str]
) -> File | None:
    """A file of what the panel shows at this address of a `site`; None where there is none such.

    Without a model there is nothing to take: a file without a name.
    """
    if language not in LANGUAGES or name not in (*PANELS, LAB) or kind not in KINDS:
        return None
    words = words_of(language)
    query = opened(name, language, query)
    try:
        state, notes = asked_for(models, query)
        view = look(models, state)
    except CheckpointError:
        return "", ""
    stamp = about(view, address(site, language, name, state, query))
    file = f"{words('take.file')}-{name}-{stamp['date'][:10]}.{kind}"
    if kind == "html":
        return run(view, flat(stamp), language), file
    data = numbers(view, name, query)
    if kind == "csv":
        return csv_of(flat(stamp), data, words, query), file
    told = {
        "about": stamp,
        "stamp": stamped(flat(stamp), words),
        "panel": name,
        "title": words("site.lab") if name == LAB else words(f"titles.{name}"),
        "language": language,
        "notes": [words(f"notes.{note.key}", **note.values) for note in notes],
        "step": step(view),
    }
    return json_of(told, data), file


def numbers(view: View, name: str, query: Mapping[str, str]) -> dict[str, Any]:
    """The data of a panel; of the lab, that of every panel on its screen by name."""
    if name == LAB:
        return screen.data(view)
    return PANELS[name].data(view, query)


def step(view: View) -> dict[str, Any]:
    """Where the text stands: what was read, and what the last row's distribution chooses."""
    tokens = screen.PANELS["tokens"].data(view)["chips"]
    return {
        "number": view.state.step,
        "prompt": view.state.prompt,
        "written": list(view.state.written),
        "read": list(view.reading.ids),
        "dropped": view.reading.dropped,
        "tokens": [plain(chip["token"]) for chip in tokens],
        "chosen": None if view.finished else asdict(view.choice),
        "kept": view.last.kept_count,
        "entropy": [view.last.plain_entropy, view.last.entropy],
    }


def address(site: str, language: str, name: str, state: State, query: Mapping[str, str]) -> str:
    """Where the same can be seen again: the state's address, and what else the panel asks for."""
    controls = () if name == LAB else PANELS[name].controls
    own = {each.name: query[each.name] for each in controls if each.name in query}
    place = forms.LAB[language] if name == LAB else f"/panels/{language}/{name}"
    asked = "&".join(filter(None, [state.to_query(), urlencode(own)]))
    return f"{site}{place}?{asked}"
