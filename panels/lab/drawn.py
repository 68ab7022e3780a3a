"""What an event of the lab draws: from the state that the page keeps to a whole screen."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import Any

import gradio as gr

from engine import process
from engine.turns import turns
from gpt import CheckpointError
from panels.lab import screen
from panels.lab.layout import Layout
from panels.lab.plots import probabilities_plot
from panels.lab.running import recalled
from panels.screen.drawing import draw
from panels.screen.models import answerable, note_of
from panels.screen.state import MODEL, WRITTEN_TOKENS, Note, State, from_query
from panels.screen.told import told
from panels.screen.view import View, look


class Drawn(Layout):
    """A page whose components can be told what they show now."""

    @turns.at_work()
    def opened(self, query: dict[str, str]) -> list[Any]:
        """The screen that an address asks for, its controls, and what is plotted, if anything."""
        try:
            state, notes = answerable(process.models, partial(from_query, query))
        except CheckpointError:
            nothing = [gr.skip() for _ in self.set_by_reader]
            return [*self.unchanged(Note("model", {})), *nothing, None]
        view = look(process.models, state)
        data = screen.data(view)
        plot = probabilities_plot(data["probabilities"], self.words)
        return [*self.drawn(view, data, notes), *self.controls(state), plot]

    @turns.at_work()
    def change(
        self, memory: Any, act: Callable[[State], State], notes: list[Note] | None = None
    ) -> list[Any]:
        """The screen after an act; what cannot be done leaves it as it is and says why."""
        before = State()
        try:
            before, doubts = recalled(memory)
            after, notes = act(before), [*doubts, *(notes or [])]
            if after == before and not doubts:
                return self.unchanged(*notes)
            return self.show(after, notes, None if doubts else before)
        except CheckpointError as reason:
            return self.unchanged(note_of(reason, MODEL, before.model))
        except ValueError:
            return self.unchanged(Note("setting", {}))

    def unchanged(self, *notes: Note) -> list[Any]:
        """The screen as it is, with these notes."""
        said = screen.said(notes, self.language)
        return [said if part is self.notes else gr.skip() for part in self.shown]

    @turns.at_work()
    def show(self, state: State, notes: list[Note], before: State | None = None) -> list[Any]:
        """Everything that a state shows, in the order of `shown`; the page showed `before`."""
        view = look(process.models, state)
        return self.drawn(view, screen.data(view), notes, before)

    def drawn(
        self, view: View, data: screen.Data, notes: list[Note], before: State | None = None
    ) -> list[Any]:
        """The same, of a view and its data."""
        state = view.state
        drawn = screen.drawings(data, state, self.language)
        notes = [*notes, *view.remarks]
        if not state.fits_address:
            notes = [*notes, Note("long_address", {})]
        if len(state.written) >= WRITTEN_TOKENS:
            notes = [*notes, Note("full", {"count": WRITTEN_TOKENS})]
        plot = probabilities_plot(data["probabilities"], self.words)
        add = screen.add_label(data, self.words)
        end = view.tokenizer.end_of_text
        same = before is not None and _usable(before, end) == _usable(state, end)
        models, parameters = process.models.names, view.model.parameters
        return [
            state.to_json(),
            screen.said(notes, self.language),
            *(drawn[name] for name in screen.PANELS),
            draw("figure", self.language, {"figure": json.dumps(plot)}),
            *self.buttons(add, None if same else _usable(state, end)),
            screen.model_said(state, parameters, models, self.language),
            screen.inside(view, self.language),
            draw("told", self.language, {"told": told(view, self.words)}),
        ]

    def buttons(self, add: str, usable: tuple[bool, bool] | None) -> list[Any]:
        """The bar's four; with None, only their names: for Gradio a tenth of the work."""
        if usable is None:
            names = ("text.back", "text.restart", "text.run")
            return [add, *map(self.words, names)]
        has_written, goes_on = usable
        return [
            gr.update(value=add, interactive=goes_on),
            gr.update(interactive=has_written),
            gr.update(interactive=has_written),
            gr.update(interactive=goes_on),
        ]

    def controls(self, state: State) -> list[Any]:
        """What the controls must show for a state that came from an address."""
        usable = state.strategy != "greedy"
        return [
            state.prompt,
            state.search,
            state.strategy,
            gr.update(value=state.temperature, interactive=usable),
            gr.update(value=state.top_k or 0, interactive=usable),
            gr.update(value=1.0 if state.top_p is None else state.top_p, interactive=usable),
            state.seed,
            state.model,
        ]


def _usable(state: State, end: int) -> tuple[bool, bool]:
    """Whether there is something to take back, and whether the text can go on."""
    return bool(state.written), not state.over(end) and len(state.written) < WRITTEN_TOKENS
