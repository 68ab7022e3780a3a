"""panels/routes.py: a panel from an address, its act, and what it carries on."""

from __future__ import annotations

import re

import pytest

from engine.engine import Engine
from panels.catalogue import PANELS
from panels.pages import routes
from panels.pages.openings import opened, openings
from panels.screen.controls import Control, asked
from panels.screen.example import first_state
from panels.screen.words import LANGUAGES, words_of

HTML = "<script>alert(1)</script><img src=x onerror=alert(1)>"


def drawn(engine: Engine, name: str, language: str = "en", **query: str) -> str:
    drawing = routes.drawing(engine, language, name, query)
    assert drawing is not None
    return drawing


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", PANELS)
def test_every_panel_draws_alone(conteur: Engine, name: str, language: str) -> None:
    page = routes.page(conteur, language, name, {"prompt": "Le chat", "seed": "3"})
    assert page is not None
    assert f'<html lang="{language}">' in page
    assert words_of(language)(f"titles.{name}") in page
    assert page.count("<section") >= 1 or name == "text"


@pytest.mark.parametrize("name", PANELS)
@pytest.mark.parametrize(
    "prompt", ["", " ", "\x00\x07", "😀 e\u0301", HTML, "{{ 7 * 7 }} ${7*7}", "mot " * 6_000]
)
def test_any_text_is_drawn_and_escaped(conteur: Engine, name: str, prompt: str) -> None:
    drawing = drawn(conteur, name, prompt=prompt)
    assert "<script" not in drawing
    assert "<img" not in drawing
    assert "\x00" not in drawing


def test_who_does_not_exist_is_not_drawn(conteur: Engine) -> None:
    for language, name in [("de", "rows"), ("fr", "nobody"), ("fr", "../rows"), ("fr", "__doc__")]:
        assert routes.drawing(conteur, language, name, {}) is None
        assert routes.page(conteur, language, name, {}) is None


def test_without_a_prompt_the_example_is_read(conteur: Engine) -> None:
    assert first_state("fr").prompt in drawn(conteur, "next", "fr")
    assert first_state("fr").prompt not in drawn(conteur, "next", "fr", prompt="")


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_a_model_the_recorded_example_is_shown_and_said(language: str) -> None:
    nobody = Engine("./there is no such model")
    for name in PANELS:
        drawing = drawn(nobody, name, language, prompt="Le chat")
        page = routes.page(nobody, language, name, {"prompt": "Le chat"})
        assert page is not None
        for each in (drawing, page):
            assert words_of(language)("notes.model") in each
            assert 'class="panel' in each or name == "text"


def test_what_is_not_valid_is_said(conteur: Engine) -> None:
    drawing = drawn(conteur, "choice", "fr", prompt="a", temperature="nan", top_k="x")
    assert "temperature, top_k" in drawing


def test_acts_go_on_from_the_state_of_the_address(conteur: Engine) -> None:
    once = drawn(conteur, "next", prompt="Once", act="add", value="1")
    ids = re.search(r'name="written" value="([\d.]+)"', once)
    assert ids is not None
    twice = drawn(conteur, "next", prompt="Once", written=ids[1], act="add", value="1")
    both = re.search(r'name="written" value="([\d.]+)"', twice)
    assert both is not None
    assert both[1].startswith(ids[1] + ".")
    back = drawn(conteur, "next", prompt="Once", written=both[1], act="back", value="1")
    assert f'value="{ids[1]}"' in back
    assert 'name="written"' not in drawn(
        conteur, "next", prompt="Once", written=both[1], act="restart", value="1"
    )
    forced = drawn(conteur, "next", prompt="Once", act="force", value="300")
    assert 'name="written" value="300"' in forced


def test_controls_are_moved_into_their_bounds() -> None:
    whole, part = Control("layer", 0, 5, 1, 2), Control("p", 0.01, 0.99, 0.01, 0.8)
    assert asked([whole, part], {}) == {"layer": 2, "p": 0.8}
    assert asked([whole, part], {"layer": "9", "p": "0"}) == {"layer": 5, "p": 0.01}
    for nothing in ("nan", "inf", "x", "", "٣"):
        assert whole.read(nothing) == 2
    assert isinstance(whole.read("3"), int)


def test_softmax_steps_lead_to_the_probabilities(conteur: Engine) -> None:
    from panels import softmax
    from panels.screen.state import State
    from panels.screen.view import look

    view = look(conteur, State(prompt="Once upon a time", temperature=1.0))
    steps = softmax.data(view)
    for row, id in zip(steps["rows"], view.here.order[:6].tolist(), strict=True):
        assert row["probability"] == pytest.approx(float(view.here.plain[id]), rel=1e-6)
    shares = sum(row["probability"] for row in steps["rows"]) + steps["others"]["probability"]
    assert shares == pytest.approx(1)
    assert steps["rows"][0]["lowered"] == 0
    assert steps["rows"][0]["power"] == 1


@pytest.mark.parametrize("name", [name for name in PANELS if "prompt" in PANELS[name].reads])
def test_a_space_at_the_end_is_said_beside_every_prompt(conteur: Engine, name: str) -> None:
    said = words_of("fr")("notes.loose_space")
    assert said in drawn(conteur, name, "fr", prompt="Le chat ")
    assert said not in drawn(conteur, name, "fr", prompt="Le chat")
    assert said not in drawn(conteur, name, "fr", prompt="Le chat ", act="trim", value="")


def test_a_panel_without_a_prompt_says_nothing_of_its_end(conteur: Engine) -> None:
    assert words_of("en")("notes.loose_space") not in drawn(conteur, "training", prompt="The cat ")


def test_what_a_panel_opens_on_is_what_an_address_without_a_prompt_asks_for(
    conteur: Engine,
) -> None:
    opening = openings("fr")["continues"]
    here = drawn(conteur, "continues", "fr")
    assert here == drawn(conteur, "continues", "fr", **opening)
    assert f'name="written" value="{opening["written"]}"' in here
    assert opened("continues", "fr", {"seed": "3"}) == {**opening, "seed": "3"}
    assert opened("continues", "fr", {"prompt": ""}) == {"prompt": ""}
    assert opened("continues", "fr", {"model": "gpt2"}).keys() == {"prompt", "model"}
    assert opened("rows", "fr", {}) == {"prompt": first_state("fr").prompt}
