"""A visit to the pages: what was typed and written is there after a reload and on the way back."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from panels.screen.words import LANGUAGES, words_of
from tests.browser.screen import PATIENCE, Screen

expect.set_options(timeout=PATIENCE)

BLOCKED = """for (const name of ["localStorage", "sessionStorage"]) Object.defineProperty(
  window, name, { get() { throw new DOMException("blocked", "SecurityError"); } });"""


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_a_panel_alone_keeps_what_was_typed_and_chosen(page: Page, language: str) -> None:
    words = words_of(language)
    page.goto(f"/panels/{language}/choice?prompt=Le+chat&temperature=0&theme=dark")
    told = page.locator("#told")
    page.locator("[data-key=greedy]").click()
    expect(page.locator("select[name=strategy]")).to_have_value("greedy")
    expect(page.locator("[data-key=greedy]")).to_have_count(0)
    expect(page.locator(".u")).to_have_count(0)
    greedy = words("told.greedy", token="…", share="…").partition("…")[0]
    expect(told).to_have_text(re.compile("^" + re.escape(greedy)))
    page.locator("textarea").fill("Le renard")
    expect(page).to_have_url(re.compile(r"\?theme=dark&prompt=Le\+renard&strategy=greedy"))
    page.reload()
    expect(page.locator("textarea")).to_have_value("Le renard")
    expect(page.locator("select[name=strategy]")).to_have_value("greedy")
    expect(page.locator("html")).to_have_class(re.compile("dark"))
    expect(told).to_have_text("")


def test_an_act_of_the_address_is_done_once(page: Page, language: str) -> None:
    page.goto(f"/panels/{language}/next?prompt=Le+chat&act=add&value=1")
    expect(page.locator(".story")).to_have_attribute("data-written", "1")
    expect(page).not_to_have_url(re.compile("act="))
    page.reload()
    expect(page.locator(".story")).to_have_attribute("data-written", "1")


def test_a_page_keeps_written_tokens_on_the_way_back(page: Page, language: str) -> None:
    page.goto(f"/{language}/")
    form, told = page.locator("form[data-panel=next]"), page.locator("#told")
    form.locator("textarea").fill("Le petit chat")
    expect(form.locator(".story")).to_have_text("Le petit chat")
    for count in (1, 2):
        form.locator("[data-key=add]").click()
        expect(form.locator(".story")).to_have_attribute("data-written", str(count))
    text = form.locator(".story").inner_text()
    number = words_of(language)("told.written", number=2, token="…", share="…").partition("…")[0]
    expect(told).to_have_text(re.compile("^" + re.escape(number)))
    page.reload()
    expect(form.locator(".story")).to_have_text(text)
    page.locator("a.next").click()
    expect(page.locator("#tokens")).to_be_attached()
    page.go_back()
    expect(form.locator(".story")).to_have_text(text)
    expect(form.locator("textarea")).to_have_value("Le petit chat")
    expect(told).to_have_text("")
    page.locator("a.next").click()
    expect(page.locator("#tokens")).to_be_attached()
    expect(page.locator("form.live textarea")).to_have_value("Le petit chat")
    page.locator("form.live textarea").fill("Le renard")
    expect(page.locator(".drawing .chip")).to_have_count(3)
    page.go_back()
    expect(form.locator(".story")).to_have_text("Le renard")
    expect(form.locator(".story")).to_have_attribute("data-written", "0")


def test_a_panel_in_a_frame_keeps_what_was_written(page: Page, app: str) -> None:
    body = f'<title>course</title><iframe src="{app}/panels/fr/next?prompt=Le+chat"></iframe>'
    page.route("**/course", lambda route: route.fulfill(body=body, content_type="text/html"))
    page.goto("/course")
    story = page.frame_locator("iframe").locator(".story")
    page.frame_locator("iframe").locator("[data-key=add]").click()
    expect(story).to_have_attribute("data-written", "1")
    page.wait_for_function("frames[0].location.search.includes('written=')")
    page.reload()
    expect(story).to_have_attribute("data-written", "1")


def test_with_storage_blocked_the_dark_lasts_for_the_visit(
    context: BrowserContext, watch: Callable[[Page], Page]
) -> None:
    context.add_init_script(BLOCKED)
    page = watch(context.new_page())
    dark = re.compile(r"\bdark\b")
    page.goto("/fr/")
    page.locator("[data-theme-switch]").click()
    expect(page.locator("html")).to_have_class(dark)
    page.goto("/en/choosing/")
    expect(page.locator("html")).to_have_class(dark)
    Screen(page, "en").open()
    expect(page.locator("body")).to_have_class(dark)
    page.locator("[data-theme-switch]").click()
    expect(page.locator("body")).not_to_have_class(dark)
    page.goto("/fr/")
    expect(page.locator("html")).not_to_have_class(dark)
