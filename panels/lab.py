"""The lab: every panel on one Gradio screen, `/labo` in French and `/lab` in English.

Gradio places and wires; what is shown is decided in the other files of this folder and drawn by the
templates in `site/panels`. The page keeps the whole state of its screen (`memory`); the server
keeps none.
"""

from __future__ import annotations

import asyncio
import inspect
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from functools import partial, wraps
from types import SimpleNamespace
from typing import Any

import gradio as gr
import plotly.graph_objects as go

from engine.crew import Crew, helpers
from engine.shelf import Models, from_environment
from engine.turns import turns
from gpt import CheckpointError
from gpt.tokenizer import well_formed
from panels import acts, screen
from panels.drawing import draw
from panels.models import answerable, for_template, note_of
from panels.plots import probabilities_figure, probabilities_plot
from panels.record import first_state
from panels.state import (
    MODEL,
    SEARCH_CHARACTERS,
    TEMPERATURE,
    TOP_K_MOST,
    TOP_P_LEAST,
    WRITTEN_TOKENS,
    Note,
    State,
    clean_prompt,
    from_json,
    from_query,
)
from panels.view import View, look
from panels.words import LANGUAGES, words_of

PAGES = {"fr": ("Labo", "/labo"), "en": ("Lab", "/lab")}
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

ON_LOAD = "window.livre.panel(element, trigger, watch);"

HEAD = (
    '<link rel="stylesheet" href="/dress/fonts/fonts.css">'
    '<link rel="stylesheet" href="/dress/css/colours.css">'
    '<link rel="stylesheet" href="/dress/css/panels.css">'
    '<link rel="stylesheet" href="/dress/css/lab.css">'
    '<script src="/dress/js/line.js"></script>'
    '<script src="/dress/js/lab.js"></script>'
)

LAUNCH: dict[str, Any] = {"theme": gr.themes.Base(), "head": HEAD}

models: Models = from_environment()

crew = Crew(helpers(), lambda: models.named(MODEL))
"""Those who do what the events ask for, once the app has started them."""


def start_loading() -> None:
    """Open the bundled model in the background: the helpers' where there are any."""
    if crew.there:
        crew.begin()
    else:
        models.start()


def ready() -> bool:
    """Whether the model is in memory, here or a helper's."""
    return models.ready or crew.ready


def blocks() -> gr.Blocks:
    """One Gradio application with a page in each language."""
    demo: gr.Blocks
    with gr.Blocks(title="GPT à livre ouvert · GPT, an Open Book") as demo:
        gr.Navbar(visible=False)  # type: ignore[attr-defined]
    for language in LANGUAGES:
        name, path = PAGES[language]
        with demo.route(name, path, show_in_navbar=False):
            gr.Navbar(visible=False)  # type: ignore[attr-defined]
            Lab(language, demo)
    return demo


class Lab:
    """One page of the lab: its components, top to bottom, and what their events do."""

    def __init__(self, language: str, demo: gr.Blocks) -> None:
        self.language = language
        self.words = words_of(language)
        self._opened = crew.helped(self.opened, lambda query: query.get("prompt"))
        self._longer, self._whole = (
            crew.helped(work, _prompt_in) for work in (self.longer, self.whole)
        )
        self.place()
        self.wire(demo)

    def place(self) -> None:
        """The page as it opens: the recorded example, drawn before the model is in memory."""
        words, state = self.words, first_state(self.language)
        recorded, parameters = screen.recorded(self.language)
        drawn = screen.drawings(recorded, state, self.language)
        other = next(language for language in LANGUAGES if language != self.language)
        self.memory = gr.Textbox(
            state.to_json(), visible="hidden", max_lines=1, elem_id="memory", label="memory"
        )
        self.figure = self.html("figure", "")
        self.html(
            "head",
            draw(
                "head",
                self.language,
                {
                    "home": PAGES[self.language][1],
                    "other_address": PAGES[other][1],
                    "other_language": other,
                },
            ),
        )
        with gr.Column(elem_id="way"):
            with gr.Column(elem_classes="step", elem_id="step-prompt"):
                self.html("prompt-head", draw("prompt", self.language, {}))
                with gr.Row(elem_id="prompt-row"):
                    self.prompt = gr.Textbox(
                        state.prompt,
                        label=words("prompt.label"),
                        show_label=False,
                        placeholder=words("prompt.placeholder"),
                        info=None,
                        lines=1,
                        max_lines=8,
                        container=False,
                        elem_id="prompt",
                        autofocus=False,
                    )
                    self.read = gr.Button(words("prompt.read"), elem_id="read", variant="primary")
                self.examples = self.html(
                    "examples",
                    draw(
                        "examples",
                        self.language,
                        {"examples": words.list("prompt.examples")},
                    ),
                )
                self.model_line = self.html("model-line", self.model_said(state, parameters))
                self.model = gr.Dropdown(
                    list(models.names),
                    value=state.model,
                    label=words("live.model"),
                    filterable=False,
                    visible=len(models.names) > 1,
                    elem_id="model",
                )
                self.notes = self.html("notes", draw("notes", self.language, {"notes": []}))
            with gr.Column(elem_classes="step"):
                self.tokens = self.html("panel-tokens", drawn["tokens"])
            with gr.Column(elem_classes="step"):
                self.rows = self.html("panel-rows", drawn["rows"])
            with gr.Column(elem_classes="step", elem_id="step-logits"):
                self.html("logits-head", draw("logits_head", self.language, {}))
                with gr.Row(elem_id="logits-row", equal_height=False):
                    with gr.Column(scale=6, min_width=300, elem_id="logits-column"):
                        self.search = gr.Textbox(
                            "",
                            label=words("logits.search"),
                            placeholder=words("logits.search_hint"),
                            max_lines=1,
                            elem_id="search",
                        )
                        self.logits = self.html("panel-logits", drawn["logits"])
                    with gr.Column(scale=5, min_width=300, elem_id="plot-column"):
                        self.probabilities = self.html(
                            "panel-probabilities", drawn["probabilities"]
                        )
                        self.plot = gr.Plot(
                            label=words("probabilities.plot"),
                            show_label=False,
                            container=False,
                            elem_id="plot",
                        )
            with gr.Column(elem_classes="step", elem_id="step-choice"):
                self.html("choice-head", draw("choice_head", self.language, {}))
                with gr.Row(elem_id="controls"):
                    self.strategy = gr.Radio(
                        [
                            (words("choice.greedy"), "greedy"),
                            (words("choice.sampling"), "sampling"),
                        ],
                        value=state.strategy,
                        label=words("choice.strategy"),
                        elem_id="strategy",
                    )
                    self.temperature = gr.Slider(
                        *TEMPERATURE,
                        value=state.temperature,
                        step=0.05,
                        label=words("choice.temperature"),
                        elem_id="temperature",
                    )
                    self.top_k = gr.Slider(
                        0,
                        TOP_K_MOST,
                        value=0,
                        step=1,
                        label=words("choice.top_k"),
                        elem_id="top-k",
                    )
                    self.top_p = gr.Slider(
                        TOP_P_LEAST,
                        1.0,
                        value=state.top_p,
                        step=0.01,
                        label=words("choice.top_p"),
                        elem_id="top-p",
                    )
                    self.seed = gr.Number(
                        state.seed,
                        precision=0,
                        label=words("choice.seed"),
                        elem_id="seed",
                    )
                self.choice = self.html("panel-choice", drawn["choice"])
            self.html("foot", draw("foot", self.language, {}))
        with gr.Row(elem_id="bar"):
            self.text = self.html("panel-text", drawn["text"])
            with gr.Row(elem_id="bar-buttons"):
                self.back = gr.Button(words("text.back"), elem_id="back", interactive=False)
                self.restart = gr.Button(
                    words("text.restart"), elem_id="restart", interactive=False
                )
                self.add = gr.Button(self.add_label(recorded), elem_id="add", variant="primary")
                self.run = gr.Button(words("text.run"), elem_id="run")
                self.stop = gr.Button(words("text.stop"), elem_id="stop", visible=False)

    def html(self, name: str, value: str) -> gr.HTML:
        """A drawing, with the page's script attached."""
        return gr.HTML(value, elem_id=name, js_on_load=ON_LOAD, apply_default_css=False)

    @property
    def shown(self) -> list[Any]:
        """What an act draws anew, in the order of `show`."""
        return [
            self.memory, self.notes, self.tokens, self.rows, self.logits, self.probabilities,
            self.choice, self.text, self.figure, self.add, self.back, self.restart, self.run,
            self.stop, self.model_line,
        ]  # fmt: skip

    @property
    def set_by_reader(self) -> list[Any]:
        """What the reader types and moves, in the order of `controls`."""
        return [
            self.prompt, self.search, self.strategy, self.temperature, self.top_k, self.top_p,
            self.seed, self.model,
        ]  # fmt: skip

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
        refreshed = stopped.then(_helped(self.on_refresh), [memory], shown, **AT_ONCE)
        self.done(refreshed, "stop")

        for event in (self.read.click, prompt.submit):
            self.on(event, self.on_read, [memory, prompt], shown)
        self.on(self.examples.select, self.on_example, [memory], [*shown, prompt])
        self.on(self.model.input, self.on_model, [memory, self.model], shown, latest=True)
        for panel in (self.tokens, self.rows, self.logits, self.choice, self.notes):
            self.on(panel.select, self.on_act, [memory], shown)
        # Not `input`: Gradio's text box tells of keys only, not of what is pasted or deleted.
        self.on(self.search.change, self.on_search, [memory, self.search], shown, latest=True)
        strategy = self.strategy.input
        checked: dict[str, Any] = {"latest": True, "preprocess": True}
        self.on(strategy, self.on_strategy, [memory, *settings], shown + sliders, **checked)
        for control in (*sliders, self.seed):
            self.on(control.input, self.on_settings, [memory, *settings], shown, **checked)
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
        acted = event(_helped(does), reads, changes, js=turn, **(AT_ONCE | how))
        self.done(acted, name)
        return acted

    def done(self, acted: Any, name: str) -> None:
        """Tell the page that an act is over, well or not, and what it left in memory."""
        over = f"(memory) => window.livre.done('{name}', memory)"
        for then in (acted.then, acted.failure):
            then(None, [self.memory], None, js=over, queue=False, api_visibility="private")

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
        text = examples.get(str(_told(event, "value")), "")
        return [*self.on_read(memory, text), text]

    def on_act(self, memory: str, event: gr.EventData) -> list[Any]:
        return self.act(memory, str(_told(event, "act")), str(_told(event, "value")))

    def act(self, memory: str, name: str, value: str) -> list[Any]:
        if name == "model":
            try:
                models.named(value)
            except CheckpointError as reason:
                return self.not_yet(memory, reason, value)
        return self.change(memory, lambda state: acts.act(models, state, name, value))

    def not_yet(self, memory: str, reason: CheckpointError, name: str) -> list[Any]:
        """The screen as it is: the model that was asked for is not there."""
        try:
            return self.unchanged(note_of(reason, name, self.recall(memory)[0].model))
        except CheckpointError:
            return self.unchanged(Note("model", {}))

    def on_search(self, memory: str, text: Any) -> list[Any]:
        wanted = well_formed(text)[:SEARCH_CHARACTERS] if isinstance(text, str) else ""
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
        return self.act(memory, "model", name if isinstance(name, str) else "")

    def on_add(self, memory: str, prompt: Any) -> list[Any]:
        """One token more; a text that was typed and not yet read is read first."""
        text, notes = _in_the_box(prompt)
        return self.change(memory, lambda state: acts.add(models, acts.read(state, text)), notes)

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
        after = acts.add(models, state)
        if after == state:
            return None
        return after.to_json(), screen.drawing("text", look(models, after), self.language)

    def whole(self, memory: str, prompt: Any) -> list[Any]:
        """The screen that a run ends on."""
        return self.show(*self.typed(memory, prompt))

    def typed(self, memory: str, prompt: Any) -> tuple[State, list[Note]]:
        """The state the page kept, or its beginning anew when another prompt stands in the box."""
        text, notes = _in_the_box(prompt)
        return acts.read(self.recall(memory)[0], text), notes

    # From a state to a screen.

    @turns.at_work()
    def opened(self, query: dict[str, str]) -> list[Any]:
        """The screen that an address asks for, its controls, and what is plotted, if anything."""
        try:
            state, notes = answerable(models, partial(from_query, query))
        except CheckpointError:
            nothing = [gr.skip() for _ in self.set_by_reader]
            return [*self.unchanged(Note("model", {})), *nothing, None]
        view = look(models, state)
        data = screen.data(view)
        plot = probabilities_plot(data["probabilities"], self.words)
        return [*self.drawn(view, data, notes), *self.controls(state), plot]

    def recall(self, memory: Any) -> tuple[State, list[Note]]:
        """The state the page kept. Raises CheckpointError when there is no model."""
        kept = memory if isinstance(memory, str) else "null"
        return answerable(models, partial(from_json, kept))

    @turns.at_work()
    def change(
        self, memory: Any, act: Callable[[State], State], notes: list[Note] | None = None
    ) -> list[Any]:
        """The screen after an act; what cannot be done leaves it as it is and says why."""
        before = State()
        try:
            before, doubts = self.recall(memory)
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
        changed = {
            self.notes: self.note(list(notes)),
            self.run: gr.update(visible=True),
            self.stop: gr.update(visible=False),
        }
        return [changed.get(part, gr.skip()) for part in self.shown]

    @turns.at_work()
    def show(self, state: State, notes: list[Note], before: State | None = None) -> list[Any]:
        """Everything that a state shows, in the order of `shown`; the page showed `before`."""
        view = look(models, state)
        return self.drawn(view, screen.data(view), notes, before)

    def drawn(
        self, view: View, data: screen.Data, notes: list[Note], before: State | None = None
    ) -> list[Any]:
        """The same, of a view and its data."""
        state = view.state
        drawn = screen.drawings(data, state, self.language)
        if not state.fits_address:
            notes = [*notes, Note("long_address", {})]
        if len(state.written) >= WRITTEN_TOKENS:
            notes = [*notes, Note("full", {"count": WRITTEN_TOKENS})]
        plot = probabilities_plot(data["probabilities"], self.words)
        end = view.tokenizer.end_of_text
        same = before is not None and _usable(before, end) == _usable(state, end)
        return [
            state.to_json(),
            self.note(notes),
            *(drawn[name] for name in screen.PANELS),
            draw("figure", self.language, {"figure": json.dumps(plot)}),
            *self.buttons(self.add_label(data), None if same else _usable(state, end)),
            self.model_said(state, view.model.parameters),
        ]

    def buttons(self, add: str, usable: tuple[bool, bool] | None) -> list[Any]:
        """The bar's five; with None, only their names: for Gradio a tenth of the work."""
        if usable is None:
            names = ("text.back", "text.restart", "text.run", "text.stop")
            return [add, *map(self.words, names)]
        has_written, goes_on = usable
        return [
            gr.update(value=add, interactive=goes_on),
            gr.update(interactive=has_written),
            gr.update(interactive=has_written),
            gr.update(visible=True, interactive=goes_on),
            gr.update(visible=False),
        ]

    def model_said(self, state: State, parameters: int) -> str:
        """The line under the prompt: which model this is, and the way to see it beside another."""
        data = {
            "name": state.model,
            "parameters": parameters,
            "bundled": state.model == MODEL,
            "beside": len(models.names) > 1,
            "address": state.to_query(),
        }
        return draw("model_line", self.language, data)

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

    def note(self, notes: list[Note]) -> str:
        return draw("notes", self.language, {"notes": for_template(notes)})

    def add_label(self, data: screen.Data) -> str:
        """« Ajouter … » with the token about to be added."""
        if data["choice"]["finished"]:
            return self.words("text.add_nothing")
        chosen = data["choice"]["chosen"]
        if chosen["end"]:
            return self.words("text.add_end")
        return self.words("text.add", token="".join(text for text, _ in chosen["parts"]))


def _usable(state: State, end: int) -> tuple[bool, bool]:
    """Whether there is something to take back, and whether the text can go on."""
    return bool(state.written), not state.over(end) and len(state.written) < WRITTEN_TOKENS


def _helped(does: Callable[..., Any]) -> Callable[..., Any]:
    """An event's function done by a helper; what is not done at one go asks for help itself."""
    if inspect.iscoroutinefunction(does) or inspect.isasyncgenfunction(does):
        return does
    helped = crew.helped(does, _prompt_in)

    @wraps(does)
    async def asked(*given: Any) -> Any:
        return await helped(*map(_portable, given))

    return asked


def _portable(given: Any) -> Any:
    """What an event is given, without the component that Gradio hangs on it."""
    return SimpleNamespace(_data=given._data) if isinstance(given, gr.EventData) else given


def _prompt_in(memory: Any, *_: Any) -> str:
    """The prompt of what the page keeps: who reads on in a text is who read it before."""
    try:
        return str(json.loads(memory)["prompt"])
    except (TypeError, ValueError, KeyError):
        return ""


def _in_the_box(prompt: Any) -> tuple[str, list[Note]]:
    """The prompt as the box holds it, cleaned; a program may send anything."""
    return clean_prompt(prompt if isinstance(prompt, str) else "")


def _told(event: gr.EventData, name: str) -> Any:
    """What a page's event carries, which a page may leave out."""
    carried = event._data if isinstance(event._data, dict) else {}
    return carried.get(name, "")


def _plain(value: Any) -> str:
    """A number as a control gives it, whole numbers without a point; not a number is refused."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise ValueError(value)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
