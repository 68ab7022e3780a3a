"""The app as its own process, the machine in a line, and a table to print."""

from __future__ import annotations

import os
import platform
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import httpx
from playwright.sync_api import Page, sync_playwright

from tests.browser.finding import ARGUMENTS, find_browser

ROOT = Path(__file__).parent.parent
PATIENCE = 120.0
Health = Callable[[dict[str, object]], bool]


@dataclass(frozen=True)
class App:
    """A running app: its process, its address, and when its process was started."""

    process: subprocess.Popen[bytes]
    address: str
    started: float

    def wait(self, enough: Health) -> float:
        """Seconds from the start of the process until `/healthz` answers what is asked for."""
        with httpx.Client(trust_env=False) as client:
            while time.perf_counter() - self.started < PATIENCE:
                try:
                    if enough(client.get(f"{self.address}/healthz").json()):
                        return time.perf_counter() - self.started
                except httpx.TransportError:
                    time.sleep(0.005)
        raise TimeoutError(f"the app was not ready after {PATIENCE:.0f} s")


@contextmanager
def app() -> Iterator[App]:
    """Start the app on a free port; end it when the measurement is done."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port = trial.getsockname()[1]
    started = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "app.py"],
        cwd=ROOT,
        env={**os.environ, "HOST": "127.0.0.1", "PORT": str(port)},
        stdout=subprocess.DEVNULL,
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
    versions = ", ".join(f"{name} {version(name)}" for name in ("gradio", "torch"))
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


def show(title: str, rows: Sequence[tuple[str, str]]) -> None:
    """Print a small table under a title, and the machine under it."""
    width = max(len(name) for name, _ in rows)
    print(f"\n{title}")
    for name, value in rows:
        print(f"  {name:<{width}}  {value}")
    print(f"  on {machine()}")
