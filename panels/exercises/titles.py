"""What the pages are called: the first heading of each, in its language."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from panels.exercises.catalogue import PAGES
from panels.screen.words import SITE

HEADING = re.compile(r"^# (.+?) *\{#", re.MULTILINE)


@cache
def titles(language: str) -> Mapping[str, str]:
    """By the page's name, of those that have exercises."""
    found = {}
    for page in PAGES:
        text = (SITE.parent / "docs" / language / f"{page}.md").read_text("utf-8")
        heading = HEADING.search(text)
        assert heading is not None, page
        found[page] = heading[1]
    return found
