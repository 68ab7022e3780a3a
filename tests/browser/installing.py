"""`python -m tests.browser.installing`: see that there is a browser, in whichever way works."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

from playwright.sync_api import Error, sync_playwright

from tests.browser.finding import ARGUMENTS, MISSING, NoBrowserError, find_browser


def main() -> int:
    """0 when a browser is there or could be installed; else 1, with a sentence."""
    try:
        if found() or (from_playwright() and opens()) or (from_debian() and found()):
            return 0
    except NoBrowserError as sentence:
        print(sentence, file=sys.stderr)
        return 1
    print(MISSING, file=sys.stderr)
    return 1


def found() -> bool:
    """Whether a browser is installed; one that $CHROMIUM names wrongly raises NoBrowserError."""
    try:
        find_browser(of_playwright())
    except NoBrowserError:
        if os.environ.get("CHROMIUM"):
            raise
        return False
    return True


def of_playwright() -> str:
    """Where Playwright keeps its own browser, there or not."""
    with sync_playwright() as playwright:
        return playwright.chromium.executable_path


def from_playwright() -> bool:
    """Whether Playwright could fetch its browser."""
    print("There is no Chromium here: asking Playwright for its own.")
    return _done(sys.executable, "-m", "playwright", "install", "chromium")


def opens() -> bool:
    """Whether Playwright's browser starts: a bare system may lack the libraries it needs."""
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(
                executable_path=playwright.chromium.executable_path, args=list(ARGUMENTS)
            )
        except Error:
            return False
        browser.close()
        return True


def from_debian() -> bool:
    """Whether the system's package could be installed, as root or with a sudo that does not ask."""
    if shutil.which("apt-get") is None:
        return False
    sudo = [] if os.geteuid() == 0 else ["sudo", "--non-interactive"]
    if sudo and shutil.which("sudo") is None:
        return False
    print("Playwright's browser does not open here: installing the system's chromium.")
    quietly = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "--quiet=2"]
    return _done(*sudo, *quietly, "update") and _done(
        *sudo, *quietly, "install", "--yes", "--no-install-recommends", "chromium"
    )


def _done(*command: str) -> bool:
    return subprocess.run(command, check=False).returncode == 0


if __name__ == "__main__":
    sys.exit(main())
