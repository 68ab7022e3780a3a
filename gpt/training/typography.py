"""The typography that phones and word processors put into a text.

The corpus has straight quotes and plain spaces. Visitors type ’ “ ” « » with no-break spaces; the
model must have read both. Each document is dressed in one style, drawn by its share.
"""

from __future__ import annotations

import random
import re

NO_BREAK, NARROW_NO_BREAK = "\u00a0", "\u202f"

PLAIN_SHARE = 0.68


def dress(text: str, language: str, rng: random.Random) -> str:
    """The text as it is, or with typographic quotes, apostrophes, ellipses and spaces."""
    if rng.random() < PLAIN_SHARE:
        return text
    if language == "en":
        return curly_quotes(text)
    text = text.replace("'", "’")
    style = rng.random()
    if style < 0.2:
        return text
    return french_spaces(text, rng.choice((NO_BREAK, NARROW_NO_BREAK)))


def curly_quotes(text: str) -> str:
    """English: "…" becomes “…”, '…' becomes ‘…’, and the apostrophe ’."""
    text = re.sub(r'(^|[\s(\[—‘“\'"])"', r"\1“", text, flags=re.MULTILINE).replace('"', "”")
    text = re.sub(r"(^|[\s(\[—“])'", r"\1‘", text, flags=re.MULTILINE).replace("'", "’")
    return text.replace("...", "…")


def french_spaces(text: str, space: str) -> str:
    """French: the space before ; : ! ? » and after « does not break; three dots become one sign."""
    text = re.sub(r" ([;:!?»])", space + r"\1", text)
    return text.replace("« ", "«" + space).replace("...", "…")
