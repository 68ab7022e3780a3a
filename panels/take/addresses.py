"""Every name that an address may hold, in one list: what the page for embedding tells of them.

A test holds the list to what the code reads of an address, both ways.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any

from panels.catalogue import PANELS
from panels.pages.routes import TEXT_ACTS
from panels.screen.acts import ACTS
from panels.screen.controls import Control
from panels.screen.state import (
    PROMPT_CHARACTERS,
    REPEATS,
    SEARCH_CHARACTERS,
    SEED_MOST,
    SHOWN,
    TEMPERATURE,
    TOP_K_MOST,
    TOP_P_LEAST,
    WRITTEN_TOKENS,
    State,
)
from panels.screen.words import Words

FRAME = ("lock", "hide", "theme")
FILE = ("decimal", "table")
ROOM = ("projector",)
ACT = ("act", "value")
GROUPS = {
    "state": tuple(field.name for field in fields(State)),
    "act": ACT,
    "frame": FRAME,
    "file": FILE,
    "room": ROOM,
}
"""The names by what reads them: every screen, an act, a panel alone, a file, what projects it."""


@dataclass(frozen=True)
class Told:
    """One name: what may stand there, what it is, and on which panels, () for all of them."""

    name: str
    values: str
    what: str
    panels: tuple[str, ...] = ()


def documented(words: Words) -> dict[str, list[Told]]:
    """The list in the words of a language, group by group; last what each panel has of its own."""
    given = _values(words)
    told = {
        group: [Told(name, given[name], words(f"address.{name}")) for name in names]
        for group, names in GROUPS.items()
    }
    told["own"] = list(_own(words))
    return told


def _own(words: Words) -> Iterator[Told]:
    """The controls of the panels; those of one name and the same bounds in one line.

    What is typed into a drawing comes after them.
    """
    found: dict[tuple[str, str, str], list[str]] = {}
    for panel, each in PANELS.items():
        for control in each.controls:
            what = words(f"{panel}.{control.name}") if control.shown else words("address.drawn")
            found.setdefault((control.name, _bounds(control, words), what), []).append(panel)
        for name in each.typed:
            what = words("address.bets") if name == "bets" else words("address.typed")
            found.setdefault((name, words("address.any_text"), what), []).append(panel)
    for (name, values, what), panels in found.items():
        yield Told(name, values, what, tuple(panels))


def _bounds(control: Control, words: Words) -> str:
    if control.sized or not control.shown:
        return words("address.from", least=words.short(control.least))
    return _between(control.least, control.most, words)


def _between(least: float, most: float, words: Words) -> str:
    return words("address.between", least=words.short(least), most=words.short(most))


def _values(words: Words) -> dict[str, str]:
    """What may stand behind each name, as its reader in the code has it."""
    flag = words("address.flag")
    whole = words("address.whole")

    def one_of(values: Any) -> str:
        return ", ".join(map(str, values))

    def or_none(text: str) -> str:
        return words("address.or_none", values=text)

    return {
        "prompt": words("address.text", most=PROMPT_CHARACTERS),
        "model": words("address.name"),
        "strategy": "greedy, sampling",
        "temperature": _between(*TEMPERATURE, words),
        "top_k": or_none(_between(1, TOP_K_MOST, words)),
        "top_p": or_none(_between(TOP_P_LEAST, 1, words)),
        "seed": _between(0, SEED_MOST, words),
        "draw": whole,
        "written": words("address.ids", most=WRITTEN_TOKENS),
        "position": or_none(whole),
        "others": flag,
        "everything": flag,
        "shown": one_of(SHOWN),
        "search": words("address.text", most=SEARCH_CHARACTERS),
        "repeat": one_of(REPEATS),
        "beside": words("address.name"),
        "inside": words("address.three"),
        "act": one_of(name for name in sorted({*ACTS, *TEXT_ACTS}) if ":" not in name),
        "value": words("address.depends"),
        "lock": words("address.names"),
        "hide": words("address.names_foot"),
        "theme": "light, dark",
        "projector": "1",
        "decimal": "comma, point",
        "table": words("address.name"),
    }
