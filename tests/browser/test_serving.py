"""What only a browser can tell of the serving layer: the lab lives, and in its language."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

PAGES = [("/labo", "fr"), ("/lab", "en")]


@pytest.mark.parametrize(("address", "language"), PAGES)
def test_the_lab_opens_under_its_policy(page: Page, address: str, language: str) -> None:
    page.goto(address)
    expect(page.locator("#add")).to_be_visible()
    page.wait_for_function("window.__gradio_session_hash__")
    expect(page.locator("html")).to_have_attribute("lang", language)


def test_the_root_leads_to_the_lab(page: Page) -> None:
    page.goto("/?seed=3")
    expect(page).to_have_title("The lab · GPT, an Open Book")


def test_a_page_may_be_framed_by_anyone(page: Page, app: str) -> None:
    page.route(
        "http://course.test/",
        lambda route: route.fulfill(
            content_type="text/html", body=f'<iframe src="{app}/lab" title="lab"></iframe>'
        ),
    )
    page.goto("http://course.test/")
    expect(page.frame_locator("iframe").locator("#add")).to_be_visible()
