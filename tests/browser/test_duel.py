"""Beat the GPT in a browser: by keyboard, in teams, loaded again, printed, and without a script."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from panels.screen.words import LANGUAGES, words_of
from tests.browser.axe import axe

FIRST = {"fr": "1", "en": "11"}
WORDS = {"fr": ("vieux", "vélo"), "en": ("old", "newspapers")}


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_two_teams_play_by_keyboard(page: Page, language: str) -> None:
    words, (one, other) = words_of(language), WORDS[language]
    page.goto(f"/panels/{language}/duel?prompt=&text={FIRST[language]}&length=5")
    panel, told = page.locator("section"), page.locator("#told")
    page.locator(".duel-setup summary").click()
    page.locator("select[name=teams]").select_option("2")
    expect(page.locator("[data-guess]")).to_have_count(2)
    expect(page.locator("select[name=teams]")).to_be_focused()
    page.locator("[data-name='1']").fill("Rouges & Co")
    page.locator("[data-name='1']").press("Enter")
    expect(page.locator("[data-name='2']")).to_be_focused()
    expect(page.locator("legend").first).to_have_text("Rouges & Co")

    guesses = page.locator("[data-guess]")
    guesses.first.fill(one)
    expect(panel).to_have_attribute("data-played", "0")
    guesses.first.press("Enter")
    expect(guesses.last).to_be_focused()
    guesses.last.fill("x")
    guesses.last.press("Enter")
    expect(panel).to_have_attribute("data-played", "1")
    expect(guesses.first).to_be_focused()
    expect(guesses.first).to_have_value("")
    expect(page.locator(".newest")).to_have_text(one)
    expect(told).to_contain_text(words("duel.came", word=one))
    expect(told).to_contain_text(f"Rouges & Co, {words('duel.right')}")
    assert "Rouges" not in page.url
    assert axe(page) == []

    page.reload()
    expect(panel).to_have_attribute("data-played", "1")
    expect(page.locator("legend").first).to_have_text("Rouges & Co")
    for count in (2, 3, 4, 5):
        page.locator("[data-guess]").last.press("Enter")
        expect(panel).to_have_attribute("data-played", str(count))
    expect(page.locator("[data-end]")).to_be_focused()
    expect(page.locator("[data-guess]")).to_have_count(0)
    expect(page.locator(".all-words tbody tr")).to_have_count(5)
    expect(page.locator(".all-words tbody")).to_contain_text(other)
    page.set_viewport_size({"width": 320, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    page.emulate_media(media="print")
    expect(page.locator(".all-words table")).to_be_visible()
    expect(page.locator("[name=again]")).to_be_hidden()
    page.emulate_media(media="screen")
    page.locator("[name=again]").click()
    expect(panel).to_have_attribute("data-played", "0")


def test_without_a_script_the_game_goes_on(browser: Browser, base_url: str, language: str) -> None:
    with browser.new_context(java_script_enabled=False, base_url=base_url) as context:
        page = context.new_page()
        page.goto(f"/{language}/beat-the-gpt/")
        for count, word in enumerate(WORDS[language], start=1):
            page.locator("[data-guess]").fill(word)
            page.locator("[data-guess]").press("Enter")
            expect(page.locator("section")).to_have_attribute("data-played", str(count))
            expect(page.locator(".duel-last .sign.right")).to_have_count(1)
        page.locator("[name=again]").click()
        expect(page.locator("section")).to_have_attribute("data-played", "0")
        page.locator(".duel-setup summary").click()
        page.locator("[name=own]").fill("Un chat\n noir dort.")
        page.locator(".own button").click()
        expect(page.locator(".duel-text")).to_contain_text("Un chat")
        expect(page.locator(".duel-text")).not_to_contain_text("dort")
