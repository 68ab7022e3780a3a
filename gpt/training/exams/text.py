"""How the exams cut a text: into words, and into sentences."""

from __future__ import annotations

import re
from itertools import pairwise

WORD = re.compile(r"(?:\b(?:qu|[cdjlmnst])['’](?=\w))|\w+(?:['’]\w+)*", re.IGNORECASE)
"""Letters and digits, an apostrophe within (`don't`); a French elision is a word of its own."""

_END = re.compile(r"[.!?…]+[\"”’»)\]]*(?:[ \u00a0\u202f]»)?\s+(?=[^\s])|\n+")
_SHORT_FORM = re.compile(r"\b(?:Mr|Mrs|Ms|Dr|St|M|MM|Mme|Mlle)\.\s*$")
_GOES_ON = re.compile(r"[-–—«\"“\s\u00a0\u202f]*[a-zà-ÿœ]")


def words(text: str) -> list[str]:
    """The words in order, small letters, straight apostrophes, no punctuation."""
    return [plain(match[0]) for match in WORD.finditer(text)]


def plain(text: str) -> str:
    """Small letters and straight apostrophes: how two words are compared."""
    return text.casefold().replace("’", "'")


def sentences(text: str) -> list[str]:
    """The sentences in order; a line break ends one too, a small letter goes on with the last.

    `"Who is there?" said Tom.` is one sentence, and so is `Mr. Fox came.`
    """
    ends = [0]
    for match in _END.finditer(text):
        said = text[ends[-1] : match.end()]
        short = _SHORT_FORM.search(said)
        if "\n" in match[0] or not (short or _GOES_ON.match(text, match.end())):
            ends.append(match.end())
    ends.append(len(text))
    cut = (text[first:last].strip() for first, last in pairwise(ends))
    return [sentence for sentence in cut if WORD.search(sentence)]
