"""`python -m tests.browser.installing`: see that there are browsers, in whichever way works.

Chromium must be there; Firefox and two proxies should be, and what has to be said of them is said.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Error, sync_playwright

from tests.browser.finding import (
    ARGUMENTS,
    FIREFOX,
    LAID_OUT,
    MISSING,
    NO_FIREFOX,
    NO_SERVER,
    SERVERS,
    NoBrowserError,
    find_browser,
    find_firefox,
    find_server,
)

BRIEFLY = ("-o", "Acquire::http::Timeout=15", "-o", "Acquire::Retries=1")
"""How long apt waits for a host that does not answer."""


def main() -> int:
    """0 when a browser is there or could be installed; else 1, with a sentence."""
    try:
        if found() or (from_playwright() and opens()) or (from_debian("chromium") and found()):
            firefox()
            servers()
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


def servers() -> None:
    """Lay out Debian's nginx and Caddy beside the environment, where there are none.

    Nothing is installed: a server that is would be started, for all the world.
    """
    for name in SERVERS:
        if find_server(name) is None and not laid_out(name):
            print(NO_SERVER.format(name))


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
    apt = updated()
    if not apt:
        return False
    print(f"Installing the system's {package}.")
    return _quietly(*apt, "install", "--yes", "--no-install-recommends", package)


def laid_out(package: str) -> bool:
    """Whether the system's package could be unpacked, with nothing of the system touched."""
    apt = updated()
    if not apt:
        return False
    print(f"Unpacking the system's {package}.")
    with TemporaryDirectory() as folder:
        if not _quietly(*apt, "-o", "APT::Sandbox::User=root", "download", package, cwd=folder):
            return False
        (file,) = Path(folder).glob("*.deb")
        unpacked = _quietly("dpkg-deb", "--extract", str(file), str(LAID_OUT))
    return unpacked and find_server(package) is not None


@cache
def updated() -> tuple[str, ...]:
    """The system's apt, its lists brought up to date; nothing where it cannot be."""
    if shutil.which("apt-get") is None:
        return ()
    sudo = () if os.geteuid() == 0 else ("sudo", "--non-interactive")
    if sudo and (shutil.which("sudo") is None or not _quietly(*sudo, "true")):
        return ()
    apt = (*sudo, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "--quiet=2", *BRIEFLY)
    return apt if _quietly(*apt, "update") else ()


def _done(*command: str) -> bool:
    return subprocess.run(command, check=False).returncode == 0


def _quietly(*command: str, cwd: str | None = None) -> bool:
    """Whether it could be done; what it says is kept for when it could not."""
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=cwd)
    if done.returncode != 0:
        print(*done.stderr.splitlines()[-3:], sep="\n")
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main())
