"""The browsers that the tests and the benchmarks drive, and the proxies before the app."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

FIREFOX = "firefox-esr"
"""Debian's Firefox. One in a container of its own, a snap for one, sees no profile of ours."""

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

NO_FIREFOX = (
    "No Firefox: its tests are skipped. Install Debian's firefox-esr, "
    "or name a Firefox with FIREFOX=/path/to/it."
)

SERVERS = ("nginx", "caddy")
LAID_OUT = Path(sys.prefix) / "servers"
"""Where Debian's packages of these lie unpacked."""

NO_SERVER = "There is no {}: its tests are skipped. Install Debian's package of that name."


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


def find_firefox() -> str:
    """$FIREFOX, or Debian's. Raises NoBrowserError."""
    named = os.environ.get("FIREFOX")
    if named and not Path(named).is_file():
        raise NoBrowserError(f"FIREFOX={named} is not a file.")
    found = named or shutil.which(FIREFOX)
    if found is None:
        raise NoBrowserError(NO_FIREFOX)
    return found


def find_server(name: str) -> str | None:
    """Where `nginx` or `caddy` is: the system's, or one that was unpacked; None without either."""
    unpacked = (LAID_OUT / "usr" / "sbin", LAID_OUT / "usr" / "bin")
    places = (os.environ.get("PATH", ""), "/usr/sbin", *map(str, unpacked))
    return shutil.which(name, path=os.pathsep.join(places))
