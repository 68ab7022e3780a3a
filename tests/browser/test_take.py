"""Taking away: files of what stands on the screen, and a panel in somebody else's page."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import unescape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from xml.etree import ElementTree

import httpx
import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from panels.screen.words import words_of
from tests.browser.axe import axe
from tests.browser.screen import Screen

SVG = "{http://www.w3.org/2000/svg}"
LEFT_BY_MOODLE = {"src", "width", "height", "title", "allowfullscreen"}


def saved(page: Page, what: Locator, folder: Path) -> Path:
    with page.expect_download() as download:
        what.click()
    file = folder / download.value.suggested_filename
    download.value.save_as(file)
    return file


def opened(page: Page) -> Locator:
    menu = page.locator(".take")
    menu.locator("summary").click()
    expect(menu.locator("[data-picture=svg]")).to_be_visible()
    return menu


def drawn(file: Path) -> str:
    """The texts of a picture, one after the other."""
    root = ElementTree.fromstring(file.read_text("utf-8"))
    return " ".join(text.text or "" for text in root.iter(f"{SVG}text"))


def test_what_is_taken_is_what_stands_on_the_screen(page: Page, tmp_path: Path) -> None:
    page.goto("/panels/fr/choice")
    page.locator("textarea[name=prompt]").fill("Le petit chat")
    expect(page.locator("[data-alone]")).to_have_attribute("href", re.compile("Le.petit.chat"))
    u = page.locator(".u-name").inner_text()
    menu = opened(page)

    numbers = saved(page, menu.locator("[data-take]").first, tmp_path).read_text("utf-8-sig")
    assert "prompt=Le+petit+chat" in numbers
    assert f";{u.removeprefix('u = ')}" in re.sub(r"(0,\d{4})\d+", r"\1", numbers)

    picture = saved(page, menu.locator("[data-picture=svg]"), tmp_path)
    told = drawn(picture)
    assert u in told
    assert page.locator(".pick .token").inner_text().strip("·") in told
    assert "conteur" in told
    assert "prompt=Le+petit+chat" in told
    source = picture.read_text("utf-8")
    assert "data:font/woff2;base64," in source
    assert "foreignObject" not in source
    assert 'fill="#fbf8f2"' in source
    painted = saved(page, menu.locator("[data-picture=png]"), tmp_path).read_bytes()
    assert painted.startswith(b"\x89PNG")
    assert int.from_bytes(painted[16:20]) == 2 * int(re.findall(r'width="(\d+)"', source)[0])

    run = saved(page, menu.get_by_text(words_of("fr")("take.run")), tmp_path)
    assert "Le petit chat" in run.read_text("utf-8")


def test_a_text_too_long_for_an_address_is_taken_whole(page: Page, tmp_path: Path) -> None:
    page.goto("/panels/en/tokens")
    page.locator("textarea[name=prompt]").fill("Once upon a time. " * 400)
    expect(page.locator("[data-key=everything-tokens], .chip").first).to_be_visible()
    expect(page.locator(".live-foot [data-lab]")).to_have_attribute("href", re.compile("lab"))
    menu = opened(page)
    file = saved(page, menu.get_by_text("JSON"), tmp_path)
    assert json.loads(file.read_text("utf-8"))["step"]["prompt"] == "Once upon a time. " * 400


def test_the_lab_is_taken_too(page: Page, tmp_path: Path) -> None:
    screen = Screen(page, "en").open()
    screen.read("The little cat")
    menu = opened(page)
    told = json.loads(saved(page, menu.get_by_text("JSON"), tmp_path).read_text("utf-8"))
    assert told["step"]["prompt"] == "The little cat"
    menu.locator("[data-picture-of]").select_option("choice")
    assert screen.u()[:6] in drawn(saved(page, menu.locator("[data-picture=svg]"), tmp_path))


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_panel_is_made_ready_and_copied(page: Page, language: str) -> None:
    words = words_of(language)
    page.goto(f"/embed/{language}?panel=choice&prompt=Le+chat")
    frame = page.frame_locator("#made iframe")
    expect(frame.locator("textarea")).to_have_value("Le chat")
    page.locator("[name='may.prompt']").select_option("locked")
    page.locator("[name='may.seed']").select_option("hidden")
    page.locator("textarea[name=prompt]").fill("Le chat noir")
    expect(page.locator("#snippet-link")).to_have_value(re.compile("Le.chat.noir.*lock=prompt"))
    expect(frame.locator("textarea")).to_be_disabled()
    expect(frame.locator("textarea")).to_have_value("Le chat noir")
    expect(frame.locator("[type=number]")).to_have_count(0)
    expect(page.locator("[data-high]")).to_be_visible()
    page.locator("[data-copy=snippet-frame]").click()
    expect(page.locator("[data-copy=snippet-frame]")).to_have_text(words("embed.copied"))
    expect(page.locator(".code svg")).to_be_visible()
    for width in (1440, 320):
        page.set_viewport_size({"width": width, "height": 800})
        assert axe(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.locator("[name=panel]").select_option("attention")
    expect(page.locator("[name='may.block']")).to_be_visible()


@pytest.fixture
def course(app: str, client: httpx.Client) -> Iterator[str]:
    """A page of another origin, which frames panels as a course does."""
    asked = {"panel": "next", "prompt": "The cat", "language": "en"}
    made = client.get("/embed/en", params=asked).text
    snippets = {
        kind: unescape(text)
        for kind, text in re.findall(r'id="snippet-(\w+)"[^>]*>(.*?)</textarea>', made, re.DOTALL)
    }
    moodle = re.sub(
        r'\s([\w-]+)="[^"]*"',
        lambda found: found[0] if found[1] in LEFT_BY_MOODLE else "",
        re.search(r"<iframe.*?</iframe>", snippets["moodle"])[0],  # type: ignore[index]
    )
    locked = f"{app}/panels/fr/choice?prompt=Le+chat&lock=prompt.temperature&hide=seed"
    body = "".join(
        [
            "<title>course</title>",
            f'<iframe id="narrow" sandbox="allow-scripts" width="280" src="{locked}"></iframe>',
            moodle.replace("<iframe", '<iframe id="moodle"'),
            f'<iframe id="lab" sandbox="allow-scripts" width="600" src="{app}/labo"></iframe>',
            snippets["script"],
        ]
    ).encode()

    class Course(BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # the name is the library's
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Course) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://localhost:{server.server_port}/"
        server.shutdown()


def test_panels_in_a_course_hold_to_what_it_allows(context: BrowserContext, course: str) -> None:
    """Sandboxed with scripts alone, nothing kept there; two on one page; what Moodle leaves."""
    page = context.new_page()
    page.goto(course)

    narrow = page.frame_locator("#narrow")
    expect(narrow.locator("textarea")).to_be_disabled()
    expect(narrow.locator("[data-name=temperature]")).to_be_disabled()
    expect(narrow.locator("input[type=number]")).to_have_count(0)
    u = narrow.locator(".u").get_attribute("data-u")
    narrow.locator("[data-key=another]").click()
    expect(narrow.locator(".u")).not_to_have_attribute("data-u", str(u))
    assert narrow.locator("body").evaluate("() => document.documentElement.scrollWidth") <= 280
    narrow.locator(".take summary").click()
    expect(narrow.locator(".take-barred")).to_contain_text("/panels/fr/choice?")
    expect(narrow.locator("[data-pictures]")).to_be_hidden()

    for frame in ("#narrow", "#moodle"):
        inside = page.frame_locator(frame).locator("main").evaluate("e => e.offsetHeight")
        page.wait_for_function(
            "([frame, high]) => Math.abs(document.querySelector(frame).clientHeight - high) < 12",
            arg=[frame, page.frame_locator(frame).locator("main").evaluate("e => e.offsetHeight")],
        )
        assert inside > 100

    moodle = page.frame_locator("#moodle")
    moodle.locator("textarea").fill("The cat sat")
    moodle.locator("textarea").press("Enter")
    expect(moodle.locator(".story")).to_contain_text("The cat sat")
    with page.expect_popup() as popup:
        moodle.locator("[data-alone]").click()
    assert "/panels/en/next" in popup.value.url
    assert popup.value.evaluate("window.opener") is None
    assert page.url == course

    lab = page.frame_locator("#lab")
    expect(lab.locator(".sandboxed")).to_contain_text(words_of("fr")("take.lab_barred"))
    expect(lab.locator(".sandboxed a")).to_have_attribute("href", re.compile(r"/labo$"))
    assert context.cookies() == []


def test_a_run_and_a_course_open_from_a_disk(
    context: BrowserContext, client: httpx.Client, app: str, tmp_path: Path
) -> None:
    asked = {"prompt": "Once upon a time", "written": "12.595.347"}
    file = tmp_path / "run.html"
    file.write_bytes(client.get("/panels/en/text.html", params=asked).content)
    asked_for: list[str] = []
    page = context.new_page()
    page.on("request", lambda request: asked_for.append(request.url))
    page.goto(file.as_uri())
    expect(page.locator("details")).to_have_count(4)
    expect(page.locator("p.text")).to_contain_text("Once upon a time, there was")
    assert page.evaluate("document.fonts.check('16px Literata')")
    assert axe(page) == []
    assert [url for url in asked_for if not url.startswith(("file:", "data:"))] == []

    own = tmp_path / "course.html"
    own.write_text(f'<title>course</title><iframe src="{app}/panels/en/next"></iframe>', "utf-8")
    page.goto(own.as_uri())
    expect(page.frame_locator("iframe").locator("textarea")).to_be_visible()
