"""The lab as its reader sees it: what stands on the page, and what can be done to it."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

from playwright.sync_api import Locator, Page, expect

from panels.screen.words import words_of

ADDRESSES = {"fr": "/labo", "en": "/lab"}
PATIENCE = 20_000
"""Milliseconds that the page may take to show what was asked, on a busy machine."""

expect.set_options(timeout=PATIENCE)


class Screen:
    """One page of the lab in one language."""

    def __init__(self, page: Page, language: str) -> None:
        self.page = page
        self.language = language
        self.words = words_of(language)
        page.set_default_timeout(PATIENCE)

    def open(self, **state: object) -> Screen:
        """Open the lab at an address that asks for this state, and wait until it is whole."""
        query = "?" + urlencode(state) if state else ""
        self.page.goto(ADDRESSES[self.language] + query)
        return self.whole()

    def whole(self) -> Screen:
        """Wait for the plot, the last thing to be drawn."""
        expect(self.page.locator("#plot .barlayer .point").first).to_be_attached()
        expect(self.page.locator("html")).not_to_have_class("restoring")
        return self

    def read(self, text: str) -> Screen:
        """Type a text and press Enter; wait until it is on screen as what is being written."""
        self.prompt.fill(text)
        self.prompt.press("Enter")
        expect(self.page.locator("#panel-text .given")).to_have_text(text, use_inner_text=True)
        return self

    @property
    def state(self) -> dict[str, Any]:
        """What the page keeps of itself."""
        kept = json.loads(self.page.locator("#memory :is(textarea, input)").input_value())
        assert isinstance(kept, dict)
        return kept

    @property
    def prompt(self) -> Locator:
        return self.page.locator("#prompt textarea")

    @property
    def chips(self) -> Locator:
        return self.page.locator("#panel-tokens .chip")

    @property
    def rows(self) -> Locator:
        return self.page.locator("#panel-rows tbody tr")

    @property
    def table(self) -> Locator:
        return self.page.locator("#panel-logits tbody tr")

    @property
    def text(self) -> Locator:
        return self.page.locator("#panel-text .written-text")

    @property
    def notes(self) -> Locator:
        return self.page.locator("#notes .note")

    def key(self, key: str) -> Locator:
        """Something the reader can press, by its name in the drawings."""
        return self.page.locator(f'[data-key="{key}"]')

    def button(self, name: str) -> Locator:
        """One of the page's own buttons: read, back, restart, add, run, stop."""
        return self.page.locator(f"button#{name}")

    def slider(self, name: str) -> Locator:
        return self.page.locator(f"#{name} input[type=range]")

    def strategy(self, name: str) -> Locator:
        return self.page.locator(f'#strategy input[value="{name}"]')

    def choose(self, name: str) -> None:
        """Greedy or sampling, by a click on its word."""
        self.page.locator(f'#strategy label:has(input[value="{name}"])').click()

    def written(self, count: int) -> None:
        """Wait until that many tokens have been written and the screen has followed."""
        expect(self.text).to_have_attribute("data-written", str(count))
        expect(self.page.locator("#panel-tokens .chip.written")).to_have_count(count)

    def u(self) -> str:
        """The random number on the strip, to its last digit."""
        value = self.page.locator("#panel-choice .u").get_attribute("data-u")
        assert value is not None
        return value
