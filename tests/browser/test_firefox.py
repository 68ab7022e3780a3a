"""The main job and a panel of each kind in the Firefox that readers have, in both languages."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

import gpt
from panels.screen.words import LANGUAGES, words_of
from tests.browser.finding import NoBrowserError, find_firefox
from tests.browser.firefox import ARROW_RIGHT, ENTER, Firefox, FirefoxError, Tab
from tests.browser.screen import ADDRESSES

PROMPT = {"fr": "La petite souris a dit", "en": "The little mouse said"}
OTHER = {"fr": "en", "en": "fr"}

KINDS = {
    "tokens": ".chip:nth-child(2)",
    "choice": "[data-act=another]",
    "logits": ".option, td button, th button",
    "attention": "th button",
    "heads": "button.map, [data-act] svg, button[data-act]",
    "weight": "[data-act=position]",
    "switches": "button[aria-pressed=false]",
    "growing": "",
    "compare": "",
    "whole": "",
}
"""A panel for each kind of drawing, and what is pressed on it: chips, a strip, a table, a map …"""

WIDE = """[...document.querySelectorAll("body *")].filter((e) => {
  const box = e.getBoundingClientRect();
  return box.width && box.right > innerWidth + 1 && !e.ownerSVGElement
    && !e.closest(".sideways, .hidden") && getComputedStyle(e).position !== "fixed";
}).map((e) => e.outerHTML.slice(0, 120))"""
"""What stands out of the page to the right and cannot be scrolled to."""


@pytest.fixture(scope="session")
def firefox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firefox]:
    """The reader's own browser; a machine without one skips, and says how to get it."""
    try:
        executable = find_firefox()
    except NoBrowserError as sentence:
        pytest.skip(str(sentence))
    opened = Firefox(executable, tmp_path_factory.mktemp("firefox"))
    yield opened
    opened.close()


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def tab(firefox: Firefox, app: str) -> Iterator[Tab]:
    """A page that fails its test on an error, a console message, a foreign request or a refusal."""
    opened = firefox.tab()
    opened.home = app
    yield opened
    opened.close()
    assert opened.wrong == []


def whole(lab: Tab) -> None:
    """Wait for the lab's plot, the last thing to be drawn."""
    lab.until(
        "document.querySelector('#plot .barlayer .point')"
        " && !document.documentElement.classList.contains('restoring')"
    )


def kept(lab: Tab) -> dict[str, object]:
    """What the lab's page keeps of itself."""
    memory = lab.evaluate("document.querySelector('#memory textarea, #memory input').value")
    state = json.loads(memory)
    assert isinstance(state, dict)
    return state


def test_from_the_home_page_to_a_link_of_the_lab(
    firefox: Firefox, tab: Tab, app: str, language: str
) -> None:
    words, prompt = words_of(language), PROMPT[language]
    model = gpt.load("conteur")
    first = gpt.distribution(model.read(prompt).row_logits(-1), gpt.Settings("greedy"))
    likeliest = int(first.order[0])

    tab.goto(f"/{language}/")
    form = "form[data-panel=next]"
    tab.write(f"{form} textarea", prompt)
    tab.until(f"document.querySelector('{form} .story')?.innerText.trim() === {json.dumps(prompt)}")
    option = f"{form} [data-key=next-1]"
    assert tab.evaluate(f"document.querySelector('{option}').dataset.value") == str(likeliest)
    assert words.percent(float(first.plain[likeliest])) in tab.text(option)
    tab.click(option)
    tab.until(f"document.querySelector('{form} .story').dataset.written === '1'")
    tab.click(f"{form} [data-lab]")

    whole(tab)
    assert tab.evaluate("location.pathname") == ADDRESSES[language]
    assert (kept(tab)["prompt"], kept(tab)["written"]) == (prompt, [likeliest])
    prompt += " que" if language == "fr" else " that"
    tab.write("#prompt textarea", prompt)
    tab.press(ENTER)
    tab.until(f"document.querySelector('#panel-text .given').innerText === {json.dumps(prompt)}")
    tab.click('#strategy label:has(input[value="greedy"])')
    tab.until("document.querySelector('#temperature input[type=range]').disabled")
    tab.click("button#run")
    tab.until("+document.querySelector('#panel-text .written-text').dataset.written >= 5")
    tab.click("button#stop")
    tab.until("document.querySelector('button#run')?.checkVisibility()")
    tab.until(
        "document.querySelectorAll('#panel-tokens .chip.written').length"
        " === +document.querySelector('#panel-text .written-text').dataset.written"
    )
    written = kept(tab)["written"]
    assert isinstance(written, list)
    settings = gpt.Settings("greedy")
    assert written == [step.token.id for step in model.write(prompt, settings, len(written))]

    shown = tab.text("#panel-text .written-text")
    link = tab.evaluate("location.href")
    other = firefox.tab()
    other.home = app
    other.goto(link)
    whole(other)
    assert other.text("#panel-text .written-text") == shown
    assert kept(other)["written"] == written
    other.click("[data-language], a[hreflang]")
    other.until(f"location.pathname === {json.dumps(ADDRESSES[OTHER[language]])}")
    whole(other)
    assert kept(other)["prompt"] == prompt
    other.close()
    assert other.wrong == []


def test_a_panel_of_each_kind(tab: Tab, language: str) -> None:
    for name, pressed in KINDS.items():
        tab.size(1280, 720)
        tab.goto(f"/panels/{language}/{name}?prompt=Le+petit+chat")
        tab.until("document.querySelector('.drawing .panel')")
        if pressed:
            before = tab.evaluate("document.querySelector('.drawing').innerHTML")
            tab.click(f".drawing :is({pressed})")
            tab.until(f"document.querySelector('.drawing').innerHTML !== {json.dumps(before)}")
        tab.size(390, 844)
        assert tab.evaluate("document.documentElement.scrollWidth") == 390, name
        assert tab.evaluate(WIDE) == [], name


def test_a_slider_moves_with_the_keyboard_and_the_page_follows(tab: Tab, language: str) -> None:
    tab.goto(f"/panels/{language}/logit_curve")
    slider = "input[type=range]"
    tab.until(f"document.querySelector('{slider}')")
    was = tab.evaluate(f"document.querySelector('{slider}').value")
    before = tab.text(".drawing")
    tab.evaluate(f"document.querySelector('{slider}').focus()")
    tab.press(ARROW_RIGHT * 3)
    tab.until(f"document.querySelector('.drawing').innerText !== {json.dumps(before)}")
    assert tab.evaluate(f"document.querySelector('{slider}').value") != was


def test_a_page_is_searched_darkened_and_read_in_the_other_language(
    tab: Tab, language: str
) -> None:
    tab.goto(f"/{language}/attention/")
    tab.until("document.querySelector('.katex')")
    dark = "document.documentElement.classList.contains('dark')"
    assert not tab.evaluate(dark)
    tab.click("[data-theme-switch]")
    tab.until(dark)
    tab.click(".md-search__input")
    tab.press("softmax")
    tab.until("document.querySelector('.md-search-result__link[href]')")
    tab.goto(f"/{language}/choosing/")
    tab.until(dark)
    tab.click("[data-language]")
    tab.until(f"location.pathname === '/{OTHER[language]}/choosing/'")
    tab.until(f"document.documentElement.lang === '{OTHER[language]}'")


def test_what_goes_wrong_on_a_page_is_seen(firefox: Firefox, app: str) -> None:
    """The tests above would notice."""
    tab = firefox.tab()
    tab.home = app
    tab.goto("/fr/nowhere/")
    tab.evaluate("console.error('a message')")
    tab.evaluate("setTimeout(() => { throw new Error('a script') })")
    with pytest.raises(FirefoxError):
        tab.evaluate("nobody")
    tab.goto(f"{app.replace('127.0.0.1', 'localhost')}/healthz")
    wanted = ("status 404", "console error: a message", "a script", "foreign host: http://local")
    for each in wanted:
        assert any(each in said for said in tab.wrong), (each, tab.wrong)
    tab.close()


def test_a_firefox_that_is_named_wrongly_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("FIREFOX", str(tmp_path / "nobody"))
    with pytest.raises(NoBrowserError, match="is not a file"):
        find_firefox()
    monkeypatch.delenv("FIREFOX")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NoBrowserError, match="its tests are skipped"):
        find_firefox()
