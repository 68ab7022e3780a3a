"""What several test folders share: the real app, running as its reader's process runs."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from panels.pages import building
from tests.ports import free_port

os.environ["HF_HUB_OFFLINE"] = "1"  # no test asks the real Hub; it is read on first use

ROOT = Path(__file__).parent.parent
PATIENCE = 120.0
"""Seconds that the app may take to answer and to have its model in memory, on a busy machine."""


def pytest_configure(config: pytest.Config) -> None:
    """The pages are built once, before the workers each start an app that would build them."""
    if not hasattr(config, "workerinput"):
        building.build()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The browser's tests run last: Playwright keeps an event loop running in the main thread."""
    items.sort(key=lambda item: "browser" in item.path.parts)


def start(port: int, folder: Path, **environment: str) -> subprocess.Popen[bytes]:
    """The app as a process of its own, the network cut, what it says written to `folder/log`."""
    with (folder / "log").open("wb") as log:
        return subprocess.Popen(
            [sys.executable, "app.py"],
            cwd=ROOT,
            env={
                **{name: value for name, value in os.environ.items() if name != "HOST"},
                "PORT": str(port),
                "PYTHONPATH": str(ROOT / "tests" / "offline"),
                "FOREIGN_HOSTS": str(folder / "foreign hosts"),
                **environment,
            },
            stdout=log,
            stderr=subprocess.STDOUT,
        )


def wait_until_ready(process: subprocess.Popen[bytes], port: int, folder: Path) -> str:
    """The address of the app, once its model is in memory."""
    address = f"http://127.0.0.1:{port}"
    until = time.monotonic() + PATIENCE
    with httpx.Client(trust_env=False) as client:
        while time.monotonic() < until and process.poll() is None:
            try:
                if client.get(f"{address}/healthz").json()["model"]:
                    return address
            except httpx.TransportError:
                pass
            time.sleep(0.05)
    process.kill()
    pytest.fail("The app did not open:\n" + (folder / "log").read_text("utf-8"))


@pytest.fixture(scope="session")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the running app; at the end it must leave cleanly and have called nobody,
    and nothing that was sent to it may have made a fault."""
    folder, port = tmp_path_factory.mktemp("app"), free_port()
    process = start(port, folder)
    try:
        yield wait_until_ready(process, port, folder)
        process.terminate()
        assert process.wait(timeout=30) == 0, (folder / "log").read_text("utf-8")
        assert not (folder / "foreign hosts").exists(), (folder / "foreign hosts").read_text()
        log = (folder / "log").read_text("utf-8")
        assert "Traceback" not in log, log
        assert not set(log) & {"\x1b", "\r"}, log
    finally:
        process.kill()
        process.wait()


@pytest.fixture(scope="session")
def client(app: str) -> Iterator[httpx.Client]:
    """A browser without a screen: asks the running app, follows no redirect."""
    with httpx.Client(base_url=app, trust_env=False, timeout=30) as asking:
        yield asking
