"""One whole screen: its data is plain, and drawn the same wherever it comes from."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.engine import Engine
from panels.lab import screen
from panels.lab.screen import PANELS
from panels.screen.example import first_state
from panels.screen.state import State
from panels.screen.view import look
from panels.screen.words import LANGUAGES
from tests.panels.reading_html import classed, elements

states = st.builds(
    State,
    prompt=st.text(st.characters(codec="utf-8", exclude_characters="\r"), max_size=8),
    strategy=st.sampled_from(["greedy", "sampling"]),
    temperature=st.floats(0.1, 2),
    top_k=st.none() | st.integers(1, 100),
    top_p=st.none() | st.floats(0.05, 1),
    written=st.lists(st.integers(0, 319), max_size=40).map(tuple),
    position=st.none() | st.integers(0, 40),
    search=st.sampled_from(["", "e", "<"]),
    repeat=st.sampled_from([0, 10]),
    inside=st.sampled_from([(), (1, 1, 0), (9, 9, 9)]),
)


@given(state=states)
@settings(max_examples=40)
def test_the_data_of_a_screen_is_plain(tiny: Engine, state: State) -> None:
    data = screen.data(look(tiny, state))
    assert list(data) == list(PANELS)
    again = json.loads(json.dumps(data, allow_nan=False))
    for language in LANGUAGES:
        assert screen.drawings(again, state, language) == screen.drawings(data, state, language)


@pytest.mark.parametrize("panel", PANELS)
def test_a_panel_alone_is_drawn_as_on_the_screen(tiny: Engine, panel: str) -> None:
    state = State(prompt="Il était", written=(5, 6), repeat=10)
    view = look(tiny, state)
    whole = screen.drawings(screen.data(view), state, "fr")
    assert screen.drawing(panel, view, "fr") == whole[panel]


@pytest.mark.parametrize("prompt", ["a&b=c d\"'<>", "é" * 3_000])
def test_the_text_carries_the_address(tiny: Engine, prompt: str) -> None:
    state = State(prompt=prompt, temperature=1.5, written=(5,))
    html = screen.drawing("text", look(tiny, state), "fr")
    (text,) = classed(html, "written-text")
    assert text.attributes["data-address"] == state.to_query()
    assert text.attributes["data-written"] == "1"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_recorded_screen_is_drawn_like_a_live_one(language: str) -> None:
    recorded, parameters = screen.recorded(language)
    state = first_state(language)
    drawn = screen.drawings(recorded, state, language)
    assert [given.text for given in classed(drawn["text"], "given")] == [state.prompt]
    assert list(drawn) == list(PANELS)
    assert parameters > 1_000_000


@pytest.mark.parametrize("panel", PANELS)
def test_languages_differ_in_words_alone(tiny: Engine, panel: str) -> None:
    view = look(tiny, State(prompt="Il", written=(5,), repeat=10))
    french, english = (screen.drawing(panel, view, language) for language in LANGUAGES)
    assert french != english
    assert bones(french) == bones(english)


def bones(html: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """The elements of a drawing without their texts."""
    told = {"title", "aria-label", "aria-valuetext"}
    return [
        (each.tag, [(name, value) for name, value in each.attributes.items() if name not in told])
        for each in elements(html)
    ]


def test_looking_elsewhere_meanwhile_leaves_a_screen_as_it_was(tiny: Engine) -> None:
    state = State(prompt="Il", position=0)
    first = screen.drawings(screen.data(look(tiny, state)), state, "fr")
    screen.data(look(tiny, replace(state, written=(5, 6), temperature=2.0)))
    assert screen.drawings(screen.data(look(tiny, state)), state, "fr") == first
