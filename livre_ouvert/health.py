"""`python -m livre_ouvert.health`: ask the book at PORT whether it answers; 0 if so, 1 if not."""

from __future__ import annotations

import sys
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

from livre_ouvert import settings

PATIENCE = 4.0
"""Seconds: a container's own check waits a little longer."""


def main() -> int:
    """Nothing is read of the answer but that there is one; nobody stands between."""
    address = f"http://127.0.0.1:{settings.PORT.of()}/healthz"
    try:
        with build_opener(ProxyHandler({})).open(address, timeout=PATIENCE):
            return 0
    except (URLError, TimeoutError):
        return 1


if __name__ == "__main__":
    sys.exit(main())
