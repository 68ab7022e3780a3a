"""panels/pages/forms.py: what a panel's form sends where no script runs is what its panel takes."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest

from engine.engine import Engine
from panels.catalogue import PANELS
from panels.pages import routes
from panels.screen.words import words_of

STATES: list[dict[str, str]] = [
    {},
    {
        "prompt": "\nLe <chat>",
        "strategy": "greedy",
        "top_k": "5",
        "top_p": "none",
        "written": "5.6",
    },
]


class Sent(HTMLParser):
    """What a browser would send of the one form of a page, and with which of its buttons."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self.buttons: list[dict[str, str]] = []
        self.select = self.area = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        name = given.get("name", "")
        if tag == "input" and name and "disabled" not in given:
            self.fields[name] = given.get("value", "")
        elif tag == "select":
            self.select = name
        elif tag == "option" and (self.select not in self.fields or "selected" in given):
            self.fields[self.select] = given["value"]
        elif tag == "textarea":
            self.area = name
            self.fields[name] = ""
        elif tag == "button" and given.get("type", "submit") == "submit":
            self.buttons.append({name: given["value"]} if name else {})

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self.fields[self.area] = self.fields[self.area].removeprefix("\n")
            self.area = ""

    def handle_data(self, data: str) -> None:
        if self.area:
            self.fields[self.area] += data


@pytest.mark.parametrize("name", PANELS)
def test_what_a_form_sends_without_a_script_is_valid(conteur: Engine, name: str) -> None:
    said = words_of("en")("notes.ignored", names="¦").split("¦")[0]
    for state in STATES:
        page = routes.page(conteur, "en", name, state)
        assert page is not None
        assert said not in page
        sent = Sent(page)
        assert sent.buttons or not (PANELS[name].reads or PANELS[name].controls)
        emptied = dict.fromkeys({"prompt", "seed"} & sent.fields.keys(), "")
        changes: list[dict[str, str]] = [*sent.buttons, emptied]
        for more in changes:
            assert said not in str(routes.page(conteur, "en", name, sent.fields | more)), more


def test_a_form_says_what_is_not_valid(conteur: Engine) -> None:
    page = routes.page(conteur, "en", "choice", {"top_k": "-1"})
    assert words_of("en")("notes.ignored", names="top_k") in str(page)
