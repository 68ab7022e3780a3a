"""On a Space: framed by huggingface.co, on ZeroGPU, asleep and awake again under an open page."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import unquote

import pytest
from playwright.sync_api import BrowserContext, FrameLocator, Page, TimeoutError, expect

from tests.browser.screen import PATIENCE
from tests.conftest import ROOT, start, wait_until_ready
from tests.ports import free_port

expect.set_options(timeout=PATIENCE)

SPACES = '''
"""What the package of that name does on ZeroGPU, as far as a Space sees it."""
import json, os, sys
assert "torch" not in sys.modules and "gradio" not in sys.modules
import gradio

asked = []

def GPU(task, *, duration):
    asked.append([task.__name__, duration])
    return task

launch = gradio.Blocks.launch

def reported(*given, **named):
    gradio.Blocks.launch = launch
    with open(os.environ["REPORT"], "a") as report:
        report.write(json.dumps(asked) + "\\n")
    if not asked:
        sys.exit("No @spaces.GPU function detected during startup")
    return launch(*given, **named)

gradio.Blocks.launch = reported
'''
FRAME = """<title>a Space</title><iframe src="{}" allow="clipboard-write; fullscreen"
  sandbox="allow-downloads allow-forms allow-modals allow-popups allow-popups-to-escape-sandbox
  allow-same-origin allow-scripts" width="1200" height="900"></iframe>"""


@pytest.fixture
def space(tmp_path: Path) -> Iterator[tuple[Callable[[], str], Callable[[], None]]]:
    """How to wake a Space, and how to put it to sleep; it has the same address each time."""
    port = free_port()
    running: list[subprocess.Popen[bytes]] = []
    (tmp_path / "spaces.py").write_text(SPACES, "utf-8")
    told = {
        **{"SYSTEM": "spaces", "SPACE_ID": "someone/book", "GRADIO_SSR_MODE": "True"},
        **{"SPACES_ZERO_GPU": "true", "REPORT": str(tmp_path / "report"), "HOST": "127.0.0.1"},
        "PYTHONPATH": os.pathsep.join([str(ROOT / "tests" / "offline"), str(tmp_path)]),
    }

    def wake() -> str:
        running.append(start(port, tmp_path, **told))
        return wait_until_ready(running[-1], port, tmp_path)

    def sleep() -> None:
        running[-1].terminate()
        assert running[-1].wait(timeout=30) == 0, (tmp_path / "log").read_text("utf-8")

    yield wake, sleep
    for process in running:
        process.kill()
        process.wait()
    assert not (tmp_path / "foreign hosts").exists()
    reports = (tmp_path / "report").read_text("utf-8").splitlines()
    assert [json.loads(each) for each in reports] == [[["lent", 5]]] * 2


@pytest.fixture
def hub() -> Iterator[str]:
    """The address of another site, which frames the address that stands in its own."""

    class Around(BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # the name is the library's
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(FRAME.format(unquote(self.path.removeprefix("/?"))).encode())

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Around) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://localhost:{server.server_port}/?"
        server.shutdown()


def framed(page: Page, address: str) -> FrameLocator:
    page.goto(address)
    return page.frame_locator("iframe")


def add_until_written(lab: FrameLocator) -> None:
    """Press "Add" until there is a second token: where Gradio saw that the server was gone, it
    opens the lab anew, at its own address, and does not do what was asked meanwhile."""
    second = lab.locator(
        "#panel-text .written-text:not([data-written='1'])[data-address*='The+cat']"
    )
    until = time.monotonic() + PATIENCE / 1000
    while time.monotonic() < until and not second.count():
        lab.locator("#add").click()
        with suppress(TimeoutError):
            second.wait_for(timeout=3000)
    assert second.count()


def test_a_page_opened_before_a_restart_goes_on(
    context: BrowserContext, hub: str, space: tuple[Callable[[], str], Callable[[], None]]
) -> None:
    wake, sleep = space
    address = wake()
    book = framed(context.new_page(), f"{hub}{address}/en/")
    panel = book.locator("form[data-panel=next]")
    panel.locator("textarea").fill("The little cat")
    panel.locator("[data-key=add]").click()
    expect(panel.locator(".story")).to_have_attribute("data-written", "1")

    other = context.new_page()
    lab = framed(other, f"{hub}{address}/lab%3Fprompt=The+cat")
    written = lab.locator("#panel-text .written-text")
    expect(lab.locator("#plot .barlayer .point").first).to_be_attached()
    lab.locator("#add").click()
    expect(written).to_have_attribute("data-written", "1")
    text = written.get_attribute("data-address")
    assert text is not None

    sleep()
    assert wake() == address

    panel.locator("[data-key=add]").click()
    expect(panel.locator(".story")).to_have_attribute("data-written", "2")
    add_until_written(lab)
    assert str(written.get_attribute("data-address")).startswith(f"{text}.")
