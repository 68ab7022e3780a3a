"""A place in the line: a reader whose answer is long in coming is told how many wait."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Page, Route, expect

from panels.screen.words import LANGUAGES, words_of
from tests.browser.screen import ADDRESSES, PATIENCE

expect.set_options(timeout=PATIENCE)

PAGES = {
    "page": ("/{language}/logits/", "**/fragments/**", ".live-waits", ".live-prompt button"),
    "lab": ("{lab}", "**/run/predict*", "#waits", "#add"),
}


@pytest.mark.parametrize("where", PAGES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_long_wait_is_said(page: Page, language: str, where: str) -> None:
    address, computed, place, button = PAGES[where]
    held: list[Route] = []
    told = {"waiting": 12, "seconds": 2.3}
    page.route("**/line", lambda route: route.fulfill(body=json.dumps(told)))
    page.goto(address.format(language=language, lab=ADDRESSES[language]))
    if where == "lab":
        page.wait_for_function("window.__gradio_session_hash__")
        page.wait_for_load_state("networkidle")
    page.route(computed, lambda route: held.append(route))
    page.locator(button).click()
    said = words_of(language)("live.waits", waiting=12, seconds=3)
    expect(page.locator(place)).to_have_text(said)
    expect(page.locator(place)).to_be_visible()
    page.unroute(computed)
    for route in held:
        route.continue_()
    expect(page.locator(place)).to_be_hidden()
