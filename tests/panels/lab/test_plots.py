"""The Plotly figure says what the light drawing says, from the same data."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from engine.engine import Engine
from panels import probabilities
from panels.lab.plots import CHOSEN, SOLID, probabilities_figure
from panels.screen.state import State
from panels.screen.view import look
from panels.screen.words import LANGUAGES, words_of

NASTY = "<b onclick=x>&lt;\"'</b>"


def figure(data: dict[str, Any], language: str = "fr") -> dict[str, Any]:
    """The figure as the page gets it."""
    parsed: dict[str, Any] = json.loads(
        probabilities_figure(data, words_of(language)).to_json(engine="json")
    )
    return parsed


def data_of(engine: Engine, **state: Any) -> dict[str, Any]:
    return probabilities.data(look(engine, State(prompt="Il était", **state)))


def bar(text: str, plain: float, probability: float, **more: Any) -> dict[str, Any]:
    """One bar of a figure made by hand."""
    usual = {
        "token": {"id": 1, "end": False, "parts": [(text, "text")]},
        "plain": plain,
        "probability": probability,
        "rule": "kept" if probability else "top_p",
        "chosen": False,
        "observed": None,
        "count": None,
        "band": None,
    }
    return {**usual, **more}


def data_by_hand(*bars: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"bars": list(bars), "most": 0.6, "greedy": False, "repeat": 0, **more}


HAND = data_by_hand(
    bar("chat", 0.4, 0.6, chosen=True), bar("·chien", 0.2, 0.3994), bar("x", 0.1, 0)
)


@pytest.mark.parametrize("language", LANGUAGES)
def test_bars_are_the_data_in_percent(tiny: Engine, language: str) -> None:
    data = data_of(tiny, top_k=7, top_p=None)
    before, after, *_ = figure(data, language)["data"]
    assert before["x"] == pytest.approx([100 * each["plain"] for each in data["bars"]])
    assert after["x"] == pytest.approx([100 * each["probability"] for each in data["bars"]])
    assert before["y"] == after["y"] == list(range(len(data["bars"])))
    assert (before["type"], before["orientation"], after["orientation"]) == ("bar", "h", "h")
    assert before["width"] > after["width"]


def test_the_first_token_stands_at_the_top_and_the_scale_fits(tiny: Engine) -> None:
    data = data_of(tiny)
    layout = figure(data)["layout"]
    count = len(data["bars"])
    assert layout["yaxis"]["range"] == [count - 0.5, -0.5]
    assert layout["yaxis"]["tickvals"] == list(range(count))
    assert layout["xaxis"]["range"] == [0, pytest.approx(100 * data["most"])]
    assert layout["height"] > 20 * count
    assert layout["barmode"] == "overlay"


def test_only_the_chosen_bar_has_its_colour() -> None:
    assert figure(HAND)["data"][1]["marker"]["color"] == [CHOSEN, SOLID, SOLID]


@pytest.mark.parametrize(
    ("language", "labels", "separators", "suffix"),
    [
        ("fr", ["60,0\u202f%", "39,9\u202f%", "—"], ",\u202f", "\u202f%"),
        ("en", ["60.0%", "39.9%", "—"], ".,", "%"),
    ],
)
def test_numbers_are_written_in_the_language(
    language: str, labels: list[str], separators: str, suffix: str
) -> None:
    drawn = figure(HAND, language)
    assert [label.strip() for label in drawn["data"][-1]["text"]] == labels
    assert drawn["layout"]["separators"] == separators
    assert drawn["layout"]["xaxis"]["ticksuffix"] == suffix


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("greedy", [False, True])
def test_a_bar_says_what_it_is(language: str, greedy: bool) -> None:
    words = words_of(language)
    before, after, *_ = figure({**HAND, "greedy": greedy}, language)["data"]
    name = words("probabilities.after_greedy" if greedy else "logits.probability")
    assert before["customdata"][0] == f"{words('logits.plain')} → {words.percent(0.4)}"
    assert after["customdata"][0] == f"{name} → {words.percent(0.6)}"
    assert {trace["hovertemplate"] for trace in (before, after)} == {"%{customdata}<extra></extra>"}


def test_labels_are_no_markup() -> None:
    (name,) = figure(data_by_hand(bar(NASTY, 0.5, 0.6)))["layout"]["yaxis"]["ticktext"]
    assert name == "&lt;b onclick=x&gt;&amp;lt;\"'…"


def test_no_token_of_the_vocabulary_is_markup(conteur: Engine) -> None:
    view = look(conteur, State(prompt=NASTY, search="<", written=()))
    names = figure(probabilities.data(view))["layout"]["yaxis"]["ticktext"]
    assert not [name for name in names if re.search("[<>]", name)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_end_of_the_text_has_its_name(language: str) -> None:
    end = bar("", 0.5, 0.5, token={"id": 0, "end": True, "parts": []})
    drawn = figure(data_by_hand(end, bar("a", 0.1, 0.1)), language)
    assert drawn["layout"]["yaxis"]["ticktext"] == [words_of(language)("tokens.end_name"), "a"]


def test_what_many_draws_gave_stands_within_its_band(tiny: Engine) -> None:
    data = data_of(tiny, repeat=100, top_p=None)
    *_, band, points, _said = figure(data)["data"]
    for place, each in enumerate(data["bars"]):
        assert points["x"][place] == pytest.approx(100 * each["observed"])
        low = band["x"][place] - band["error_x"]["arrayminus"][place]
        high = band["x"][place] + band["error_x"]["array"][place]
        assert (low, high) == pytest.approx([100 * end for end in each["band"]])
    assert points["customdata"][0].startswith("observé sur 100 tirages")
    assert len(figure({**data, "repeat": 0})["data"]) == 3


def test_the_figure_in_figures_stands_right_of_all_else() -> None:
    drawn = figure(
        data_by_hand(
            bar("a", 0.4, 0.6, observed=0.6, band=(0.5, 0.7)),
            bar("b", 0.3, 0.1, observed=0.1, band=(0.05, 0.2)),
            repeat=100,
        )
    )
    assert drawn["data"][-1]["x"] == pytest.approx([70, 30])


def test_the_legend_and_the_mouse_leave_the_figure_alone() -> None:
    layout = figure(HAND)["layout"]
    assert layout["showlegend"] is False
    assert layout["dragmode"] is False
    assert layout["xaxis"]["fixedrange"]
    assert layout["yaxis"]["fixedrange"]


@pytest.mark.parametrize(
    ("most", "form"), [(0.83, ".0f"), (0.08, ".0f"), (0.02, ".1f"), (0.0015, ".2f"), (1e-5, ".4f")]
)
def test_no_two_ticks_of_the_axis_read_alike(most: float, form: str) -> None:
    axis = figure(data_by_hand(bar("a", most, most), most=most))["layout"]["xaxis"]
    assert axis["tickformat"] == form
    step = 100 * most / axis["nticks"]
    assert f"{step:{form}}" != f"{2 * step:{form}}"
