"""Where a file that leaves the house comes from: the stamp, the day, and the way back."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from panels.screen.stamp import stamp
from panels.screen.view import View

SITE = "GPT à livre ouvert · GPT, an Open Book"


def about(view: View, address: str, now: datetime | None = None) -> dict[str, Any]:
    """What it takes to find the same again: model, its hash, settings, seed, date, address.

    `address` is where it can be asked for; the date is that of this moment, in UTC.
    """
    date = (now or datetime.now(UTC)).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {"site": SITE, **stamp(view), "date": date, "address": address}


def flat(about: dict[str, Any]) -> dict[str, Any]:
    """The same as lines, one below the other: the settings are lines like all others, and the hash
    says what it is."""
    return {
        "sha256" if name == "weights" else name: value
        for key, each in about.items()
        for name, value in (each.items() if isinstance(each, dict) else [(key, each)])
    }
