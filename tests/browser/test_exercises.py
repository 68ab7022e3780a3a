"""An exercise in a real browser: the whole flow by keyboard, in a frame, without scripts."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from engine.engine import Engine
from panels.exercises.desk import Desk
from panels.exercises.search import computed
from panels.exercises.texts import texts_of
from panels.screen.words import words_of
from tests.browser.axe import axe
from tests.browser.screen import PATIENCE

expect.set_options(timeout=PATIENCE)
PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def desk() -> Desk:
    return Desk(Engine("conteur"), "fr", "conteur")


def test_predict_measure_explain_check_and_hand_in(page: Page, desk: Desk) -> None:
    words, texts = words_of("fr"), texts_of("fr")
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    page.goto("/fr/probabilities/#exercise-temperature_two")
    exercise = page.locator("#exercise-temperature_two")
    expect(exercise).to_have_attribute("open", "")
    exercise.get_by_role("radio").first.focus()
    page.keyboard.press("Space")
    exercise.get_by_role("button", name=words("exercises.predict")).focus()
    page.keyboard.press("Enter")
    expect(exercise.get_by_role("status")).to_contain_text(
        texts.found("temperature_two", "traps.rises")
    )
    expect(exercise.locator(".exercise-table")).to_be_visible()
    explain = exercise.locator("[data-explain] textarea")
    explain.fill("Les écarts rétrécissent.")
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") == 390

    exercise.locator("[data-see]").click()
    panel = page.locator("form[data-panel=probabilities]")
    expect(panel.locator("input[name=temperature]")).to_have_value("2")
    expect(panel.locator("textarea")).to_be_focused()

    by_hand = page.locator("#exercise-softmax_by_hand")
    by_hand.locator("summary").first.click()
    right = computed(desk, "softmax_by_hand").answer.right
    assert right is not None
    by_hand.locator("input[name=answer]").fill("1")
    page.keyboard.press("Enter")
    expect(by_hand.get_by_role("status")).to_contain_text(words("exercises.too_low"))
    by_hand.locator("details summary").first.click()
    by_hand.locator("input[name=answer]").fill(right["answer"].replace(".", ","))
    page.keyboard.press("Enter")
    expect(by_hand.get_by_role("status")).to_contain_text(words("exercises.right"))
    expect(by_hand.locator("[data-mark]")).to_contain_text(words("exercises.done"))

    page.goto("/fr/exercises/")
    expect(page.locator("[data-count]")).to_have_text(words("exercises.progress", done=2, all=33))
    expect(explain).to_have_value("Les écarts rétrécissent.")
    page.locator("[data-name]").fill("Ada <b>L</b>")
    for kind in ("html", "txt"):
        with page.expect_download() as download:
            page.locator(f"[data-hand-in={kind}]").click()
        sheet = Path(download.value.path()).read_text("utf-8")
        assert "Les écarts rétrécissent." in sheet
        assert texts.found("softmax_by_hand", "title") in sheet
        assert ("Ada &lt;b&gt;L" if kind == "html" else "Ada <b>L</b>") in sheet
        assert "2 essais" in sheet
    page.locator("[data-clear]").click()
    expect(page.locator("[data-count]")).to_have_text(words("exercises.progress", done=0, all=33))
    assert json.loads(page.evaluate("localStorage.getItem('exercises')")) == {}
    page.locator("[data-hand-in=txt]").click()
    expect(page.locator("[data-told]")).to_have_text(words("exercises.nothing_yet"))


def test_in_a_sandboxed_frame_an_exercise_answers_and_links_open_outside(
    page: Page,
) -> None:
    course = (
        "<title>course</title><link rel='icon' href='data:,'>"
        "<script>onmessage = ({data}) => window.told = data.openBookHeight</script>"
        '<iframe sandbox="allow-scripts" src="/exercises/en/bits" width="320"></iframe>'
    )
    page.route("**/course", lambda route: route.fulfill(body=course, content_type="text/html"))
    page.goto("/course")
    page.wait_for_function("window.told > 200")
    frame = page.frame_locator("iframe")
    frame.locator("input[name=answer]").fill("2,08")
    frame.get_by_role("button", name="Check").click()
    expect(frame.get_by_role("status")).to_contain_text("nats")
    frame.locator("input[name=answer]").fill("3")
    frame.get_by_role("button", name="Check").click()
    expect(frame.get_by_role("status")).to_contain_text("Right")
    expect(frame.locator("[data-mark]")).to_contain_text("done")
    for link in frame.locator("a").all():
        expect(link).to_have_attribute("target", "_blank")


def test_a_server_that_does_not_answer_is_a_sentence_and_nothing_is_lost(
    page: Page,
) -> None:
    page.goto("/exercises/en/bits")
    page.route("**/answer", lambda route: route.fulfill(status=200, body="busy"))
    page.locator("input[name=answer]").fill("3")
    page.get_by_role("button", name="Check").click()
    expect(page.get_by_role("status")).to_have_text(words_of("en")("exercises.not_there"))
    expect(page.locator("input[name=answer]")).to_have_value("3")


def test_without_scripts_a_form_answers_with_a_page(
    browser: Browser, app: str, watch: Callable[[Page], Page]
) -> None:
    context = browser.new_context(base_url=app, java_script_enabled=False)
    page = watch(context.new_page())
    page.goto("/exercises/en/temperature_two")
    page.get_by_role("radio").nth(1).check()
    page.get_by_role("button", name="Predict").click()
    expect(page).to_have_url(re.compile("answer=falls"))
    expect(page.locator("[data-sentence]")).to_contain_text("Right")
    page.goto("/keys/en/probabilities")
    expect(page.locator(".paper-right")).to_have_count(3)
    context.close()


@pytest.mark.parametrize("address", ["/exercises/fr/interval?show=solution", "/keys/fr/choosing"])
def test_an_exercise_alone_and_a_key_pass_axe_and_fit_the_smallest_phone(
    page: Page, address: str
) -> None:
    page.set_viewport_size({"width": 320, "height": 700})
    page.goto(address)
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    assert axe(page) == []
