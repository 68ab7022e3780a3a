"""The pages in a real browser: every panel of every page answers, in both languages."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Locator,
    Page,
    Request,
    Route,
    expect,
)

from panels.catalogue import PANELS
from panels.pages.recording import recorded
from panels.screen.words import LANGUAGES, SITE, words_of
from tests.browser.axe import axe
from tests.browser.screen import PATIENCE

TABLE: list[dict[str, Any]] = tomllib.loads((SITE / "pages.toml").read_text("utf-8"))["page"]
FILES = [row["file"] for row in TABLE]
OTHER = {"fr": "en", "en": "fr"}
PHONE = {"width": 390, "height": 844}

expect.set_options(timeout=PATIENCE)


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def address(language: str, file: str) -> str:
    return f"/{language}/" + ("" if file == "index.md" else f"{file.removesuffix('.md')}/")


@pytest.mark.parametrize("row", TABLE, ids=FILES)
def test_every_panel_of_a_page_answers(page: Page, row: dict[str, Any], language: str) -> None:
    page.goto(address(language, row["file"]))
    expect(page.locator("html")).to_have_attribute("lang", language)
    assert page.locator("form.live").count() == len(row["panels"])
    for name in row["panels"]:
        form = page.locator(f'form[data-panel="{name}"]')
        drawing = form.locator(".drawing")
        before = drawing.inner_html()
        if "prompt" in PANELS[name].reads:
            form.locator("textarea").fill("Le petit chat")
            expect(form.locator("[data-lab]")).to_have_attribute("href", _holding("Le+petit+chat"))
            expect(drawing).not_to_have_js_property("innerHTML", before)
        for control in PANELS[name].controls:
            if drawing.locator(f"[name={control.name}]").count():
                continue  # the drawing has a field of its own for it, which counts
            before = drawing.inner_html()
            slider = form.locator(f"input[name={control.name}]")
            here = float(slider.input_value())
            other = control.least if here > control.least else control.most
            _move(slider, other)
            expect(drawing).not_to_have_js_property("innerHTML", before)
            with page.expect_response("**/fragments/**"):
                _move(slider, here)
            expect(form).not_to_have_class(re.compile("htmx-request"))


@pytest.mark.parametrize("file", FILES)
def test_axe_finds_nothing_serious_light_or_dark(page: Page, file: str, language: str) -> None:
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.goto(address(language, file))
        here = re.compile(r"\bdark\b" if scheme == "dark" else r"\bjs\b")
        expect(page.locator("html.js")).to_have_class(here)
        assert axe(page) == [], scheme


@pytest.mark.parametrize("name", PANELS)
def test_a_panel_alone_passes_axe_and_fits_a_phone(page: Page, name: str, language: str) -> None:
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    page.goto(f"/panels/{language}/{name}?prompt=Le+petit+chat")
    expect(page.locator(".drawing .panel, .drawing .written-text").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert axe(page) == []


CUT_OFF = """() => [
  ...[...document.querySelectorAll(".drawing *")].filter((e) =>
    getComputedStyle(e).overflowX === "hidden" && e.scrollWidth > e.clientWidth + 1
    && !e.closest(".hidden, .slice, svg")),
  ...[...document.querySelectorAll("figure.drawn text, svg.whole text")].filter((e) => {
    const { x, width } = e.getBBox();
    return !e.hasAttribute("transform") && (x < 0 || x + width > 361);
  }),
].map((e) => e.outerHTML.slice(0, 120))"""


HEADER_CUT = """() => {
  const [...parts] = document.querySelectorAll(
    ".book-menu, .book-name, .book-tools > :is(a, button, label)"
  );
  return parts.filter((e) => e.offsetWidth).filter((e) => {
    const { left, right } = e.getBoundingClientRect();
    return left < 0 || right > innerWidth || e.scrollWidth > e.clientWidth;
  }).map((e) => e.outerHTML.slice(0, 120));
}"""


@pytest.mark.parametrize("file", FILES)
def test_a_page_fits_a_phone_and_a_desk_and_cuts_nothing_off(
    page: Page, file: str, language: str
) -> None:
    """The narrowest is a desk's window of 1,280 pixels, enlarged four times."""
    page.goto(address(language, file))
    for width, height in ((1440, 844), (390, 844), (320, 256)):
        page.set_viewport_size({"width": width, "height": height})
        assert page.evaluate("document.scrollingElement.scrollWidth") == width
        assert page.evaluate(CUT_OFF) == []
        assert page.evaluate(HEADER_CUT) == []


BELOW = "document.querySelector('form[data-panel=next]').getBoundingClientRect().top + scrollY"


def test_the_first_page_writes_a_sentence_by_itself_and_moves_nothing(
    page: Page, language: str
) -> None:
    panel, words = page.locator(".sentence-panel"), words_of(language)
    made, said = panel.locator(".made"), panel.locator(".made.arrived")
    button, told = panel.locator("[data-writing]"), panel.locator("[data-told]")
    with page.expect_response("**/fragments/*/sentence"):
        page.goto(f"/{language}/")
    expect(button).to_have_text(words("text.stop"))
    below = page.evaluate(BELOW)
    expect(said.nth(1)).to_be_visible()
    expect(made.last).to_be_hidden()
    expect(told).to_have_text("")
    page.locator("form[data-panel=next] textarea").fill("Le renard")
    expect(button).to_have_text(words("text.run"))
    count = said.count()
    button.focus()
    page.keyboard.press("Enter")
    expect(button).to_have_text(words("text.stop"))
    expect(button).to_have_text(words("sentence.again"))
    expect(made.last).to_be_visible()
    assert 1 < count < made.count()
    whole = "".join(each["text"] for each in recorded(language)["sentence"]["tokens"])
    expect(panel.locator(".story")).to_have_text(re.compile(re.escape(whole) + "$"))
    expect(told).to_have_text(re.compile(re.escape(whole) + "$"))
    assert page.evaluate(BELOW) == below


def test_without_the_server_or_motion_the_recorded_sentence_stands(
    context: BrowserContext, app: str, language: str
) -> None:
    page = context.new_page()
    page.route("**/fragments/**", lambda route: route.abort())
    page.goto(f"{app}/{language}/")
    expect(page.locator(".sentence-panel .made.arrived").nth(2)).to_be_visible()
    page.emulate_media(reduced_motion="reduce")
    page.reload()
    for piece in page.locator(".sentence-panel .made").all():
        expect(piece).to_be_visible()
    expect(page.locator("[data-writing]")).to_be_hidden()


def test_the_first_panel_writes_on(page: Page, language: str) -> None:
    page.goto(f"/{language}/")
    form = page.locator("form[data-panel=next]")
    story = form.locator(".story")
    for count in (1, 2):
        page.locator("[data-key=add]").click()
        expect(story).to_have_attribute("data-written", str(count))
    page.locator("[data-key=next-2]").click()
    expect(story).to_have_attribute("data-written", "3")
    page.locator("[data-key=back]").click()
    expect(story).to_have_attribute("data-written", "2")
    expect(form.locator("[data-lab]")).to_have_attribute("href", _holding("written="))
    page.locator("form.live textarea").fill("Le chat")
    expect(story).to_have_attribute("data-written", "0")


def test_the_model_is_asked_and_goes_on_token_by_token(page: Page, language: str) -> None:
    page.goto(f"/{language}/")
    form, words = page.locator("form[data-panel=continues]"), words_of(language)
    panel, ask, halt = (form.locator(name) for name in ("section", "[data-key=ask]", "[data-halt]"))
    expect(panel).to_have_attribute("data-over", "")
    recorded = form.locator(".made").all_inner_texts()
    pill = form.locator("[data-key=ask-1]")
    question = pill.inner_text()
    pill.click()
    expect(form.locator(".question")).to_have_text(question)
    expect(halt).to_be_focused()
    expect(ask).to_be_hidden()
    expect(form.locator(".drawing")).to_have_attribute("aria-busy", "true")
    expect(form.locator(".made").nth(3)).to_be_attached()
    halt.click()
    expect(halt).to_be_hidden()
    expect(ask).to_have_text(words("continues.again"))
    expect(ask).to_be_focused()
    expect(form.locator(".drawing")).to_have_attribute("aria-busy", "false")
    assert panel.get_attribute("data-over") is None
    ask.press("Enter")
    expect(halt).to_be_visible()
    expect(halt).to_be_hidden()
    expect(panel).to_have_attribute("data-over", "")
    expect(ask).to_be_focused()
    assert form.locator(".made").all_inner_texts() != recorded
    expect(form.locator("[data-alone]")).to_have_attribute("href", _holding("written="))


def test_who_wants_no_motion_gets_the_answer_at_one_go(page: Page, language: str) -> None:
    page.emulate_media(reduced_motion="reduce")
    page.goto(f"/{language}/")
    form = page.locator("form[data-panel=continues]")
    with page.expect_response("**/fragments/**") as answered:
        form.locator("[data-key=ask]").click()
    assert "data-over" in answered.value.text()
    expect(form.locator("input[name=seed]")).to_have_value("8")


def test_without_a_script_the_question_is_asked_on_a_page_of_its_own(
    browser: Browser, base_url: str, language: str
) -> None:
    with browser.new_context(java_script_enabled=False, base_url=base_url) as context:
        page = context.new_page()
        page.goto(f"/{language}/")
        asked = page.locator("form[data-panel=continues]")
        expect(asked.locator(".made").first).to_be_visible()
        before = asked.locator(".made").all_inner_texts()
        asked.locator("[data-key=ask]").click()
        expect(page).to_have_url(_holding(f"/panels/{language}/continues"))
        expect(page.locator("section")).to_have_attribute("data-over", "")
        assert page.locator(".made").all_inner_texts() != before


def test_a_space_at_the_end_is_said_after_a_pause_and_taken_away(page: Page, language: str) -> None:
    page.goto(f"/{language}/in-and-out/")
    form = page.locator("form[data-panel=tokens]")
    prompt, note = form.locator("textarea"), form.locator("[data-late]")
    prompt.fill("Le chat ")
    expect(note).to_be_attached()
    expect(note).to_be_visible()
    assert axe(page) == []
    note.locator("button").click()
    expect(note).to_have_count(0)
    expect(prompt).to_have_value("Le chat")
    expect(prompt).to_be_focused()
    page.reload()
    expect(prompt).to_have_value("Le chat")


def test_without_a_script_the_space_is_taken_away_too(
    browser: Browser, base_url: str, language: str
) -> None:
    with browser.new_context(java_script_enabled=False, base_url=base_url) as context:
        page = context.new_page()
        page.goto(f"/panels/{language}/rows?prompt=Le+chat+")
        page.locator("[data-key=trim]").click()
        expect(page.locator("[data-key=trim]")).to_have_count(0)
        expect(page.locator("textarea")).to_have_value("Le chat")


def test_a_slider_redraws_and_replays_the_same_number(page: Page, language: str) -> None:
    page.goto(f"/{language}/choosing/")
    form = page.locator("form[data-panel=choice]")
    u = form.locator(".u").get_attribute("data-u")
    kept = form.locator("section").get_attribute("data-kept")
    _move(form.locator("input[name=top_k]"), 1)
    expect(form.locator("section")).to_have_attribute("data-kept", "1")
    assert kept != "1"
    assert form.locator(".u").get_attribute("data-u") == u
    form.locator("select").select_option("greedy")
    expect(form.locator(".u")).to_have_count(0)


def test_the_prompt_goes_along_and_the_language_stays_on_the_page(
    page: Page, language: str
) -> None:
    page.goto(f"/{language}/")
    page.locator("form.live textarea").fill("Le renard")
    expect(page.locator("form[data-panel=next] .story")).to_have_text("Le renard")
    page.locator("a.next").click()
    expect(page.locator("form.live textarea")).to_have_value("Le renard")
    expect(page.locator("#tokens")).to_be_attached()
    expect(page.locator(".drawing .chip")).to_have_count(3)
    page.locator("a.book-language").click()
    other = OTHER[language]
    expect(page).to_have_url(f"{page.url.split('/', 3)[0]}//{page.url.split('/')[2]}"
                             f"/{other}/in-and-out/")  # fmt: skip
    expect(page.locator("html")).to_have_attribute("lang", other)
    expect(page.locator("form.live textarea")).to_have_value("Le renard")


def test_arrows_select_positions_on_a_page(page: Page, language: str) -> None:
    page.goto(f"/{language}/in-and-out/")
    last = page.locator(".chip").count() - 1
    page.locator(".chip").last.focus()
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".chip").nth(last - 1)).to_have_attribute("aria-selected", "true")
    expect(page.locator(".chip").nth(last - 1)).to_be_focused()


def test_a_page_reads_without_a_script(browser: Browser, base_url: str, language: str) -> None:
    with browser.new_context(java_script_enabled=False, base_url=base_url) as context:
        page = context.new_page()
        page.goto(f"/{language}/logits/")
        expect(page.locator("table.rows tr.last")).to_be_visible()
        page.locator("form.live textarea").fill("Le chat")
        page.locator("form.live button.primary").click()
        expect(page.locator("table.rows tbody tr")).to_have_count(3)


def test_a_server_asked_for_too_much_or_asleep_is_said_and_waited_for(
    context: BrowserContext, app: str
) -> None:
    page = context.new_page()
    page.goto(f"{app}/fr/logits/")
    full = {"status": 429, "headers": {"Retry-After": "1"}}
    page.route("**/fragments/**", lambda route: route.abort())
    page.route("**/fragments/**", lambda route: route.fulfill(**full), times=1)
    page.locator("form.live textarea").fill("Le chat")
    sleeps = page.locator(".live-sleeps")
    expect(sleeps).to_have_text(words_of("fr")("live.busy"))
    expect(sleeps).to_have_text(words_of("fr")("live.sleeps"))
    expect(sleeps).to_be_visible()
    page.unroute("**/fragments/**")
    expect(sleeps).to_be_hidden()
    expect(page.locator("table.rows tbody tr")).to_have_count(3)


def test_a_newer_prompt_replaces_one_on_its_way_without_a_word(page: Page) -> None:
    held: list[Route] = []
    page.goto("/fr/logits/")
    page.route("**/fragments/**", lambda route: held.append(route), times=1)
    prompt = page.locator("form.live textarea")
    with page.expect_request("**/fragments/**"):
        prompt.fill("Le")
    prompt.fill("Le chat")
    expect(page.locator("table.rows tbody tr")).to_have_count(3)
    assert len(held) == 1


@pytest.fixture
def course(app: str) -> Iterator[str]:
    """A page of somebody else's, which embeds two panels, sandboxed and narrow."""
    frame = (
        '<iframe sandbox="allow-scripts allow-forms" width="340" height="600" src="{}"></iframe>'
    )
    frames = [f"{app}/panels/fr/next?prompt=Le+chat", f"{app}/panels/en/choice?prompt=The+cat"]
    body = ("<title>course</title>" + "".join(map(frame.format, frames))).encode()

    class Course(BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # the name is the library's
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Course) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def test_panels_live_in_the_page_of_a_course(context: BrowserContext, course: str) -> None:
    page = context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))

    def on_console(said: ConsoleMessage) -> None:
        if said.type == "error":
            wrong.append(said.text)

    page.on("console", on_console)
    page.goto(course)
    story, choice = page.frame_locator("iframe").first, page.frame_locator("iframe").last
    story.locator("[data-key=add]").click()
    expect(story.locator(".story")).to_have_attribute("data-written", "1")
    before = choice.locator(".u").get_attribute("data-u")
    choice.locator("[data-key=another]").click()
    expect(choice.locator(".u")).not_to_have_attribute("data-u", str(before))
    assert choice.locator("body").evaluate("document.documentElement.scrollWidth") <= 340
    assert wrong == []


@pytest.mark.parametrize("file", FILES)
def test_a_page_is_light(page: Page, file: str, language: str) -> None:
    sizes: list[int] = []

    def on_finished(request: Request) -> None:
        sizes.append(request.sizes()["responseBodySize"])

    page.on("requestfinished", on_finished)
    page.goto(address(language, file), wait_until="networkidle")
    assert sum(sizes) < 400_000


def _move(slider: Locator, value: float) -> None:
    slider.evaluate(
        "(e, to) => { e.value = to; e.dispatchEvent(new Event('input', { bubbles: true })) }", value
    )


def _holding(part: str) -> Any:
    return re.compile(re.escape(part))
