"""Does a text change its language on the way? Told by its small words, sentence by sentence.

The lists hold what is frequent in one language and no word of the other: `on`, `or`, `me`, `son`,
`pour` stand in neither. A change is called one only where three different small words of the other
language follow each other with none of the own between them, or where a sentence has two of them
and none of the own: a name, a title, a word that is translated are no change.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from gpt.training.exams.text import plain, sentences

IN_A_ROW = 3
ALONE = 2


def _each(words: str) -> frozenset[str]:
    return frozenset(words.split())


SMALL_WORDS = {
    "en": _each(
        """the and was were is are be been has had have he she it they we you his her their our
        your my its him them this that these those with of to from in at by into up out down
        for because when where who what which why how not yes does did will would could
        should there then very all some said went saw"""
    ),
    "fr": _each(
        """le les et un une des du de dans qui que quoi où il elle ils elles nous vous je tu
        était étaient est sont être avait avaient ont avec sur sous ne pas ce cet cette ces sa
        ses mon mes ta tes leur leurs lui au aux mais donc ni très bien aussi alors puis
        quand comme dit se si chez sans vers après avant tout toute tous toutes oui parce
        c' d' j' l' m' n' qu' s' t'"""
    ),
}

_LETTERS = re.compile(
    r"(?:\b(?:qu|[cdjlmnst])['’](?=[aeiouyhàâéèêîôûœ]))|[^\W\d_]+(?:['’][^\W\d_]+)*", re.IGNORECASE
)


@dataclass(frozen=True)
class Change:
    """Where the other language begins: the text, its sentence (both from 0), and what it says."""

    text: int
    sentence: int
    said: str


def changes(texts: Iterable[str], language: str) -> list[Change]:
    """The first sentence of each text that goes over to the other language, for texts that do."""
    found = []
    for number, text in enumerate(texts):
        for place, sentence in enumerate(sentences(text)):
            if goes_over(sentence, language):
                found.append(Change(number, place, sentence))
                break
    return found


def goes_over(sentence: str, language: str) -> bool:
    """Whether a sentence of a text in `language` holds a stretch of the other language."""
    (other,) = SMALL_WORDS.keys() - {language}
    stretch: set[str] = set()
    own = False
    for match in _LETTERS.finditer(sentence):
        word = plain(match[0])
        if word in SMALL_WORDS[language]:
            stretch, own = set(), True
        elif word in SMALL_WORDS[other]:
            stretch.add(word)
            if len(stretch) == IN_A_ROW:
                return True
    return not own and len(stretch) >= ALONE
