"""`python -m tests.browser.installing`: see that there are browsers, in whichever way works.

Chromium must be there; Firefox should be, and what has to be said of it is said.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

from playwright.sync_api import Error, sync_playwright

from tests.browser.finding import (
    ARGUMENTS,
    FIREFOX,
    MISSING,
    NO_FIREFOX,
    NoBrowserError,
    find_browser,
    find_firefox,
)

BRIEFLY = ("-o", "Acquire::http::Timeout=15", "-o", "Acquire::Retries=1")
"""How long apt waits for a host that does not answer."""


def main() -> int:
    """0 when a browser is there or could be installed; else 1, with a sentence."""
    try:
        if found() or (from_playwright() and opens()) or (from_debian("chromium") and found()):
            firefox()
            return 0
    except NoBrowserError as sentence:
        print(sentence, file=sys.stderr)
        return 1
    print(MISSING, file=sys.stderr)
    return 1


def firefox() -> None:
    """Install Debian's Firefox where there is none and that works; say it where there is none.

    One that $FIREFOX names wrongly raises NoBrowserError.
    """
    try:
        find_firefox()
        return
    except NoBrowserError:
        if os.environ.get("FIREFOX"):
            raise
    if not from_debian(FIREFOX):
        print(NO_FIREFOX)


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


def from_debian(package: str) -> bool:
    """Whether the system's package could be installed, as root or with a sudo that does not ask."""
    if shutil.which("apt-get") is None:
        return False
    sudo = [] if os.geteuid() == 0 else ["sudo", "--non-interactive"]
    if sudo and (shutil.which("sudo") is None or not _quietly(*sudo, "true")):
        return False
    print(f"Installing the system's {package}.")
    apt = [*sudo, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "--quiet=2", *BRIEFLY]
    return _quietly(*apt, "update") and _quietly(
        *apt, "install", "--yes", "--no-install-recommends", package
    )


def _done(*command: str) -> bool:
    return subprocess.run(command, check=False).returncode == 0


def _quietly(*command: str) -> bool:
    """Whether it could be done; what it says is kept for when it could not."""
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode != 0:
        print(*done.stderr.splitlines()[-3:], sep="\n")
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main())
