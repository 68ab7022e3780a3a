"""A real browser before the real app: whatever goes wrong on a page fails its test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import BrowserType, ConsoleMessage, Error, Page, Request, Response

from tests.browser.finding import ARGUMENTS, NoBrowserError, find_browser


@pytest.fixture(scope="session")
def browser_type_launch_args(
    browser_type_launch_args: dict[str, Any], browser_type: BrowserType
) -> dict[str, Any]:
    """The browser that is there; a machine without one fails, it does not skip."""
    try:
        executable = find_browser(browser_type.executable_path)
    except NoBrowserError as sentence:
        pytest.fail(str(sentence))
    return {**browser_type_launch_args, "executable_path": executable, "args": list(ARGUMENTS)}


@pytest.fixture(scope="session")
def base_url(app: str) -> str:
    """Addresses in tests are the app's own: `page.goto("/lab")`."""
    return app


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """An English browser, on every machine."""
    return {**browser_context_args, "locale": "en-US"}


def listen(page: Page, site: str, wrong: list[str]) -> Page:
    """Write down whatever goes wrong on a page, and what it asks for elsewhere than on its site."""

    def on_console(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            wrong.append(f"console {message.type}: {message.text}")

    def on_page_error(error: Error) -> None:
        wrong.append(f"page error: {error}")

    def on_request(request: Request) -> None:
        if not request.url.startswith((f"{site}/", "data:", "blob:")):
            wrong.append(f"foreign host: {request.url}")

    def on_response(response: Response) -> None:
        if response.status >= 400:
            wrong.append(f"status {response.status}: {response.url}")

    page.on("console", on_console)
    page.on("pageerror", on_page_error)
    page.on("request", on_request)
    page.on("response", on_response)
    return page


@pytest.fixture
def watch(app: str) -> Iterator[Callable[[Page], Page]]:
    """Watch a page of one's own as `page` is watched."""
    wrong: list[str] = []
    yield lambda page: listen(page, app, wrong)
    assert wrong == []


@pytest.fixture
def page(page: Page, watch: Callable[[Page], Page]) -> Page:
    """A page that fails its test on an error, a console message, a foreign request or a refusal."""
    return watch(page)
