"""What a reader may change on a panel: whoever embeds it leaves a control free, locks or hides it.

It stands in the address (`?lock=prompt.seed&hide=model`) and is held to on the server, so that it
holds without a script. It is no secret: who writes another address has another panel.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace

from panels.catalogue import Panel
from panels.screen.acts import WRITTEN_BY
from panels.screen.state import SEED_MOST, State

FOOT = "foot"
"""The links and the menu below a panel, which can be hidden too."""

THEMES = ("light", "dark")


@dataclass(frozen=True)
class Permitted:
    """The names of the controls that are shown and locked, of those that are hidden, the theme."""

    locked: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    theme: str = ""

    @property
    def fixed(self) -> tuple[str, ...]:
        """What keeps the value that the address gave it."""
        return (*self.locked, *self.hidden)

    @property
    def carried(self) -> dict[str, str]:
        """The same as an address says it."""
        given = {"lock": ".".join(self.locked), "hide": ".".join(self.hidden), "theme": self.theme}
        return {name: value for name, value in given.items() if value}

    def held(self, before: State, after: State) -> State:
        """The state after an act, with what may not change as it was before."""
        own = {field.name for field in fields(State)} & set(self.fixed)
        return replace(after, **{name: getattr(before, name) for name in own})

    def acting(self, name: str, before: State) -> State:
        """The state that an act begins with: one that goes on to the next seed stays on this."""
        if name in WRITTEN_BY and "seed" in self.fixed:
            return replace(before, seed=(before.seed - 1) % SEED_MOST)
        return before


def controls_of(panel: Panel, models: Sequence[str] = ()) -> list[str]:
    """The controls of a panel's form, in the order in which they stand there."""
    own = [control.name for control in panel.controls if control.shown]
    several = ["model"] if panel.any_model and len(models) > 1 else []
    reads = [name for name in panel.reads if name != "beside" or several]
    prompt = [name for name in reads if name == "prompt"]
    return [*prompt, *several, *(name for name in reads if name != "prompt"), *own]


def permitted(panel: Panel, query: Mapping[str, str], models: Sequence[str] = ()) -> Permitted:
    """What an address says of a panel's controls: hidden before locked, and the rest is free."""
    known = controls_of(panel, models)

    def named(parameter: str, among: Sequence[str]) -> tuple[str, ...]:
        asked = query.get(parameter, "").split(".")
        return tuple(name for name in among if name in asked)

    hidden = named("hide", [*known, FOOT])
    locked = tuple(name for name in named("lock", known) if name not in hidden)
    theme = query.get("theme", "")
    return Permitted(locked, hidden, theme if theme in THEMES else "")
