"""From page to page: what the reader set goes along, the search understands French, paper too."""

from __future__ import annotations

import re
from unicodedata import normalize

import pytest
from playwright.sync_api import Page, expect

from panels.pages.recording import recorded
from panels.screen.state import ADDRESS_CHARACTERS
from panels.screen.words import LANGUAGES, SITE, words_of
from tests.browser.screen import ADDRESSES, PATIENCE

expect.set_options(timeout=PATIENCE)


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_prompt_and_settings_go_to_the_next_page_and_to_the_lab(page: Page, language: str) -> None:
    page.goto(f"/{language}/two-parts/")
    form = page.locator("form[data-panel=two_parts]")
    form.locator("textarea").fill("Le renard")
    form.locator("select").select_option("greedy")
    expect(form.locator(".choice-part p.chosen")).to_be_visible()
    with page.expect_response("**/fragments/**"):
        form.locator("input[name=seed]").fill("11")
    expect(form).not_to_have_class(re.compile("htmx-request"))
    page.goto(f"/{language}/whole-picture/")
    whole = page.locator("form[data-panel=whole]")
    expect(whole.locator("select")).to_have_value("greedy")
    expect(whole.locator("input[name=seed]")).to_have_value("11")
    expect(whole.locator("textarea")).to_have_value("Le renard")
    expect(whole.locator("[data-stage=choice]")).to_contain_text(words_of(language)("whole.greedy"))
    page.locator("a.book-lab").click()
    expect(page).to_have_url(re.compile(ADDRESSES[language] + r"\?.*prompt=Le\+renard"))
    expect(page).to_have_url(re.compile(r"strategy=greedy"))
    expect(page).to_have_url(re.compile(r"seed=11"))


def test_the_whole_picture_is_the_readers(page: Page, language: str) -> None:
    page.goto(f"/{language}/whole-picture/")
    svg = page.locator("svg.whole")
    example = recorded(language)["whole"]
    expect(svg.locator("[data-stage=tokens]")).to_contain_text(str(example["tokens"][-1]["id"]))
    page.locator("form.live textarea").fill("Le renard dort")
    expect(svg.locator("[data-stage=tokens]")).to_contain_text("renard")
    expect(svg.locator("[data-stage=vectors]")).to_contain_text("× 256")
    svg.locator("[data-stage=attention]").click()
    expect(page).to_have_url(re.compile(rf"/{language}/attention/$"))
    prompt = page.locator("form[data-panel=attention] textarea")
    expect(prompt).to_have_value("Le renard dort")


def test_the_index_of_the_search_comes_when_it_is_turned_to(page: Page, language: str) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"/{language}/", wait_until="networkidle")
    assert not [url for url in asked if "search_index" in url]
    with page.expect_response("**/search/search_index.json"):
        page.locator("input.md-search__input").click()


@pytest.mark.parametrize("asked", ["l’attention", "l'attention", "attention", "d’un neurone"])
def test_the_search_understands_french(page: Page, asked: str) -> None:
    page.goto("/fr/")
    page.locator("input.md-search__input").click()
    page.locator("input.md-search__input").press_sequentially(asked)
    first = page.locator("a.md-search-result__link").first
    to = "feed-forward" if "neurone" in asked else "attention"
    expect(first).to_have_attribute("href", re.compile(f"/fr/{to}/"))


SAME: dict[str, list[tuple[str, ...]]] = {
    "fr": [
        ("échantillonnage", "echantillonnage", "l’ÉCHANTILLONNAGE"),
        ("modèle", "modele"),
        ("probabilités", "probabilites"),
        ("réseau", "reseau"),
        ("cœur", "coeur", "Cœur"),
        ("endoftext", "<|endoftext|>"),
    ],
    "en": [("sampling", "sàmpling"), ("attention", "attentíon"), ("endoftext", "<|endoftext|>")],
}
FOUND = """() => [
  [...document.querySelectorAll("a.md-search-result__link")].map((e) => e.getAttribute("href")),
  [...document.querySelectorAll(".md-search-result mark")].map((e) => e.textContent.toLowerCase()),
]"""


def test_the_search_finds_the_same_with_accents_and_without(page: Page, language: str) -> None:
    page.goto(f"/{language}/")
    box, said = page.locator("input.md-search__input"), page.locator(".md-search-result__meta")
    box.click()
    nothing = {"fr": "Taper pour démarrer la recherche", "en": "Type to start searching"}[language]

    def found(asked: str) -> tuple[list[str], list[str]]:
        box.fill("")
        box.press("End")
        expect(said).to_have_text(nothing)
        box.fill(asked[:-1])
        box.press_sequentially(asked[-1])
        expect(said).not_to_have_text(nothing)
        pages, marked = page.evaluate(FOUND)
        return pages, marked

    for word, *others in SAME[language]:
        pages, marked = found(word)
        assert pages, word
        assert word in {mark.removesuffix("s") if mark != word else mark for mark in marked}
        for other in (*others, normalize("NFD", word)):
            assert found(other) == (pages, marked), other
    assert any("/in-and-out/" in each for each in pages)


def test_the_other_language_opens_at_the_same_place_with_the_readers_state(
    page: Page, language: str
) -> None:
    other = "en" if language == "fr" else "fr"
    page.goto(f"/{language}/choosing/#top-p")
    form = page.locator("form[data-panel=choice]")
    form.locator("textarea").fill("Le renard")
    form.locator("input[name=seed]").fill("11")
    page.locator("a.book-language").click()
    expect(page).to_have_url(re.compile(rf"/{other}/choosing/#top-p$"))
    expect(page.locator("#top-p")).to_be_in_viewport()
    expect(form.locator("textarea")).to_have_value("Le renard")
    expect(form.locator("input[name=seed]")).to_have_value("11")

    page.goto(f"/{other}/choosing/?prompt=Le+loup&top_k=3#top-k")
    expect(form.locator("input[name=top_k]")).to_have_value("3")
    form.locator("textarea").fill("Le chat & l’été")
    page.locator("a.book-language").click()
    expect(page).to_have_url(re.compile(rf"/{language}/choosing/\?.*prompt=Le\+chat.*#top-k$"))
    expect(form.locator("textarea")).to_have_value("Le chat & l’été")
    expect(form.locator("input[name=top_k]")).to_have_value("3")

    page.goto(f"{ADDRESSES[language]}?prompt=Le+loup&seed=11#step-choice")
    page.locator("a.language").click()
    expect(page).to_have_url(
        re.compile(rf"{ADDRESSES[other]}\?prompt=Le\+loup&seed=11#step-choice$")
    )
    expect(page.locator("#prompt textarea")).to_have_value("Le loup")


def test_a_text_that_is_too_long_for_a_link_is_left_out_of_it(page: Page, language: str) -> None:
    page.goto(f"/{language}/logits/?seed=11")
    page.locator("form.live textarea").fill("mot " * 5_000)
    lab = page.locator("a.book-lab")
    lab.focus()
    expect(lab).to_have_attribute("href", f"{ADDRESSES[language]}?seed=11")
    assert f"MOST = {ADDRESS_CHARACTERS};" in (SITE / "assets/js/address.js").read_text("utf-8")
    page.locator("form.live textarea").fill("Le chat")
    lab.focus()
    expect(lab).to_have_attribute("href", f"{ADDRESSES[language]}?seed=11&prompt=Le+chat")


def test_a_page_on_paper_is_a_handout(page: Page, language: str) -> None:
    page.goto(f"/{language}/attention/")
    expect(page.locator("html.js")).to_be_attached()
    page.emulate_media(media="print")
    for shown in ("h1", "figure.drawn svg", ".map", "figure.quoted pre", ".katex-display"):
        expect(page.locator(shown).first).to_be_visible()
    for answer in page.locator("details.question p:not(.admonition-title)").all():
        expect(answer).to_be_visible()
    expect(page.locator(".panel").first).to_have_css("print-color-adjust", "exact")
    for gone in ("header.md-header", ".live-foot", ".live-prompt button", "a.next"):
        expect(page.locator(gone).first).to_be_hidden()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") in (
        "rgb(255, 255, 255)", "rgba(0, 0, 0, 0)",
    )  # fmt: skip
