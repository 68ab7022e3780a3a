"""Before a class: a page slide by slide to its end, a panel and the lab step by step."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import axe
from tests.browser.screen import PATIENCE

expect.set_options(timeout=PATIENCE)

WHERE = """() => {
  const stage = document.querySelector("[data-stage]");
  const [, at, all] = /(\\d+) \\/ (\\d+)/.exec(document.querySelector(".slides-count").textContent);
  const below = document.documentElement.hasAttribute("data-below");
  return { at: Number(at), all: Number(all), place: location.hash, below, scrolled: stage.scrollTop,
    over: stage.scrollHeight - stage.clientHeight, aside: stage.scrollWidth - stage.clientWidth,
    open: document.querySelectorAll("details.question[data-on][open]").length,
    shown: [...document.querySelectorAll("article > [data-on]")].map((e) => e.textContent.trim()),
    focus: document.activeElement.className };
}"""
"""What is on the screen, and how much of it is not."""


def where(page: Page) -> dict[str, Any]:
    found = page.evaluate(WHERE)
    assert isinstance(found, dict)
    return found


def project(page: Page, address: str) -> None:
    page.goto(address)
    expect(page.locator("nav.slides")).to_be_visible()


def counted(page: Page, text: str) -> None:
    expect(page.locator(".slides-count")).to_have_text(text)


@pytest.mark.parametrize(
    ("address", "width", "height"),
    [("/en/choosing/", 1920, 1080), ("/fr/attention/", 1024, 768), ("/fr/glossary/", 390, 844)],
)
def test_a_page_to_its_end_with_nothing_cut(
    page: Page, address: str, width: int, height: int
) -> None:
    page.set_viewport_size({"width": width, "height": height})
    project(page, address + "?projector=1")
    told = page.locator("article").evaluate(
        "e => [...e.querySelectorAll(':scope > :is(h2, p, figure, form, details, ul)')]"
        ".map((each) => each.textContent.trim())"
    )
    seen: set[str] = set()
    numbers = []
    while True:
        now = where(page)
        seen |= set(now["shown"])
        numbers.append(now["at"])
        assert now["aside"] <= 1
        assert now["below"] == (now["scrolled"] < now["over"] - 2)
        assert re.fullmatch(r"#[\w-]+(?:/\d+)?", now["place"])
        if "next" in now["focus"]:
            break
        page.keyboard.press("PageDown")
        after = where(page)
        forward = after["at"] - now["at"]
        assert forward == 1 or (not forward and after != now), now
        if forward:  # only from the end of what is taller than the screen
            assert not now["below"]
    assert (numbers[0], numbers[-1]) == (1, now["all"])
    assert set(told) <= seen
    page.keyboard.press("Home")
    assert where(page)["at"] == 1


def test_keys_fields_and_the_way_out(page: Page) -> None:
    project(page, "/en/choosing/?projector=1#draw/2")
    form = page.locator("form[data-panel=choice]")
    expect(form).to_be_visible()
    for gone in ("header.md-header", ".md-sidebar", ".book-footer", ".live-foot"):
        expect(page.locator(gone).first).to_be_hidden()
    at = where(page)["at"]
    for on, back in (("PageDown", "PageUp"), (" ", "Backspace"), ("ArrowRight", "ArrowLeft")):
        page.keyboard.press(on)
        assert where(page)["at"] == at + 1, on
        page.keyboard.press(back)
        assert where(page)["at"] == at, back

    prompt = form.locator("textarea")
    prompt.fill("Le renard")
    prompt.press_sequentially(" dort. b")
    for key in ("ArrowLeft", "Home", "End", "Backspace"):
        prompt.press(key)
    assert where(page)["at"] == at
    expect(prompt).to_have_value("Le renard dort. ")
    expect(form.locator(".pick")).to_be_visible()
    heat = form.locator("input[name=temperature]")
    heat.focus()
    before = float(heat.input_value())
    heat.press("ArrowRight")
    assert float(heat.input_value()) > before
    assert where(page)["at"] == at
    heat.press("PageDown")  # the clicker has no slider
    assert where(page)["at"] == at + 1

    page.keyboard.press(".")
    expect(page.locator("html")).to_have_attribute("data-blank", "")
    page.keyboard.press("PageDown")
    expect(page.locator("html")).not_to_have_attribute("data-blank", "")
    assert where(page)["at"] == at + 1
    expect(page.locator(".slides-said")).to_contain_text(f"Slide {at + 1} of")
    assert axe(page) == []

    page.emulate_media(media="print")
    expect(page.locator("h1")).to_be_visible()
    expect(page.locator("nav.slides")).to_be_hidden()
    page.emulate_media(media="screen")
    page.keyboard.press("Escape")
    expect(page).to_have_url(re.compile(r"/en/choosing/#repeat$"))
    expect(page.locator("header.md-header")).to_be_visible()


def test_the_course_goes_on_in_slides(page: Page) -> None:
    project(page, "/en/growing/?projector=1")
    page.keyboard.press("End")
    expect(page.locator("a.next")).to_be_visible()
    for _ in range(8):
        if "/growing/" in page.url:
            page.keyboard.press("PageDown")
    expect(page).to_have_url(re.compile(r"/en/full-context/\?projector=1#full-context$"))
    page.mouse.move(300, 300)
    page.locator("nav.slides [data-other]").click()
    expect(page).to_have_url(re.compile(r"/fr/full-context/\?projector=1#full-context$"))
    expect(page.locator(".slides-count")).to_have_text(re.compile(r"^1 / \d+$"))


def test_a_panel_alone_goes_step_by_step(page: Page) -> None:
    project(page, "/panels/en/tokens?projector=1&prompt=Once+upon+a+time")
    counted(page, "5 / 5")
    page.keyboard.press("ArrowLeft")
    counted(page, "4 / 5")
    expect(page.locator(".chip[aria-selected=true]")).to_contain_text("a")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    counted(page, "1 / 5")
    assert where(page)["over"] <= 1

    project(page, "/panels/fr/next?projector=1")
    page.keyboard.press("PageDown")
    page.keyboard.press("PageDown")
    expect(page.locator(".slides-count")).to_have_text("+2")
    page.keyboard.press("PageUp")
    expect(page.locator(".slides-count")).to_have_text("+1")
    assert axe(page) == []
    expect(page).to_have_url(
        re.compile(r"written=\d+&.*projector=1|projector=1&.*written=\d+(&|$)")
    )
    page.reload()
    expect(page.locator(".slides-count")).to_have_text("+1")
    page.keyboard.press("Escape")
    expect(page.locator(".live-foot")).to_be_visible()

    project(page, "/panels/fr/cost?projector=1")
    page.keyboard.press("PageDown")
    counted(page, "2 / 6")
    expect(page.locator("input[name=pair]")).to_have_value("2")


def test_the_lab_writes_with_the_arrows_and_shows_its_steps(page: Page) -> None:
    project(page, "/lab?projector=1&prompt=Once+upon+a+time")
    expect(page.locator("#panel-text .given")).to_have_text("Once upon a time")
    for step in range(2, 7):
        while where(page)["at"] < step:
            page.keyboard.press("PageDown")
        expect(page.locator("#way > .step:visible")).to_have_count(1)
    page.keyboard.press("ArrowRight")
    expect(page.locator(".written-text")).to_have_attribute("data-written", "1")
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".written-text")).to_have_attribute("data-written", "0")
    expect(page).to_have_url(re.compile(r"projector=1#step-6$"))
    expect(page.locator("#head")).to_be_hidden()
