"""A visit to the lab as it goes: slow parts, a listener, paper, a server that goes away."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from tests.browser.screen import ADDRESSES, Screen

SLIDER = 'data-testid="range-input"'
"""Stands in the one file of Gradio's that draws sliders."""


@pytest.fixture(params=ADDRESSES)
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_a_slider_that_comes_last_says_its_value_too(page: Page, language: str) -> None:
    held: list[Route] = []

    def hold(route: Route) -> None:
        if SLIDER in route.fetch().text():
            held.append(route)
        else:
            route.continue_()

    page.route("**/assets/Index-*.js", hold)
    page.goto(ADDRESSES[language])
    expect(page.locator("#panel-choice .strip")).to_be_visible()
    expect(page.locator("#controls input[type=range]")).to_have_count(0)
    (slider,) = held
    slider.continue_()
    say = Screen(page, language).words.number
    for name, value in (("temperature", say(0.8, 1)), ("top-k", "∞"), ("top-p", say(0.9, 1))):
        expect(page.locator(f"#{name} input[type=range]")).to_have_attribute(
            "aria-valuetext", value
        )
        shown = "e => getComputedStyle(e, '::after').content"
        assert page.locator(f"#{name} .head").evaluate(shown) == f'"{value}"'


def test_an_act_is_told_once_and_what_did_not_change_is_not(page: Page, language: str) -> None:
    screen = Screen(page, language).open(prompt="Le chat", seed=3)
    told, words = page.locator("#told"), screen.words
    expect(told).to_have_text("")
    before = screen.u()
    screen.button("add").click()
    screen.written(1)
    expect(told).to_have_text(_holding(words("told.written", number=1, token="…", share="…")))
    expect(told).to_have_text(_holding(words("told.text", end="Le chat …")))
    screen.key("another").click()
    expect(page.locator("#panel-choice .u")).not_to_have_attribute("data-u", before)
    u = words.number(float(screen.u()), 4)
    expect(told).to_have_text(_holding(words("told.drawn", u=u, token="…", share="…", column="…")))
    expect(told).not_to_have_text(_holding(words("told.text", end="Le chat …")))
    screen.chips.nth(1).click()
    expect(told).to_have_text(re.compile("^" + words("told.row", **_ROW).split("1")[0] + "1"))
    screen.key("back-to-last").click()
    expect(told).to_have_text(words("told.last"))
    live = page.evaluate(
        "() => [...document.querySelectorAll('[role=status], [role=alert], [aria-live], output')]"
        ".filter(e => e.textContent && !e.hidden).map(e => e.id)"
    )
    assert live == ["told"]


_ROW = {"position": 1, "after": "", "token": "", "share": ""}


def test_the_lab_on_paper_is_a_handout(page: Page, language: str) -> None:
    screen = Screen(page, language).open(prompt="Le chat", written="300.301", strategy="greedy")
    page.emulate_media(media="print")
    for shown in ("#prompt textarea", "#panel-tokens .chip", "table.rows", "table.logits",
                  "table.bars", "#controls", "#seed input", "#panel-choice .strip"):  # fmt: skip
        expect(page.locator(shown).first).to_be_visible()
    for gone in ("#bar-buttons", "#plot", "#read", ".examples", ".draws", "#step-inside"):
        expect(page.locator(f"{gone}:visible")).to_have_count(0)
    bars = page.locator("table.bars").first.bounding_box()
    assert bars is not None
    assert bars["width"] > 200
    sign = "e => getComputedStyle(e, '::before').content"
    label = "#strategy label:has(input[value={}]) span"
    assert "✓" in page.locator(label.format("greedy")).evaluate(sign)
    assert page.locator(label.format("sampling")).evaluate(sign) == "none"
    text, foot = screen.text.bounding_box(), page.locator("#foot").bounding_box()
    assert text is not None
    assert foot is not None
    assert text["y"] > foot["y"], "the written text stands at the end, not over the page"
    assert page.evaluate("getComputedStyle(document.getElementById('bar')).position") == "static"
    assert screen.text.evaluate("e => getComputedStyle(e).maxHeight") == "none"


def test_a_lost_server_and_an_act_that_fails_are_told_in_the_page_s_words(
    context: BrowserContext, language: str
) -> None:
    screen = Screen(context.new_page(), language).open()
    page, words = screen.page, screen.words
    trouble, toast = page.locator("#trouble"), page.locator("[data-testid=toast-body]")
    for status, told in ((503, "failed"), (429, "busy")):
        page.route("**/runs/*", refusing(status))
        screen.button("run").click()
        expect(trouble).to_have_text(words(f"site.{told}"))
        expect(trouble).to_be_visible()
        expect(screen.button("run")).to_be_visible()
        expect(toast).to_be_hidden()
    screen.button("add").click()
    screen.written(1)
    expect(trouble).to_be_hidden()
    page.route("**/gradio_api/**", lambda route: route.abort())
    screen.button("add").click()
    expect(trouble).to_have_text(words("site.lost"))
    expect(trouble).to_be_visible()
    expect(toast.first).to_be_hidden()
    with page.expect_event("load"):
        page.unroute("**/gradio_api/**")
    screen.whole()
    screen.written(1)
    expect(trouble).to_be_hidden()


def refusing(status: int) -> Callable[[Route], None]:
    """A server that answers with this status alone."""

    def refuse(route: Route) -> None:
        route.fulfill(status=status)

    return refuse


def _holding(sentence: str) -> re.Pattern[str]:
    """A sentence whose … may be anything."""
    return re.compile(".*".join(map(re.escape, sentence.split("…"))))
