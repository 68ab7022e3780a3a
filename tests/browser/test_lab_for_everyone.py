"""The lab in the dark, on a phone, by the keyboard alone, to a screen reader, with any input."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from panels.screen.drawing import readable
from tests.browser.axe import axe
from tests.browser.screen import ADDRESSES, Screen
from tests.browser.test_lab import PROMPT

PHONE = {"width": 390, "height": 844}
NASTY = {
    "html": "<script>document.title='taken'</script><img src=x onerror=alert(1)> & \"'",
    "emoji": "👩🏽‍🚀 é — « oui » 🇫🇷",
    "nul": "a\x00b\x07c",
    "right to left": "שלום عالم \u202e abc",
    "one long word": "x" * 400,
    "template": "{{ 7*7 }} {% raw %} ${1} %s",
}


@pytest.fixture(params=ADDRESSES)
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def screen(page: Page, language: str) -> Screen:
    """The lab as it opens."""
    return Screen(page, language).open()


# Light and dark


def test_light_and_dark(screen: Screen) -> None:
    paper = "() => getComputedStyle(document.body).backgroundColor"
    light = screen.page.evaluate(paper)
    switch = screen.page.locator("[data-theme-switch]")
    switch.click()
    dark = screen.page.evaluate(paper)
    assert sum(map(int, re.findall(r"\d+", dark))) < 150 < sum(map(int, re.findall(r"\d+", light)))
    screen.page.reload()
    screen.whole()
    assert screen.page.evaluate(paper) == dark
    switch.click()
    assert screen.page.evaluate(paper) == light


# A phone


@pytest.fixture
def phone(page: Page, language: str) -> Screen:
    """The lab on a phone."""
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    return Screen(page, language).open()


def test_a_phone_shows_everything_without_scrolling_sideways(phone: Screen) -> None:
    width = "() => document.documentElement.scrollWidth"
    assert phone.page.evaluate(width) == 390
    phone.read(NASTY["one long word"])
    phone.key("others").click()
    expect(phone.key("others")).to_have_attribute("aria-checked", "true")
    phone.key("repeat").click()
    expect(phone.page.locator("#panel-probabilities [data-repeat]")).to_be_visible()
    assert phone.page.evaluate(width) == 390
    beyond = phone.page.evaluate(
        "() => [...document.querySelectorAll('#way table, #way .card, #bar button, #controls *')]"
        ".filter(e => e.getClientRects().length && e.getBoundingClientRect().right > 390.5)"
        ".map(e => e.outerHTML.slice(0, 80))"
    )
    assert beyond == []


def test_a_phone_writes(phone: Screen) -> None:
    phone.button("add").click()
    phone.written(1)
    expect(phone.text).to_be_in_viewport()
    for name in ("back", "restart", "add", "run"):
        expect(phone.button(name)).to_be_in_viewport(ratio=1)


# The keyboard alone


def test_the_whole_job_by_the_keyboard(screen: Screen) -> None:
    keyboard, prompt = screen.page.keyboard, PROMPT[screen.language]
    tab_to(screen, "#prompt textarea")
    keyboard.press("ControlOrMeta+a")
    keyboard.type(prompt)
    keyboard.press("Enter")
    expect(screen.page.locator("#panel-text .given")).to_have_text(prompt)
    tab_to(screen, "#panel-tokens .chip")
    keyboard.press("ArrowLeft")
    expect(screen.page.locator("#panel-logits .which button")).to_be_visible()
    before = screen.chips.nth(screen.chips.count() - 2)
    expect(before).to_have_attribute("aria-selected", "true")
    expect(before).to_be_focused()
    keyboard.press("End")
    expect(screen.page.locator("#panel-logits .which button")).to_have_count(0)
    tab_to(screen, "[data-key=others]")
    keyboard.press("Space")
    expect(screen.key("others")).to_have_attribute("aria-checked", "true")
    expect(screen.key("others")).to_be_focused()
    tab_to(screen, "#search input")
    keyboard.type("zz")
    expect(screen.page.locator("#panel-logits tbody .token", has_text="zz").first).to_be_visible()
    for _ in "zz":
        keyboard.press("Backspace")
    expect(screen.table).to_have_count(20)
    tab_to(screen, "#strategy input")
    keyboard.press("ArrowLeft")
    expect(screen.strategy("greedy")).to_be_checked()
    expect(screen.slider("temperature")).to_be_disabled()
    keyboard.press("ArrowRight")
    expect(screen.strategy("sampling")).to_be_checked()
    expect(screen.slider("temperature")).to_be_enabled()
    tab_to(screen, "#temperature input[type=range]")
    keyboard.press("ArrowRight")
    expect(screen.slider("temperature")).to_have_value("0.85")
    tab_to(screen, "[data-key=another]")
    keyboard.press("Enter")
    expect(screen.key("another")).to_be_focused()
    expect(screen.page.locator("#memory :is(textarea, input)")).to_have_value(
        re.compile(r'"draw": 1')
    )
    tab_to(screen, "#add")
    keyboard.press("Enter")
    screen.written(1)
    expect(screen.button("add")).to_be_focused()
    keyboard.press("Enter")
    screen.written(2)
    tab_to(screen, "#back", backwards=True)
    keyboard.press("Enter")
    screen.written(1)
    tab_to(screen, "#run")
    keyboard.press("Enter")
    expect(screen.button("stop")).to_be_visible()
    tab_to(screen, "#stop")
    keyboard.press("Enter")
    expect(screen.button("run")).to_be_visible()


def test_the_first_tab_offers_to_skip_to_the_text(screen: Screen) -> None:
    screen.page.keyboard.press("Tab")
    expect(screen.page.locator(".skip")).to_be_focused()
    expect(screen.page.locator(".skip")).to_be_in_viewport()


def tab_to(screen: Screen, selector: str, backwards: bool = False) -> None:
    """Press Tab until the element has the focus, as somebody without a mouse does."""
    for _ in range(200):
        if screen.page.evaluate("s => document.activeElement?.matches(s) ?? false", selector):
            return
        screen.page.keyboard.press("Shift+Tab" if backwards else "Tab")
    pytest.fail(f"Tab does not lead to {selector}")


# A screen reader


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [(1440, 900), (390, 844)], ids=["desk", "phone"])
def test_axe_finds_nothing_serious(
    page: Page, language: str, theme: str, size: tuple[int, int]
) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
    screen = Screen(page, language).open(prompt="abc", written="300.301", seed=3)
    assert axe(page) == []
    screen.key("repeat").click()
    expect(page.locator("#panel-probabilities [data-repeat]")).to_be_visible()
    screen.chips.nth(1).click()
    expect(page.locator("#panel-logits .which button")).to_be_visible()
    screen.choose("greedy")
    expect(screen.slider("temperature")).to_be_disabled()
    assert axe(page) == []


# Any input


@pytest.mark.parametrize("name", NASTY)
def test_any_text_is_read_and_shown_as_it_is(screen: Screen, name: str) -> None:
    title = screen.page.title()
    screen.prompt.fill(NASTY[name])
    screen.prompt.press("Enter")
    screen.page.wait_for_function(
        "text => document.querySelector('#panel-text .given').textContent === text",
        arg=readable(NASTY[name]),
    )
    expect(screen.notes).to_have_count(0)
    assert screen.page.title() == title
    assert screen.page.locator("#panel-tokens script, #panel-text script, #way img").count() == 0
    assert "\ufffd" not in screen.page.locator("#panel-tokens").inner_text()
    screen.button("add").click()
    screen.written(1)


def test_a_very_long_text_keeps_its_end_and_says_so(screen: Screen) -> None:
    screen.prompt.fill("mot " * 25_000)
    screen.prompt.press("Enter")
    expect(screen.notes.first).to_contain_text(
        screen.words("notes.too_long", typed=100_000, kept=20_000)
    )
    expect(screen.page.locator("#panel-tokens .note")).to_be_visible()
    expect(screen.chips.last).to_have_attribute("aria-selected", "true")
    screen.button("add").click()
    screen.written(1)
    screen.prompt.fill("mot")
    screen.prompt.press("Enter")
    expect(screen.notes).to_have_count(0)
    expect(screen.page.locator("#panel-tokens .note")).to_have_count(0)


def test_a_page_that_was_tampered_with_is_told(screen: Screen) -> None:
    memory = screen.page.locator("#memory :is(textarea, input)")
    memory.evaluate(
        "e => { e.value = JSON.stringify({ prompt: 7, temperature: 'NaN', written: [1e9] });"
        " e.dispatchEvent(new Event('input', { bubbles: true })) }"
    )
    screen.button("add").click()
    expect(screen.notes).to_contain_text("temperature, written")
    assert screen.state["temperature"] == 0.8
