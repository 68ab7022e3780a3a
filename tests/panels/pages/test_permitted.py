"""panels/pages/permitted.py: what whoever embeds a panel locks or hides stays, on the server."""

from __future__ import annotations

import re

import pytest

from engine.engine import Engine
from panels.catalogue import PANELS
from panels.pages import routes
from panels.pages.permitted import controls_of, permitted
from panels.screen.state import State
from panels.screen.words import words_of
from tests.panels.reading_html import Element


def page(engine: Engine, name: str, **query: str) -> list[Element]:
    drawn = routes.page(engine, "en", name, {"prompt": "The cat", **query})
    assert drawn is not None
    return [
        Element(tag, dict(re.findall(r'([\w-]+)(?:="([^"]*)")?', rest)))
        for tag, rest in re.findall(r"<(input|textarea|select|a|form|html)\b([^>]*)>", drawn)
    ]


def sent(found: list[Element]) -> dict[str, list[str]]:
    """What a browser sends of a form: every field with a name that is not disabled."""
    names: dict[str, list[str]] = {}
    for each in found:
        if "name" in each.attributes and "disabled" not in each.attributes and each.tag != "a":
            names.setdefault(each.attributes["name"], []).append(each.attributes.get("value", ""))
    return names


@pytest.mark.parametrize("name", PANELS)
def test_a_locked_control_is_shown_disabled_and_sent_once(conteur: Engine, name: str) -> None:
    for control in controls_of(PANELS[name]):
        found = page(conteur, name, lock=control)
        shown = [each for each in found if each.attributes.get("data-name") == control]
        assert [("disabled" in each.attributes) for each in shown] == [True]
        assert len(sent(found)[control]) == 1
        assert sent(found)["lock"] == [control]


@pytest.mark.parametrize("name", PANELS)
def test_a_hidden_control_is_sent_and_not_seen(conteur: Engine, name: str) -> None:
    every = controls_of(PANELS[name])
    found = page(conteur, name, hide=".".join([*every, "foot"]))
    for control in every:
        fields = [each for each in found if each.attributes.get("name") == control]
        assert [each.attributes.get("type") for each in fields] == ["hidden"]
    assert not [each for each in found if "data-alone" in each.attributes]


def test_values_are_kept_as_the_address_gave_them(conteur: Engine) -> None:
    given = {"temperature": "0.35", "top_k": "none", "top_p": "none", "seed": "3"}
    found = sent(page(conteur, "choice", lock="temperature.top_k", hide="top_p.seed", **given))
    assert {name: found[name] for name in given} == {name: [each] for name, each in given.items()}


def test_no_act_changes_what_is_fixed(conteur: Engine) -> None:
    held = permitted(PANELS["choice"], {"lock": "prompt.strategy.seed"})
    query = {"prompt": "The cat ", "seed": "3"}
    for act in ("trim", "greedy"):
        state, _ = routes.asked_for(conteur, {**query, "act": act}, held)
        assert (state.prompt, state.strategy) == ("The cat ", "sampling")
    free, _ = routes.asked_for(conteur, {**query, "act": "answer"})
    kept, _ = routes.asked_for(conteur, {**query, "act": "answer"}, held)
    assert (free.seed, kept.seed) == (4, 3)
    again, _ = routes.asked_for(conteur, {**query, "seed": "2", "act": "answer"})
    assert kept.written == again.written != free.written


def test_what_cannot_be_done_is_not_offered(conteur: Engine) -> None:
    query = {"prompt": "The cat "}
    free = routes.drawing(conteur, "en", "next", query)
    locked = routes.drawing(conteur, "en", "next", {**query, "lock": "prompt"})
    assert free is not None
    assert locked is not None
    trim = words_of("en")("live.trim")
    assert trim in free
    assert trim not in locked


def test_names_of_nothing_are_ignored_and_hidden_goes_before_locked() -> None:
    may = permitted(
        PANELS["next"], {"lock": "prompt.top_k.__doc__", "hide": "prompt", "theme": "<b>"}
    )
    assert (may.locked, may.hidden, may.theme) == ((), ("prompt",), "")
    assert may.held(State(prompt="a"), State(prompt="b", seed=9)) == State(prompt="a", seed=9)


@pytest.mark.parametrize("name", PANELS)
def test_no_link_of_a_framed_panel_goes_over_the_course(conteur: Engine, name: str) -> None:
    drawn = routes.page(conteur, "fr", name, {"prompt": "Le chat "})
    assert drawn is not None
    assert '<base target="_blank">' in drawn
    assert 'target="_self"' in drawn
    targets = re.findall(r'<a\s[^>]*target="(\w+)"[^>]*>', drawn)
    assert set(targets) == {"_blank"}
    own = re.findall(r'<a\s[^>]*target="_blank"([^>]*)>', drawn)
    assert all('rel="noopener"' in rest for rest in own)


def test_the_theme_of_the_address_is_drawn_and_goes_on(conteur: Engine) -> None:
    found = page(conteur, "next", theme="dark")
    assert found[0].attributes["class"] == "dark"
    assert sent(found)["theme"] == ["dark"]
