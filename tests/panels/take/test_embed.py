"""panels/take/embed.py: what is copied opens the very panel; every name of an address is told."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import fields
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from engine.engine import Engine
from panels.catalogue import PANELS
from panels.pages import openings
from panels.pages import routes as pages
from panels.pages.permitted import controls_of
from panels.screen.state import ADDRESS_CHARACTERS, State, from_query
from panels.screen.words import LANGUAGES, words_of
from panels.take.addresses import GROUPS, documented
from panels.take.embed import embed
from panels.take.routes import taken
from serve.projector import NAME

SITE = "https://example.org"


def page(engine: Engine, language: str = "en", **query: str) -> str:
    made = embed(engine, language, SITE, query)
    assert made is not None
    return made


def snippet(made: str, kind: str) -> str:
    found = re.search(rf'<textarea id="snippet-{kind}"[^>]*>(.*?)</textarea>', made, re.DOTALL)
    assert found is not None
    return html.unescape(found[1])


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", PANELS)
def test_every_panel_can_be_embedded_and_every_control_fixed(
    conteur: Engine, name: str, language: str
) -> None:
    ways = {f"may.{each}": "locked" for each in controls_of(PANELS[name])}
    made = page(conteur, language, panel=name, prompt="Le <chat> & “moi”", **ways)
    address = urlsplit(snippet(made, "link"))
    asked = {key: each[0] for key, each in parse_qs(address.query, keep_blank_values=True).items()}
    assert address.path == f"/panels/{language}/{name}"
    assert asked["prompt"] == "Le <chat> & “moi”"
    assert asked.get("lock", "") == ".".join(controls_of(PANELS[name]))
    for kind in ("frame", "moodle"):
        source = re.search(r'src="([^"]*)"', snippet(made, kind))
        assert source is not None
        assert html.unescape(source[1]) == snippet(made, "link")
    assert snippet(made, "markdown").endswith(f"]({snippet(made, 'link')})")
    assert words_of(language)(f"titles.{name}") in snippet(made, "frame")
    assert "<svg" in made
    drawn = pages.page(conteur, language, name, asked)
    assert drawn is not None
    assert words_of(language)("notes.ignored", names="").split(":")[0] not in drawn


def test_settings_go_into_the_address_and_come_back(conteur: Engine) -> None:
    given = {"panel": "choice", "prompt": "The cat", "temperature": "0.5", "top_k": "0",
             "top_p": "1", "seed": "3", "strategy": "sampling", "theme": "dark",
             "may.prompt": "free", "may.seed": "hidden", "may.foot": "hidden"}  # fmt: skip
    link = snippet(page(conteur, **given), "link")
    asked = {key: each[0] for key, each in parse_qs(urlsplit(link).query).items()}
    state, notes = from_query(asked, 8192)
    assert notes == []
    assert state == State(prompt="The cat", temperature=0.5, top_k=None, top_p=None, seed=3)
    assert (asked["hide"], asked["theme"]) == ("seed.foot", "dark")
    again = snippet(page(conteur, panel="choice", **asked), "link")
    assert again == link


def test_moodle_is_given_what_its_editor_leaves(conteur: Engine) -> None:
    """It takes scripts and styles out, and of a frame it leaves these attributes."""
    made = snippet(page(conteur, height="432"), "moodle")
    frame = re.search(r"<iframe ([^>]*)>", made)
    assert frame is not None
    assert set(re.findall(r'([\w-]+)="', re.sub(r'="[^"]*"', '="', frame[1]))) == {
        "src", "title", "width", "height", "allowfullscreen",
    }  # fmt: skip
    assert 'height="432"' in made
    assert "script" not in made
    assert 'target="_blank" rel="noopener"' in made


def test_an_address_is_bounded(conteur: Engine) -> None:
    long = page(conteur, panel="next", prompt="é" * ADDRESS_CHARACTERS)
    assert words_of("en")("embed.long") in long
    assert "<textarea id=" not in long
    middle = page(conteur, panel="next", prompt="word " * 300)
    assert words_of("en")("embed.code_long") in middle
    assert "<svg" not in middle


def test_what_is_not_valid_opens_the_page_all_the_same(conteur: Engine) -> None:
    for query in ({"panel": "nobody"}, {"height": "²"}, {"language": "de"}, {"may.__doc__": "x"}):
        made = embed(conteur, "fr", SITE, query)
        assert made is not None
        assert "<iframe src=" in made
    assert embed(conteur, "de", SITE, {}) is None


# The names of an address


class Asked(dict[str, str]):
    """An address that remembers what it was asked for."""

    def __init__(self, *given: Any, names: set[str]) -> None:
        super().__init__(*given)
        self.names = names

    def get(self, name: str, default: Any = None) -> Any:
        self.names.add(name)
        return super().get(name, default)

    def __getitem__(self, name: str) -> str:
        self.names.add(name)
        return super().__getitem__(name)


def read(engine: Engine) -> set[str]:
    """Every name that the code looks for in an address, and those that a state is made of."""
    names: set[str] = {field.name for field in fields(State)}
    real = openings.opened

    def opened(*given: Any) -> Asked:
        return Asked(real(*given), names=names)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("panels.pages.routes.opened", opened)
        patch.setattr("panels.take.routes.opened", opened)
        for name in PANELS:
            pages.page(engine, "en", name, {"prompt": "a"})
            taken(engine, "en", name, "csv", SITE, {"prompt": "a", "decimal": "comma"})
    return names


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_name_of_an_address_is_told_and_no_other(conteur: Engine, language: str) -> None:
    told = documented(words_of(language))
    names = {line.name for lines in told.values() for line in lines}
    assert names == read(conteur) | {NAME}
    assert set(told) == {*GROUPS, "own"}
    made = page(conteur, language)
    for line in lines_of(told):
        assert f"<code>{line.name}</code>" in made
        assert line.what
        assert line.values


def lines_of(told: dict[str, Any]) -> Iterator[Any]:
    for lines in told.values():
        yield from lines


def test_every_panel_with_controls_is_named_beside_them() -> None:
    own = documented(words_of("en"))["own"]
    for name, panel in PANELS.items():
        told = {line.name for line in own if name in line.panels}
        assert told == {control.name for control in panel.controls} | set(panel.typed)
