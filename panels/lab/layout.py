"""What stands where on a page of the lab: its components, from top to bottom."""

from __future__ import annotations

from typing import Any

import gradio as gr

from engine import process
from panels.lab import screen
from panels.screen.drawing import draw
from panels.screen.example import first_state
from panels.screen.state import TEMPERATURE, TOP_K_MOST, TOP_P_LEAST
from panels.screen.words import LANGUAGES, words_of

PAGES = {"fr": ("Labo", "/labo"), "en": ("Lab", "/lab")}

ON_LOAD = "window.livre.panel(element, trigger, watch, props);"


class Layout:
    """The components of a page; `shown` and `set_by_reader` name those that events change."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.words = words_of(language)
        self.place()

    def place(self) -> None:
        """The page as it opens: the recorded example, drawn before the model is in memory."""
        words, state = self.words, first_state(self.language)
        models = process.models.names
        recorded, parameters = screen.recorded(self.language)
        drawn = screen.drawings(recorded, state, self.language)
        other = next(language for language in LANGUAGES if language != self.language)
        self.memory = gr.Textbox(
            state.to_json(), visible="hidden", max_lines=1, elem_id="memory", label="memory"
        )
        self.figure = self.html("figure", "")
        self.told = self.html("tells", "")
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
                self.model_line = self.html(
                    "model-line",
                    screen.model_said(state, parameters, models, self.language),
                )
                self.model = gr.Dropdown(
                    list(models),
                    value=state.model,
                    label=words("live.model"),
                    filterable=False,
                    visible=len(models) > 1,
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
            with gr.Column(elem_classes="step", elem_id="step-inside"):
                self.inside = self.html(
                    "panel-inside", draw("inside", self.language, {"panels": []})
                )
            self.html("foot", draw("foot", self.language, {"panels": list(screen.PANELS)}))
        with gr.Row(elem_id="bar"):
            self.text = self.html("panel-text", drawn["text"])
            with gr.Row(elem_id="bar-buttons"):
                self.back = gr.Button(words("text.back"), elem_id="back", interactive=False)
                self.restart = gr.Button(
                    words("text.restart"), elem_id="restart", interactive=False
                )
                self.add = gr.Button(
                    screen.add_label(recorded, words), elem_id="add", variant="primary"
                )
                self.run = gr.Button(words("text.run"), elem_id="run")
                gr.Button(words("text.stop"), elem_id="stop")

    def html(self, name: str, value: str) -> gr.HTML:
        """A drawing, with the page's script attached."""
        return gr.HTML(value, elem_id=name, js_on_load=ON_LOAD, apply_default_css=False)

    @property
    def shown(self) -> list[Any]:
        """What an act draws anew, in the order of `show`."""
        return [
            self.memory, self.notes, self.tokens, self.rows, self.logits, self.probabilities,
            self.choice, self.text, self.figure, self.add, self.back, self.restart, self.run,
            self.model_line, self.inside, self.told,
        ]  # fmt: skip

    @property
    def set_by_reader(self) -> list[Any]:
        """What the reader types and moves, in the order of `controls`."""
        return [
            self.prompt, self.search, self.strategy, self.temperature, self.top_k, self.top_p,
            self.seed, self.model,
        ]  # fmt: skip
