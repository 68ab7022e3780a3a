"""The app as its own process, the machine in a line, and the figures in a table."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Page, sync_playwright

from tests.browser.finding import ARGUMENTS, find_browser
from tests.ports import free_port

ROOT = Path(__file__).parent.parent
PATIENCE = 120.0
Health = Callable[[dict[str, object]], bool]


@dataclass(frozen=True)
class App:
    """A running app, ours or a peer: its process, its address, and when that was started."""

    process: subprocess.Popen[bytes]
    address: str
    started: float

    def wait(self, enough: Health) -> float:
        """Seconds from the start of the process until `/healthz` answers what is asked for."""
        return self.until("/healthz", lambda answer: enough(answer.json()))

    def until(self, path: str, enough: Callable[[httpx.Response], bool]) -> float:
        """Seconds from the start of the process until an address answers what is asked for."""
        with httpx.Client(trust_env=False) as client:
            while time.perf_counter() - self.started < PATIENCE:
                try:
                    if enough(client.get(f"{self.address}{path}")):
                        return time.perf_counter() - self.started
                except httpx.TransportError:
                    time.sleep(0.005)
        raise TimeoutError(f"the app was not ready after {PATIENCE:.0f} s")

    def first_page(self) -> float:
        """Seconds from the start of the process until a page has been read."""
        httpx.get(f"{self.address}/en/", trust_env=False).raise_for_status()
        return time.perf_counter() - self.started


@contextmanager
def app() -> Iterator[App]:
    """Start the app on a free port; end it when the measurement is done."""
    port = free_port()
    with serving(
        ["app.py"], port, env={**os.environ, "HOST": "127.0.0.1", "PORT": str(port)}
    ) as it:
        yield it


@contextmanager
def serving(command: Sequence[str], port: int, **how: Any) -> Iterator[App]:
    """Start a Python program that serves on this port; end it when the measurement is done."""
    started = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, *command], cwd=ROOT, stdout=subprocess.DEVNULL, **how
    )
    try:
        yield App(process, f"http://127.0.0.1:{port}", started)
    finally:
        process.terminate()
        process.wait()


@contextmanager
def lab(running: App) -> Iterator[Page]:
    """The English lab in a real browser, its model in memory."""
    running.wait(lambda health: health["model"] is True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_browser(playwright.chromium.executable_path), args=list(ARGUMENTS)
        )
        page = browser.new_page()
        page.goto(f"{running.address}/lab")
        page.wait_for_function("window.__gradio_session_hash__")
        page.locator("#add").wait_for()
        page.wait_for_load_state("networkidle")
        yield page
        browser.close()


def machine() -> str:
    """The processor, its cores, the system, the versions that matter, and what else is running."""
    versions = ", ".join(f"{name} {version(name)}" for name in ("gradio", "torch", "transformers"))
    return (
        f"{_processor()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; "
        f"Python {platform.python_version()}, {versions}"
    )


def _processor() -> str:
    information = Path("/proc/cpuinfo")
    if information.is_file():
        for line in information.read_text("utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


@dataclass(frozen=True)
class Line:
    """One figure, beside a peer's where it has one, and what we aim at.

    With a peer, the aim is of ours divided by theirs, else of the figure itself. `least` says that
    more is better: the aim is a lower bound.
    """

    what: str
    peer: str
    ours: float
    theirs: float | None = None
    unit: str = "ms"
    aim: float | None = None
    least: bool = False

    @property
    def cells(self) -> tuple[str, str, str, str, str]:
        """What is measured, ours, the peer's, the ratio, the aim, as a table shows them."""
        theirs = "" if self.theirs is None else f"{self.peer}: {self.written(self.theirs)}"
        ratio = "" if self.theirs is None else f"{self.ours / self.theirs:.2f} ×"
        aim = ""
        if self.aim is not None:
            bound = "≥" if self.least else "≤"
            aim = f"{bound} {self.aim:g} ×" if self.theirs else f"{bound} {self.written(self.aim)}"
        return self.what, self.written(self.ours), theirs, ratio, aim

    def written(self, value: float) -> str:
        """A value with three figures and its unit."""
        if self.unit == "":
            return f"{value:,.0f}"
        decimals = max(0, 2 - (len(str(int(abs(value)))) - 1)) if value else 0
        return f"{value:,.{decimals}f} {self.unit}"


HEAD = ("what", "ours", "the peer’s", "ours ÷ theirs", "aim")


def show(lines: Sequence[Line]) -> None:
    """Print the figures as a table, and the machine under it."""
    rows = [HEAD, *(line.cells for line in lines)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)))
    print(f"on {machine()}", flush=True)
