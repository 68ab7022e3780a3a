"""The events of the lab: what each reads, what it does, what it changes."""

from __future__ import annotations

import inspect
import json
import logging
from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from types import SimpleNamespace
from typing import Any

import gradio as gr
import plotly.graph_objects as go

from engine import process
from gpt import CheckpointError
from gpt.tokenizer import well_formed
from panels.lab import screen
from panels.lab.drawn import Drawn
from panels.lab.plots import probabilities_figure
from panels.lab.running import in_the_box, prompt_in, recalled, typed
from panels.screen import acts
from panels.screen.models import note_of
from panels.screen.state import SEARCH_CHARACTERS, Note, State, from_query

log = logging.getLogger(__name__)

AT_ONCE: dict[str, Any] = {
    "queue": False,
    "show_progress": "hidden",
    "api_visibility": "private",
    "trigger_mode": "multiple",
    "preprocess": False,
    "postprocess": False,
}
"""What comes and goes is text, which Gradio need not turn into anything, value by value."""


class Lab(Drawn):
    """One page of the lab, whose events act: each takes what the page kept, and draws."""

    def __init__(self, language: str, demo: gr.Blocks) -> None:
        super().__init__(language)
        self._opened = process.crew.helped(self.opened, lambda query: query.get("prompt"))
        self.wire(demo)

    def wire(self, demo: gr.Blocks) -> None:
        """Every event: what it reads, what it changes."""
        shown, controls = self.shown, self.set_by_reader
        sliders: list[Any] = [self.temperature, self.top_k, self.top_p]
        settings = [self.strategy, *sliders, self.seed]
        memory, prompt = self.memory, self.prompt

        everything = [*shown, *controls, self.plot]
        self.on(demo.load, self.on_load, [], everything, postprocess=True)
        self.on(self.run.click, self.on_run, [memory, prompt], shown, starts="run")
        for event in (self.read.click, prompt.submit):
            self.on(event, self.on_read, [memory, prompt], shown)
        self.on(self.examples.select, self.on_example, [memory], [*shown, prompt])
        self.on(self.model.input, self.on_model, [memory, self.model], shown, latest=True)
        for panel in (self.tokens, self.rows, self.logits, self.choice, self.inside):
            self.on(panel.select, self.on_act, [memory], shown)
        self.on(
            self.notes.select,
            self.on_note,
            [memory, prompt],
            [*shown, prompt, self.strategy, *sliders],
        )
        # Not `input`: Gradio's text box tells of keys only, not of what is pasted or deleted.
        self.on(self.search.change, self.on_search, [memory, self.search], shown, latest=True)
        strategy = self.strategy.input
        self.on(strategy, self.on_strategy, [memory, *settings], shown + sliders, latest=True)
        for control in (*sliders, self.seed):
            self.on(control.input, self.on_settings, [memory, *settings], shown, latest=True)
        self.on(self.add.click, self.on_add, [memory, prompt], shown)
        self.on(self.back.click, self.on_back, [memory], shown)
        self.on(self.restart.click, self.on_restart, [memory], shown)

    def on(
        self,
        event: Callable[..., Any],
        does: Callable[..., Any],
        reads: list[Any],
        changes: list[Any],
        *,
        latest: bool = False,
        starts: str = "turn",
        **how: Any,
    ) -> Any:
        """Let an event act when its turn comes: the page does one act at a time, in order.

        The page gives each act the memory that the act before it left. With `latest`, one that
        still waits gives way to a newer one of its kind. What the page does first, `starts` names.
        """
        name = does.__name__
        turn = f"(...reads) => window.livre.{starts}('{name}', {json.dumps(latest)}, reads)"
        acted = event(self.helped(does), reads, changes, js=turn, **(AT_ONCE | how))
        self.done(acted, name)
        return acted

    def done(self, acted: Any, name: str) -> None:
        """Tell the page that an act is over, well or not, and what it left in memory."""
        for then, failed in ((acted.failure, "true"), (acted.then, "false")):
            over = f"(memory) => window.livre.done('{name}', memory, {failed})"
            then(None, [self.memory], None, js=over, queue=False, api_visibility="private")

    def helped(self, does: Callable[..., Any]) -> Callable[..., Any]:
        """An event's function done by a helper; what is not done at one go asks for help itself.

        Gradio prints a fault in full length; it is logged here, and Gradio told that there was one.
        """
        work = does
        if not inspect.iscoroutinefunction(does):
            work = process.crew.helped(does, prompt_in)

        @wraps(does)
        async def asked(*given: Any) -> Any:
            try:
                return await work(*map(_portable, given))
            except Exception:
                log.exception("%s of the lab failed", does.__name__)
                raise gr.Error(self.words("site.failed"), print_exception=False) from None

        return asked

    # What the events do. Each takes what the page kept and returns the whole screen.

    async def on_load(self, request: gr.Request) -> list[Any]:
        """The screen of the address; without one the example is there, all but its plot."""
        query = dict(request.query_params) if request else {}
        if set(query) & set(State.__dataclass_fields__):
            *shown, plot = await self._opened(query)
            return [*shown, gr.skip() if plot is None else go.Figure(plot)]
        nothing = [gr.skip() for _ in (*self.shown, *self.set_by_reader)]
        recorded, _ = screen.recorded(self.language)
        return [*nothing, probabilities_figure(recorded["probabilities"], self.words)]

    def on_read(self, memory: str, prompt: Any) -> list[Any]:
        text, notes = in_the_box(prompt)
        return self.change(memory, lambda state: acts.read(state, text), notes)

    def on_example(self, memory: str, event: gr.EventData) -> list[Any]:
        examples = {str(n): text for n, text in enumerate(self.words.list("prompt.examples"))}
        text = examples.get(_told(event, "value"), "")
        return [*self.on_read(memory, text), text]

    def on_act(self, memory: str, event: gr.EventData) -> list[Any]:
        return self.act(memory, _told(event, "act"), _told(event, "value"))

    def on_note(self, memory: str, prompt: Any, event: gr.EventData) -> list[Any]:
        """What a note offers to do; the box and the controls show it, too."""
        same = gr.skip()
        if _told(event, "act") == "greedy":
            idle = gr.update(interactive=False)
            return [*self.on_act(memory, event), same, "greedy", idle, idle, idle]
        if _told(event, "act") != "trim":
            return [*self.on_act(memory, event), same, same, same, same, same]
        text = in_the_box(prompt)[0].rstrip(" ")
        return [*self.on_read(memory, text), text, same, same, same, same]

    def act(self, memory: str, name: str, value: str) -> list[Any]:
        if name == "model":
            try:
                process.models.named(value)
            except CheckpointError as reason:
                return self.not_yet(memory, reason, value)
        return self.change(memory, lambda state: acts.act(process.models, state, name, value))

    def not_yet(self, memory: str, reason: CheckpointError, name: str) -> list[Any]:
        """The screen as it is: the model that was asked for is not there."""
        try:
            return self.unchanged(note_of(reason, name, recalled(memory)[0].model))
        except CheckpointError:
            return self.unchanged(Note("model", {}))

    def on_search(self, memory: str, text: Any) -> list[Any]:
        wanted = _text(text)[:SEARCH_CHARACTERS]
        try:
            found, _ = recalled(memory)
        except CheckpointError:
            return self.unchanged(Note("model", {}))
        if found.search == wanted:  # a link brought it back
            return [gr.skip() for _ in self.shown]
        return self.change(memory, lambda state: replace(state, search=wanted))

    def on_settings(self, memory: str, *values: Any) -> list[Any]:
        strategy, temperature, top_k, top_p, seed = values

        def settle(state: State) -> State:
            asked = {
                "strategy": strategy,
                "temperature": temperature,
                "top_k": top_k or None,
                "top_p": None if top_p == 1 else top_p,
                "seed": state.seed if seed is None else seed,
            }
            given, refused = from_query(
                {name: "none" if value is None else _plain(value) for name, value in asked.items()},
                1,
            )
            if refused:
                raise ValueError("setting")
            return replace(
                state,
                strategy=given.strategy,
                temperature=given.temperature,
                top_k=given.top_k,
                top_p=given.top_p,
                seed=given.seed,
                repeat=state.repeat if given.strategy == "sampling" else 0,
            )

        return self.change(memory, settle)

    def on_strategy(self, memory: str, *values: Any) -> list[Any]:
        usable = gr.update(interactive=values[0] != "greedy")
        return [*self.on_settings(memory, *values), usable, usable, usable]

    def on_model(self, memory: str, name: Any) -> list[Any]:
        """The same prompt before another model; one that is not there yet is opened meanwhile."""
        return self.act(memory, "model", _text(name))

    def on_add(self, memory: str, prompt: Any) -> list[Any]:
        """One token more; a text that was typed and not yet read is read first."""
        text, notes = in_the_box(prompt)

        def read_and_add(state: State) -> State:
            return acts.add(process.models, acts.read(state, text))

        return self.change(memory, read_and_add, notes)

    def on_back(self, memory: str) -> list[Any]:
        return self.change(memory, acts.back)

    def on_restart(self, memory: str) -> list[Any]:
        return self.change(memory, acts.restart)

    def on_run(self, memory: str, prompt: Any) -> list[Any]:
        """The screen that a run ends on, of which only the text was drawn until now."""
        try:
            return self.show(*typed(memory, prompt))
        except CheckpointError:
            return self.unchanged(Note("model", {}))


def _portable(given: Any) -> Any:
    """What an event is given, without the component that Gradio hangs on it."""
    return SimpleNamespace(_data=given._data) if isinstance(given, gr.EventData) else given


def _told(event: gr.EventData, name: str) -> str:
    """What a page's event carries, which a page may leave out."""
    carried = event._data if isinstance(event._data, dict) else {}
    return well_formed(str(carried.get(name, "")))


def _text(given: Any) -> str:
    """What a page gives as a text; a program may give anything."""
    return well_formed(given) if isinstance(given, str) else ""


def _plain(value: Any) -> str:
    """A number as a control gives it, whole numbers without a point; not a number is refused."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise ValueError(value)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
