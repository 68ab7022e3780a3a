"""English words in a sentence: a or an, the, one or many."""

from __future__ import annotations

import re

from gpt.training.knowledge.datafiles import phrases

PLURALS = {
    "fish": "fish",
    "piece of furniture": "pieces of furniture",
    "piece of clothing": "pieces of clothing",
    "day of the week": "days of the week",
    "city": "cities",
    "country": "countries",
}


def a(word: str) -> str:
    """With the article a or an, where the word has none yet."""
    if re.match(r"(a|an|the|some) ", word):
        return word
    vowel = re.match(r"(?i)[aeiou]|hour|honest", word)
    consonant = re.match(r"(?i)uni|use|eu|ewe|one|ukulele", word)
    return ("an " if vowel and not consonant else "a ") + word


def the(noun: str) -> str:
    """a lemon becomes the lemon; what has no article keeps none."""
    return re.sub(r"^(an|a) ", "the ", noun)


def without_article(noun: str) -> str:
    """a lemon, the moon become lemon, moon."""
    return re.sub(r"^(the|an|a) ", "", noun)


def plural(kind: str) -> str:
    """Of the kinds that the tables name: cities, birds, fish."""
    return PLURALS.get(kind, kind + "s")


def small_first_letter(sentence: str) -> str | None:
    """The sentence as the continuation of another; None where its first word is a name."""
    first = re.match(r"[\w'-]+", sentence)
    if first and first[0] in phrases("small first words", "en"):
        return sentence[0].lower() + sentence[1:]
    return None
