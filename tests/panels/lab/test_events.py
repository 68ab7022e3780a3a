"""The lab's events, called as Gradio calls them: whatever comes, the whole screen goes back."""

from __future__ import annotations

import asyncio
import inspect
import json
from collections.abc import Iterator
from dataclasses import replace
from types import MethodType
from typing import Any, cast
from urllib.parse import urlencode

import gradio as gr
import pytest
from starlette.requests import Request

import gpt
from engine import process
from engine.engine import Engine
from panels.lab import demo as lab
from panels.lab.events import Lab
from panels.screen.example import first_state
from panels.screen.state import (
    PROMPT_CHARACTERS,
    SEED_MOST,
    TEMPERATURE,
    TOP_K_MOST,
    TOP_P_LEAST,
    WRITTEN_TOKENS,
    State,
    from_json,
)
from panels.screen.words import LANGUAGES
from tests.panels.conftest import short
from tests.panels.reading_html import classed

SETTINGS = ("sampling", 0.8, 0, 0.9, 7)
"""What the controls hold when the page opens."""
IL = State(prompt="Il était une fois")
NAN, INFINITY = float("nan"), float("inf")
BROKEN: list[tuple[Any, str]] = [
    (None, "state"), (5, "state"), ([], "state"), ({}, "state"),
    ("null", "state"), ("[]", "state"), ("{", "state"), ("\0", "state"),
    ("[" * 100_000, "state"),
    ('{"written":' + "[" * 900, "state"),
    ('{"prompt":5,"seed":null,"written":[[1]],"temperature":"x"}',
     "prompt, temperature, written, seed"),
    ('{"shown":1e999,"others":2,"position":-1}', "others, position, shown"),
    ('{"written":[8192],"draw":NaN}', "draw, written"),
]  # fmt: skip
"""What a page may send instead of its memory, and what is said to have been ignored."""

pages: dict[str, Lab] = {}


@pytest.fixture(scope="module", autouse=True)
def demo(conteur: Engine) -> Iterator[gr.Blocks]:
    """The two pages, built once."""

    class Kept(Lab):
        def __init__(self, language: str, demo: gr.Blocks) -> None:
            super().__init__(language, demo)
            pages[language] = self

    async def build() -> gr.Blocks:
        return lab.blocks()  # where no loop runs, Gradio opens one and never closes it

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(process, "models", conteur)
        patch.setattr(lab, "Lab", Kept)
        yield asyncio.run(build())


@pytest.fixture(params=LANGUAGES)
def lab_page(request: pytest.FixtureRequest) -> Lab:
    return pages[request.param]


@pytest.fixture
def no_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "models", Engine("./nowhere"))


TOLD = ["notes"]
"""What changes when nothing is done: what is said."""


def conteur_model() -> gpt.Model:
    """The lab's own model."""
    return process.models.named("conteur").model


class Answer:
    """What an event sent to the page, by the names of its components."""

    def __init__(self, page: Lab, sent: Any, more: list[Any] | None = None) -> None:
        parts = [*page.shown, *(more or [])]
        if isinstance(sent, dict):
            assert sent.keys() <= set(parts)
            sent = [sent.get(part, gr.skip()) for part in parts]
        assert len(sent) == len(parts)
        self.page = page
        self.values = {part.elem_id: value for part, value in zip(parts, sent, strict=True)}
        assert len(self.values) == len(parts)

    def left(self, name: str) -> bool:
        """Whether a component stays as it is."""
        return bool(self.values[name] == gr.skip())

    @property
    def state(self) -> State:
        """What the page keeps from now on, which must be sound."""
        state, notes = from_json(self.values["memory"], conteur_model().tokenizer.size)
        assert notes == []
        return state

    @property
    def notes(self) -> list[str]:
        return [note.text for note in classed(self.values["notes"], "note")]

    def says(self, key: str, **blanks: Any) -> bool:
        """Whether this note alone was told, in the page's language."""
        return self.notes == [self.page.words(f"notes.{key}", **blanks)]


def asked(query: str = "") -> gr.Request:
    """The request of a page that opens at an address."""
    scope = {"type": "http", "query_string": query.encode(), "headers": []}
    return gr.Request(Request(scope))


def clicked(**told: Any) -> gr.EventData:
    return gr.EventData(None, told)


def typed(memory: Any) -> str:
    """The prompt that stands in the box of a page which keeps this."""
    return str(json.loads(memory)["prompt"])


# The wiring


def samples(page: Lab, name: str) -> list[Any]:
    """What Gradio would hand to an event, after the memory."""
    given: dict[str, list[Any]] = {
        "on_read": ["Il"],
        "on_example": [clicked(act="example", value="1")],
        "on_act": [clicked(act="position", value="1")],
        "on_note": ["Il ", clicked(act="trim", value="")],
        "on_search": ["e"],
        "on_settings": list(SETTINGS),
        "on_strategy": ["greedy", *SETTINGS[1:]],
        "on_model": ["conteur"],
        "on_add": [""],
        "on_run": [""],
    }
    return [page.memory.value, *given.get(name, [])]


def wired(demo: gr.Blocks) -> list[tuple[Lab, str, Any]]:
    """Every event: its page, the name of its handler, and what Gradio knows of it."""
    known = [
        (cast(MethodType, inspect.unwrap(each.fn)), each) for each in demo.fns.values() if each.fn
    ]
    return [(cast(Lab, handler.__self__), handler.__name__, each) for handler, each in known]


def test_every_event_answers_as_many_components_as_it_is_wired_to(
    demo: gr.Blocks,
) -> None:
    assert {page for page, _, _ in wired(demo)} == set(pages.values())
    for page, name, event in wired(demo):
        given = [asked()] if name == "on_load" else samples(page, name)
        typed = [each for each in given if not isinstance(each, (gr.EventData, gr.Request))]
        assert len(typed) == len(event.inputs), name
        assert len(asyncio.run(event.fn(*given))) == len(event.outputs), name


def test_every_handler_is_wired(demo: gr.Blocks) -> None:
    handlers = {
        name for name, _ in inspect.getmembers(Lab, inspect.isfunction) if name[:3] == "on_"
    }
    assert {name for _, name, _ in wired(demo)} == handlers


def test_no_event_waits_in_gradio_s_queue(demo: gr.Blocks) -> None:
    """It computes for whoever does not read, and the door is shut before it (`serve/gate.py`)."""
    assert {event.queue for event in demo.fns.values()} == {False}


def test_no_event_is_offered_to_programs(demo: gr.Blocks) -> None:
    assert {event.api_visibility for _, _, event in wired(demo)} == {"private"}


def test_a_page_opens_on_its_example_in_its_language(lab_page: Lab) -> None:
    example = lab_page.words.list("prompt.examples")[0]
    assert lab_page.prompt.value == example
    assert lab_page.prompt.label == lab_page.words("prompt.label")
    assert from_json(lab_page.memory.value, 8192) == (first_state(lab_page.language), [])
    assert [given.text for given in classed(lab_page.text.value, "given")] == [example]
    for control, name in [(lab_page.temperature, "temperature"), (lab_page.seed, "seed")]:
        assert control.label == lab_page.words(f"choice.{name}")


def test_controls_have_the_bounds_of_the_state(lab_page: Lab) -> None:
    assert (lab_page.temperature.minimum, lab_page.temperature.maximum) == TEMPERATURE
    assert (lab_page.top_k.minimum, lab_page.top_k.maximum) == (0, TOP_K_MOST)
    assert (lab_page.top_p.minimum, lab_page.top_p.maximum) == (TOP_P_LEAST, 1)
    values = [
        lab_page.strategy,
        lab_page.temperature,
        lab_page.top_k,
        lab_page.top_p,
        lab_page.seed,
    ]
    assert tuple(control.value for control in values) == SETTINGS


# Opening


def loaded(page: Lab, query: str = "") -> Answer:
    sent = asyncio.run(page.on_load(asked(query)))
    return Answer(page, sent, [*page.set_by_reader, page.plot])


@pytest.mark.parametrize("query", ["", "__theme=dark", "unknown=1&x=", "%00=%ff"])
def test_an_address_without_a_screen_leaves_the_example(lab_page: Lab, query: str) -> None:
    answer = loaded(lab_page, query)
    assert [name for name in answer.values if not answer.left(name)] == ["plot"]


def test_an_address_brings_its_screen_and_sets_the_controls(lab_page: Lab) -> None:
    state = State(
        "Le chat", "conteur", "greedy", 1.25, 7, None, 12, written=(5, 6), position=1, search="e"
    )
    answer = loaded(lab_page, state.to_query())
    assert (answer.state, answer.notes) == (state, [])
    assert [answer.values[name] for name in ("prompt", "search", "strategy", "seed")] == [
        "Le chat", "e", "greedy", 12,
    ]  # fmt: skip
    for name, value in [("temperature", 1.25), ("top-k", 7), ("top-p", 1.0)]:
        assert answer.values[name]["value"] == value
        assert answer.values[name]["interactive"] is False


def test_sliders_move_when_an_address_samples(lab_page: Lab) -> None:
    answer = loaded(lab_page, "prompt=&temperature=0.5")
    assert answer.values["temperature"]["interactive"] is True
    assert answer.values["top-k"]["value"] == 0
    assert answer.state == State(temperature=0.5)


def test_what_is_bad_in_an_address_is_named(lab_page: Lab) -> None:
    query = {"prompt": "<b>", "temperature": "nan", "top_k": "٣", "written": "9999", "seed": "4"}
    answer = loaded(lab_page, urlencode(query))
    assert answer.state == State(prompt="<b>", seed=4)
    assert answer.says("ignored", names="temperature, top_k, written")


@pytest.mark.usefixtures("no_model")
def test_an_address_without_a_model_leaves_all_and_says_so(lab_page: Lab) -> None:
    answer = loaded(lab_page, "prompt=Il")
    assert [name for name in answer.values if not answer.left(name)] == TOLD
    assert answer.says("model")


def test_without_a_request_the_example_stays(lab_page: Lab) -> None:
    sent = asyncio.run(lab_page.on_load(None))  # type: ignore[arg-type]
    assert Answer(lab_page, sent, [*lab_page.set_by_reader, lab_page.plot]).left("memory")


# Reading


def test_a_text_is_read_anew(lab_page: Lab) -> None:
    before = replace(IL, written=(5, 6), position=1, draw=2, temperature=1.5, everything=True)
    answer = Answer(lab_page, lab_page.on_read(before.to_json(), "Le chat\r\n"))
    assert answer.state == State(prompt="Le chat\n", temperature=1.5)
    assert answer.notes == []
    assert [answer.values[name]["interactive"] for name in ("back", "restart", "add", "run")] == [
        False, False, True, True,
    ]  # fmt: skip


@pytest.mark.parametrize("typed", [None, 5, 0.5, True, [], ["Il"], {"a": 1}, NAN])
def test_what_is_no_text_is_read_as_none(lab_page: Lab, typed: Any) -> None:
    assert Answer(lab_page, lab_page.on_read(IL.to_json(), typed)).state == State()


def test_a_prompt_is_cut_and_mended_and_both_are_said(lab_page: Lab) -> None:
    answer = Answer(lab_page, lab_page.on_read("", "a" * 30_000 + "\ud800"))
    assert answer.state.prompt == "a" * (PROMPT_CHARACTERS - 1) + "\ufffd"
    assert answer.notes == [
        lab_page.words("notes.surrogates"),
        lab_page.words("notes.too_long", kept=PROMPT_CHARACTERS, typed=30_001),
        lab_page.words("notes.long_address"),
    ]


@pytest.mark.parametrize(("typed", "fits"), [("é" * 900, True), ("é" * 1_100, False)])
def test_a_text_that_no_address_holds_is_said(lab_page: Lab, typed: str, fits: bool) -> None:
    answer = Answer(lab_page, lab_page.on_read("", typed))
    assert answer.notes == ([] if fits else [lab_page.words("notes.long_address")])


def test_every_example_is_read_and_stands_in_the_box(lab_page: Lab) -> None:
    for number, example in enumerate([*lab_page.words.list("prompt.examples"), ""]):
        sent = lab_page.on_example(IL.to_json(), clicked(act="example", value=str(number)))
        answer = Answer(lab_page, sent, [lab_page.prompt])
        assert answer.values["prompt"] == answer.state.prompt == example


@pytest.mark.parametrize(
    "told",
    [None, [], "0", {}, {"value": None}, {"value": "-1"}, {"value": "99"}, {"value": "²"},
     {"value": "9" * 5_000}, {"value": ["0"]}, {"value": NAN}, {"value": "<b>"}],
    ids=short,
)  # fmt: skip
def test_an_example_that_is_none_is_the_empty_text(lab_page: Lab, told: Any) -> None:
    answer = Answer(
        lab_page, lab_page.on_example(IL.to_json(), gr.EventData(None, told)), [lab_page.prompt]
    )
    assert answer.values["prompt"] == answer.state.prompt == ""


# Acts


def acted(page: Lab, state: State, act: Any, value: Any = "1") -> Answer:
    return Answer(page, page.on_act(state.to_json(), clicked(act=act, value=value)))


def test_an_act_changes_the_screen(lab_page: Lab) -> None:
    assert acted(lab_page, IL, "position", "1").state == replace(IL, position=1)
    assert acted(lab_page, IL, "force", 9).state == replace(IL, written=(9,))
    assert acted(lab_page, IL, "repeat", "1000").state == replace(IL, repeat=1000)


def test_the_last_step_is_closed_until_it_is_opened(lab_page: Lab) -> None:
    closed = acted(lab_page, IL, "position")
    assert not classed(closed.values["panel-inside"], "inside-part")
    opened = acted(lab_page, IL, "inside")
    assert opened.state.inside
    assert len(classed(opened.values["panel-inside"], "inside-part")) == 3
    again = acted(lab_page, opened.state, "inside", "0")
    assert again.state == IL


def test_the_last_step_shows_the_head_and_the_guess_that_were_asked_for(lab_page: Lab) -> None:
    opened = acted(lab_page, IL, "inside").state
    head = acted(lab_page, opened, "set:block,head", "2,3")
    (panel,) = classed(head.values["panel-inside"], "heads-panel")
    assert (panel.attributes["data-block"], panel.attributes["data-head"]) == ("2", "3")
    guess = acted(lab_page, head.state, "set:rank", "4")
    assert guess.state.inside == (2, 3, 4)
    first, fourth = (
        classed(each.values["panel-inside"], "shares-panel")[0].attributes["data-total"]
        for each in (head, guess)
    )
    assert first != fourth


@pytest.mark.parametrize("act", ["set:block,head", "set:rank"])
def test_a_closed_step_keeps_no_head(lab_page: Lab, act: str) -> None:
    assert acted(lab_page, IL, act, "2,3" if "," in act else "2").left("memory")


@pytest.mark.parametrize(
    ("prompt", "noted"),
    [("Il était ", True), ("Il était", False), ("Il était\u202f", False), ("", False)],
)
def test_a_space_at_the_end_is_said(lab_page: Lab, prompt: str, noted: bool) -> None:
    answer = Answer(lab_page, lab_page.on_read(IL.to_json(), prompt))
    said = lab_page.words("notes.loose_space")
    assert [note.startswith(said) for note in answer.notes] == [True] * noted
    assert Answer(lab_page, lab_page.on_add(answer.state.to_json(), prompt)).notes == []


@pytest.mark.parametrize("box", ["Il ", "Il   ", "Il"])
def test_one_click_takes_the_space_from_the_text_and_from_the_box(lab_page: Lab, box: str) -> None:
    memory = State(prompt="Il ").to_json()
    *screen, prompt, strategy, _, _, _ = lab_page.on_note(
        memory, box, clicked(act="trim", value="")
    )
    answer = Answer(lab_page, screen)
    assert answer.state == State(prompt="Il")
    assert answer.notes == []
    assert prompt == "Il"
    assert strategy == gr.skip()


def test_a_temperature_of_zero_offers_greedy(lab_page: Lab) -> None:
    answer = loaded(lab_page, "prompt=Il&temperature=0")
    assert answer.state == State(prompt="Il")
    said = lab_page.words("notes.greedy")
    assert [note.startswith(said) for note in answer.notes] == [False, True]
    told = clicked(act="greedy", value="")
    *screen, prompt, strategy, heat, k, p = lab_page.on_note(answer.state.to_json(), "Il", told)
    assert Answer(lab_page, screen).state == State(prompt="Il", strategy="greedy")
    assert (prompt, strategy) == (gr.skip(), "greedy")
    assert [each["interactive"] for each in (heat, k, p)] == [False] * 3


def test_another_note_leaves_the_box_alone(lab_page: Lab) -> None:
    *_, prompt, strategy, _, _, _ = lab_page.on_note(
        IL.to_json(), "typed", clicked(act="model", value="gpt2")
    )
    assert (prompt, strategy) == (gr.skip(), gr.skip())


@pytest.mark.parametrize(
    "told",
    [None, [], 5, "force", {}, {"act": "force"}, {"value": "9"}, {"act": None, "value": None},
     {"act": ["force"], "value": {"a": []}}, {"act": "force", "value": "8192"},
     {"act": "position", "value": "²"}, {"act": "__init__", "value": "1"},
     {"act": "repeat", "value": NAN}, {"act": "shown", "value": True}],
)  # fmt: skip
def test_an_act_that_makes_no_sense_changes_nothing(lab_page: Lab, told: Any) -> None:
    answer = Answer(lab_page, lab_page.on_act(IL.to_json(), gr.EventData(None, told)))
    assert answer.left("memory") or answer.state == IL


@pytest.mark.parametrize("typed", ["e", "<b>", "\ud800", "é" * 300, ""])
def test_a_search_is_bounded_and_mended(lab_page: Lab, typed: str) -> None:
    answer = Answer(lab_page, lab_page.on_search(replace(IL, search="x").to_json(), typed))
    assert answer.state.search == typed[:100].replace("\ud800", "\ufffd")
    assert answer.notes == []


@pytest.mark.parametrize("typed", [None, 5, [], {}, True])
def test_a_search_for_what_is_no_text_is_none(lab_page: Lab, typed: Any) -> None:
    answer = Answer(lab_page, lab_page.on_search(replace(IL, search="x").to_json(), typed))
    assert answer.state == IL


# Settings


def settled(page: Lab, state: State, *values: Any) -> Answer:
    return Answer(page, page.on_settings(state.to_json(), *values))


def drawn_number(answer: Answer) -> str:
    (u,) = classed(answer.values["panel-choice"], "u")
    return u.attributes["data-u"]


def test_settings_are_taken_as_the_controls_give_them(lab_page: Lab) -> None:
    answer = settled(lab_page, IL, "sampling", 1, 40, 1, 12.0)
    assert answer.state == replace(IL, temperature=1.0, top_k=40, top_p=None, seed=12)
    assert settled(lab_page, answer.state, *SETTINGS).state == IL
    assert settled(lab_page, IL, "greedy", 0.1, 100, 0.05, SEED_MOST).state == replace(
        IL, strategy="greedy", temperature=0.1, top_k=100, top_p=0.05, seed=SEED_MOST
    )


def test_an_empty_seed_keeps_the_one_before(lab_page: Lab) -> None:
    state = replace(IL, seed=12)
    assert settled(lab_page, state, "sampling", 0.5, 0, 0.9, None).state == replace(
        state, temperature=0.5
    )


def test_u_stays_while_a_setting_moves_and_changes_with_the_seed(lab_page: Lab) -> None:
    state = replace(IL, written=(5,), draw=3)
    moved = [("sampling", 1.5, 0, 0.9, 7), ("sampling", 0.8, 9, 0.9, 7), ("sampling", 0.8, 0, 1, 7)]
    assert len({drawn_number(settled(lab_page, state, *values)) for values in moved}) == 1
    other = settled(lab_page, state, "sampling", 1.5, 0, 0.9, 8)
    assert drawn_number(other) != drawn_number(settled(lab_page, state, *moved[0]))


def test_greedy_forgets_the_repeated_draws(lab_page: Lab) -> None:
    state = replace(IL, repeat=100)
    assert settled(lab_page, state, "greedy", *SETTINGS[1:]).state.repeat == 0
    assert settled(lab_page, state, "sampling", 0.5, *SETTINGS[2:]).state.repeat == 100


BAD: list[tuple[int, list[Any]]] = [
    (0, [None, "", "Greedy", 5, True, [], ["greedy"], {}, NAN]),
    (1, [None, "", "x", 0, -1, 2.1, NAN, INFINITY, -INFINITY, True, [], [0.8], {}, "٠.٨", 10**400]),
    (2, [-1, 101, 1.5, NAN, INFINITY, "x", True, [3], {"a": 3}, "²", 1e300, 10**5000]),
    (3, ["", 0, 0.01, 1.01, -1, NAN, INFINITY, "x", [], [0.5], {}, "0,5"]),
    (4, ["", "x", -1, 2**31, 1.5, NAN, INFINITY, True, [], [7], {}, 1e300, 10**5000, "٧"]),
]


@pytest.mark.parametrize(
    ("place", "value"), [(place, value) for place, bad in BAD for value in bad], ids=short
)
def test_a_bad_setting_changes_nothing_and_is_said(lab_page: Lab, place: int, value: Any) -> None:
    values: list[Any] = list(SETTINGS)
    values[place] = value
    answer = settled(lab_page, IL, *values)
    assert answer.says("setting")
    assert [name for name in answer.values if not answer.left(name)] == TOLD


def test_greedy_puts_the_sliders_to_rest(lab_page: Lab) -> None:
    sliders = [lab_page.temperature, lab_page.top_k, lab_page.top_p]
    for strategy, moves in [("greedy", False), ("sampling", True)]:
        sent = lab_page.on_strategy(IL.to_json(), strategy, *SETTINGS[1:])
        answer = Answer(lab_page, sent, sliders)
        assert [answer.values[slider.elem_id]["interactive"] for slider in sliders] == [moves] * 3
        assert answer.left("memory") or answer.state.strategy == strategy


@pytest.mark.parametrize("strategy", [None, 5, "Greedy", []])
def test_a_bad_strategy_changes_nothing(lab_page: Lab, strategy: Any) -> None:
    sent = lab_page.on_strategy(IL.to_json(), strategy, *SETTINGS[1:])
    answer = Answer(lab_page, sent, [lab_page.temperature, lab_page.top_k, lab_page.top_p])
    assert answer.says("setting")
    assert answer.left("memory")


# Writing


def test_add_back_and_restart(lab_page: Lab) -> None:
    one = Answer(lab_page, lab_page.on_add(IL.to_json(), IL.prompt))
    two = Answer(lab_page, lab_page.on_add(one.state.to_json(), one.state.prompt))
    steps = list(conteur_model().write(IL.prompt, IL.settings, tokens=2))
    assert two.state.written == tuple(step.token.id for step in steps)
    assert (one.values["back"]["interactive"], one.values["restart"]["interactive"]) == (True, True)
    assert Answer(lab_page, lab_page.on_back(two.state.to_json())).state == one.state
    assert Answer(lab_page, lab_page.on_restart(two.state.to_json())).state == IL


def test_the_button_names_the_token_to_come(lab_page: Lab) -> None:
    answer = Answer(lab_page, lab_page.on_read("", "Il"))
    after = Answer(lab_page, lab_page.on_add(answer.state.to_json(), answer.state.prompt))
    token = conteur_model().tokenizer.token(after.state.written[-1])
    label = answer.values["add"]
    shown = token.text.replace(" ", "·").replace("\n", "⏎")
    assert label == lab_page.words("text.add", token=shown)


def test_the_button_names_the_end(
    lab_page: Lab, over: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "models", over)
    answer = Answer(lab_page, lab_page.on_read(State(strategy="greedy").to_json(), "Il"))
    assert answer.values["add"] == lab_page.words("text.add_end")


def test_after_the_end_nothing_more_is_written(lab_page: Lab) -> None:
    end = conteur_model().tokenizer.end_of_text
    answer = acted(lab_page, IL, "force", str(end))
    assert [answer.values[name]["interactive"] for name in ("add", "run", "back", "restart")] == [
        False, False, True, True,
    ]  # fmt: skip
    after = Answer(lab_page, lab_page.on_add(answer.state.to_json(), answer.state.prompt))
    assert after.left("memory") or after.state == answer.state


def test_a_text_that_is_full_says_so(lab_page: Lab) -> None:
    almost = State(written=(300,) * (WRITTEN_TOKENS - 1))
    answer = Answer(lab_page, lab_page.on_add(almost.to_json(), ""))
    assert lab_page.words("notes.full", count=WRITTEN_TOKENS) in answer.notes
    assert answer.values["add"]["interactive"] is answer.values["run"]["interactive"] is False


def test_buttons_that_stay_as_they_are_get_their_names_alone(lab_page: Lab) -> None:
    bar = ("back", "restart", "run")
    first = Answer(lab_page, lab_page.on_add(IL.to_json(), IL.prompt))
    assert [first.values[name]["interactive"] for name in bar] == [True, True, True]
    second = Answer(lab_page, lab_page.on_add(first.state.to_json(), IL.prompt))
    names = [lab_page.words(f"text.{name}") for name in bar]
    assert [second.values[name] for name in bar] == names
    again = Answer(lab_page, lab_page.on_run(second.state.to_json(), IL.prompt))
    assert again.values["run"] == gr.update(interactive=True)


def test_a_run_ends_on_the_whole_screen(lab_page: Lab) -> None:
    state = replace(IL, written=(5, 6))
    answer = Answer(lab_page, lab_page.on_run(state.to_json(), IL.prompt))
    assert answer.state == state
    assert not any(answer.left(name) for name in answer.values)
    again = Answer(lab_page, lab_page.on_run(state.to_json(), "Il y a"))
    assert again.state == replace(state.with_written(()), prompt="Il y a")


# A page that was tampered with


HANDLERS = ["on_read", "on_search", "on_settings", "on_add", "on_back", "on_restart", "on_run"]


@pytest.mark.parametrize(("memory", "names"), BROKEN, ids=short)
@pytest.mark.parametrize("name", [*HANDLERS, "on_act"])
def test_a_broken_page_gets_a_whole_screen_and_is_told(name: str, memory: Any, names: str) -> None:
    page = pages["en" if name == "on_act" else "fr"]
    _, *more = samples(page, name)
    answer = Answer(page, getattr(page, name)(memory, *more))
    assert not any(answer.left(part) for part in answer.values)
    assert answer.says("ignored", names=names)
    assert answer.state.prompt == ("Il" if name == "on_read" else "")


@pytest.mark.usefixtures("no_model")
@pytest.mark.parametrize("name", [*HANDLERS, "on_act"])
def test_without_a_model_every_event_says_so(lab_page: Lab, name: str) -> None:
    answer = Answer(lab_page, getattr(lab_page, name)(*samples(lab_page, name)))
    assert answer.says("model")
    assert [part for part in answer.values if not answer.left(part)] == TOLD


# The app


def test_the_page_asks_no_other_host() -> None:
    assert "//" not in lab.HEAD
    assert "<style" not in lab.HEAD
    assert "<script>" not in lab.HEAD
