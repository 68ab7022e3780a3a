"""The events of the lab: what each reads, what it does, what it changes."""

from __future__ import annotations

import asyncio
import inspect
import json
import logging
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import wraps
from types import SimpleNamespace
from typing import Any

import gradio as gr
import plotly.graph_objects as go

from engine import process
from engine.turns import turns
from gpt import CheckpointError
from gpt.tokenizer import well_formed
from panels.lab import screen
from panels.lab.drawn import Drawn
from panels.lab.plots import probabilities_figure
from panels.screen import acts
from panels.screen.models import note_of
from panels.screen.state import SEARCH_CHARACTERS, Note, State, clean_prompt, from_query
from panels.screen.view import look

log = logging.getLogger(__name__)

RUN_TOKENS = 40
PACE = 0.05
"""Seconds between two tokens of a run: fast enough to read along, slow enough to see it grow."""

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
        self._longer, self._whole = (
            process.crew.helped(work, _prompt_in) for work in (self.longer, self.whole)
        )
        self.wire(demo)

    def wire(self, demo: gr.Blocks) -> None:
        """Every event: what it reads, what it changes."""
        shown, controls = self.shown, self.set_by_reader
        sliders: list[Any] = [self.temperature, self.top_k, self.top_p]
        settings = [self.strategy, *sliders, self.seed]
        memory, prompt = self.memory, self.prompt

        everything = [*shown, *controls, self.plot]
        self.on(demo.load, self.on_load, [], everything, postprocess=True)
        running = self.on(
            self.run.click, self.on_run, [memory, prompt], shown, queue=True, concurrency_limit=64
        )
        stopped = self.stop.click(None, None, None, cancels=[running], queue=False)
        refreshed = stopped.then(self.helped(self.on_refresh), [memory], shown, **AT_ONCE)
        self.done(refreshed, "stop")

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
        **how: Any,
    ) -> Any:
        """Let an event act when its turn comes: the page does one act at a time, in order.

        The page gives each act the memory that the act before it left. With `latest`, one that
        still waits gives way to a newer one of its kind.
        """
        name = does.__name__
        turn = f"(...reads) => window.livre.turn('{name}', {json.dumps(latest)}, reads)"
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
        if inspect.isasyncgenfunction(does):

            @wraps(does)
            async def each(*given: Any) -> AsyncIterator[Any]:
                with self.logged():
                    async for screen in does(*given):
                        yield screen

            return each
        work = does
        if not inspect.iscoroutinefunction(does):
            work = process.crew.helped(does, _prompt_in)

        @wraps(does)
        async def asked(*given: Any) -> Any:
            with self.logged():
                return await work(*map(_portable, given))

        return asked

    @contextmanager
    def logged(self) -> Iterator[None]:
        """Whatever goes wrong is logged, and told to the page in its language."""
        try:
            yield
        except Exception:
            log.exception("an event of the lab failed")
            raise gr.Error(self.words("site.failed"), print_exception=False) from None

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
        text, notes = _in_the_box(prompt)
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
        text = _in_the_box(prompt)[0].rstrip(" ")
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
            return self.unchanged(note_of(reason, name, self.recall(memory)[0].model))
        except CheckpointError:
            return self.unchanged(Note("model", {}))

    def on_search(self, memory: str, text: Any) -> list[Any]:
        wanted = _text(text)[:SEARCH_CHARACTERS]
        try:
            found, _ = self.recall(memory)
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
        text, notes = _in_the_box(prompt)

        def read_and_add(state: State) -> State:
            return acts.add(process.models, acts.read(state, text))

        return self.change(memory, read_and_add, notes)

    def on_back(self, memory: str) -> list[Any]:
        return self.change(memory, acts.back)

    def on_restart(self, memory: str) -> list[Any]:
        return self.change(memory, acts.restart)

    def on_refresh(self, memory: str) -> list[Any]:
        """The whole screen of a run that was stopped, of which only the text was drawn."""
        try:
            return self.show(*self.recall(memory))
        except CheckpointError:
            return self.unchanged(Note("model", {}))

    async def on_run(self, memory: str, prompt: Any) -> AsyncIterator[Any]:
        """Write on, token by token; only the text is drawn until the run ends."""
        try:
            for _ in range(RUN_TOKENS):
                longer = await self._longer(memory, prompt)
                if longer is None:
                    break
                memory, text = longer
                yield {
                    self.memory: memory,
                    self.text: text,
                    self.run: gr.update(visible=False),
                    self.stop: gr.update(visible=True),
                }
                await asyncio.sleep(PACE)
            yield await self._whole(memory, prompt)
        except CheckpointError:
            yield self.unchanged(Note("model", {}))

    @turns.at_work()
    def longer(self, memory: str, prompt: Any) -> tuple[str, str] | None:
        """What the page keeps, one token later, and its text; None when the text is over."""
        state, _ = self.typed(memory, prompt)
        after = acts.add(process.models, state)
        if after == state:
            return None
        return after.to_json(), screen.drawing("text", look(process.models, after), self.language)

    def whole(self, memory: str, prompt: Any) -> list[Any]:
        """The screen that a run ends on."""
        return self.show(*self.typed(memory, prompt))

    def typed(self, memory: str, prompt: Any) -> tuple[State, list[Note]]:
        """The state the page kept, or its beginning anew when another prompt stands in the box."""
        text, notes = _in_the_box(prompt)
        return acts.read(self.recall(memory)[0], text), notes


def _portable(given: Any) -> Any:
    """What an event is given, without the component that Gradio hangs on it."""
    return SimpleNamespace(_data=given._data) if isinstance(given, gr.EventData) else given


def _prompt_in(memory: Any, *_: Any) -> str:
    """The prompt of what the page keeps: who reads on in a text is who read it before."""
    try:
        return str(json.loads(memory)["prompt"])
    except (TypeError, ValueError, KeyError, RecursionError):
        return ""


def _in_the_box(prompt: Any) -> tuple[str, list[Note]]:
    """The prompt as the box holds it, cleaned; a program may send anything."""
    return clean_prompt(prompt if isinstance(prompt, str) else "")


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
