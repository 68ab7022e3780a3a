"""What only a browser can tell of the serving layer: the lab lives, and in its language."""

from __future__ import annotations

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from playwright.sync_api import BrowserContext, Page, expect

PAGES = [("/labo", "fr"), ("/lab", "en")]


@pytest.mark.parametrize(("address", "language"), PAGES)
def test_the_lab_opens_under_its_policy(page: Page, address: str, language: str) -> None:
    page.goto(address)
    expect(page.locator("#add")).to_be_visible()
    page.wait_for_function("window.__gradio_session_hash__")
    expect(page.locator("html")).to_have_attribute("lang", language)


def test_the_root_leads_to_the_first_page(page: Page) -> None:
    page.goto("/?prompt=The+cat")
    expect(page).to_have_title("GPT, an Open Book")
    expect(page.locator("form.live textarea").first).to_have_value("The cat")


@pytest.fixture
def course(app: str) -> Iterator[str]:
    """The address of somebody else's page, which frames the lab."""
    body = f'<title>course</title><iframe src="{app}/lab" title="lab"></iframe>'.encode()

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


def test_a_page_may_be_framed_by_anyone(context: BrowserContext, course: str) -> None:
    page = context.new_page()
    page.goto(course)
    expect(page.frame_locator("iframe").locator("#add")).to_be_visible()
