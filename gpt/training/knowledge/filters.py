"""What a pattern may do with a cell: {capital:de}, {animal:a}, {n:words}, {pays:est/sont}."""

from __future__ import annotations

import re
from collections.abc import Callable

from gpt.training.knowledge import english, french, numbers


def capitalise(text: str) -> str:
    """With a capital first letter, even after an opening quote or a dash."""
    return re.sub(r"^((?:« |— |\")*)(\w)", lambda match: match[1] + match[2].upper(), text)


def bare(noun: str) -> str:
    """A noun of either language without its article."""
    return english.without_article(french.bare(noun))


def is_many(noun: str) -> bool:
    """Whether the verb is in the plural: les Pays-Bas, des ciseaux, pancakes."""
    if noun.startswith(("les ", "des ")):
        return True
    return noun.endswith("s") and not noun.endswith("ss") and bare(noun) == noun


def whole(proverb: str) -> str:
    """A proverb without the marks of the word to guess."""
    return proverb.replace("<", "").replace(">", "")


def half(proverb: str) -> str:
    """A proverb up to the last word to guess."""
    return whole(proverb.rpartition("<")[0]).strip()


FILTERS: dict[str, Callable[[str], str]] = {
    "a": english.a,
    "the": english.the,
    "plural": english.plural,
    "words": numbers.words,
    "le": french.le,
    "de": french.de,
    "au": french.au,
    "de_pays": french.de_pays,
    "en": french.en,
    "que": french.que,
    "je": french.je,
    "il": french.il,
    "lui": french.lui,
    "celui": french.celui,
    "e": french.e,
    "pluriel": french.pluriel,
    "mots": numbers.mots,
    "fois": numbers.fois,
    "bare": bare,
    "whole": whole,
    "half": half,
}


def apply(how: str, cell: str) -> str:
    """The cell through one filter. With a capital, {bête:Le}, the result begins with one; with a
    stroke, {pays:est/sont}, it is the first or the second word as the cell is one or many.

    KeyError when there is no such filter.
    """
    if "/" in how:
        one, many = how.split("/")
        return many if is_many(cell) else one
    if how in FILTERS:
        return FILTERS[how](cell)
    return capitalise(FILTERS[how[0].lower() + how[1:]](cell))
