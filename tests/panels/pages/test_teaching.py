"""The page for teachers: what its links open, and the figures it cites."""

from __future__ import annotations

import re
from html import unescape
from itertools import pairwise
from urllib.parse import parse_qsl, urlsplit

import pytest

from engine.engine import Engine
from panels import duel
from panels.catalogue import CHOICE, PANELS
from panels.pages import routes
from panels.screen.models import ANY_ID
from panels.screen.state import from_query
from panels.screen.words import LANGUAGES
from tests.conftest import ROOT
from tests.panels.pages.test_pages import page

ADDRESS = re.compile(r"\]\((/panels/[^)]+)\)")
ROW = re.compile(r"^\| (.+?) \| (.+?) \| .*$", re.MULTILINE)
ASKED = {"prompt", "projector", "repeat", *CHOICE}


def addresses(language: str) -> list[tuple[str, dict[str, str]]]:
    """Each link to a panel: its name, and what the address asks for."""
    found = []
    for link in ADDRESS.findall(page(language, "teaching.md")):
        parts = urlsplit(unescape(link))
        _, _, tongue, name = parts.path.split("/")
        assert tongue == language
        found.append((name, dict(parse_qsl(parts.query, keep_blank_values=True))))
    return found


def test_both_languages_open_the_same_panels() -> None:
    names = [[name for name, _ in addresses(language)] for language in LANGUAGES]
    assert names[0] == names[1]
    assert len(names[0]) >= 14


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_link_asks_for_what_there_is(conteur: Engine, language: str) -> None:
    for name, query in addresses(language):
        panel = PANELS[name]
        known = ASKED | {control.name for control in panel.controls}
        assert query.keys() <= known, name
        state, notes = from_query(query, ANY_ID)
        assert notes == []
        for field in ("temperature", "seed", "repeat"):
            if field in query:
                assert float(query[field]) == getattr(state, field)
        for control in panel.controls:
            if control.name in query:
                assert control.read(query[control.name]) == float(query[control.name])
        assert routes.drawing(conteur, language, name, query) is not None


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_game_of_the_first_lesson_is_in_its_language(language: str) -> None:
    (query,) = [query for name, query in addresses(language) if name == "duel"]
    assert duel.TEXTS[int(query["text"]) - 1]["language"] == language


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_lesson_takes_55_minutes_without_a_gap(language: str) -> None:
    text = page(language, "teaching.md")
    lessons = re.split(r"\{#lesson-\d\}", text)[1:]
    assert len(lessons) == 3
    for lesson in lessons:
        steps = re.findall(r"^\| (\d+) (?:à|to) (\d+) \|", lesson.split("\n## ")[0], re.MULTILINE)
        times = [(int(first), int(last)) for first, last in steps]
        assert times[0][0] == 0
        assert times[-1][1] == 55
        assert all(one[1] == other[0] for one, other in pairwise(times))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_figures_are_those_of_the_table_in_the_readme(language: str) -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    table = readme.split("<!-- bench -->")[1].split("<!-- /bench -->")[0]
    rows = dict(ROW.findall(table))
    text = page(language, "teaching.md").split("{#how-many}")[1].split("\n## ")[0]
    decimal = "," if language == "fr" else "."
    within = rows["200 visitors, a step every 2 s: 95 of 100 within"].split()[0]
    assert f"{within.replace('.', decimal)} ms" in text.replace("\u00a0", " ")
    assert rows["200 visitors, a step every 2 s: errors"] == "0"
    for where in ("on a page", "in the lab"):
        steps = rows[f"a class of 50, as fast as answers come, {where}"].split()[0]
        assert re.search(rf"\b{steps}\b", text)
    memory = rows["memory: the app and its 2 helpers, after 20 steps in the lab"].split()[0]
    assert int(memory) < 800
    day = re.search(r"On (\d+) November 2026: .*, 2 cores", table)
    assert day is not None
    assert day[1] in text
    assert "2026" in text
