"""The browser that the tests and the benchmarks drive."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

ARGUMENTS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

MISSING = (
    "No browser: install Chromium, or name one with CHROMIUM=/path/to/it, "
    "or run `playwright install chromium`."
)


class NoBrowserError(Exception):
    """There is no browser on this machine; the message says how to get one."""


def find_browser(of_playwright: str) -> str:
    """$CHROMIUM, or an installed Chromium or Chrome, or Playwright's own. Raises NoBrowserError."""
    named = os.environ.get("CHROMIUM")
    if named:
        if Path(named).is_file():
            return named
        raise NoBrowserError(f"CHROMIUM={named} is not a file.")
    installed = next(filter(None, map(shutil.which, NAMES)), of_playwright)
    if Path(installed).is_file():
        return installed
    raise NoBrowserError(MISSING)
