"""Numbers as pupils type them and as the pages write them, in both languages."""

from __future__ import annotations

import math
import re
from typing import Any

from panels.screen.words import Words

Written = str | int | list[Any]
"""What fills a blank: a text, a whole number, or ["percent", x], ["whole", x], which is a share in
whole percent, and ["number", x, decimals]."""

SPACES = re.compile(r"[\s\u00a0\u202f\u2009']")
PLAIN = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.ASCII | re.IGNORECASE)
LONGEST = 40


def percent(share: float) -> Written:
    return ["percent", share]


def whole(share: float) -> Written:
    """A share that is a whole number of percent."""
    return ["whole", share]


def number(value: float, decimals: int = 2) -> Written:
    return ["number", value, decimals]


def written(words: Words, value: Written) -> str:
    """A value as a reader of the language writes it."""
    if isinstance(value, str):
        return value
    if isinstance(value, int):
        return words.integer(value)
    if value[0] == "percent":
        return words.percent(value[1])
    if value[0] == "whole":
        return words.percent(1).replace("100", words.number(100 * value[1], 0))
    return words.number(value[1], value[2])


def readings(text: str, share: bool = False) -> list[float]:
    """Every number that a typed text may mean; none where it is no number.

    A comma is a decimal sign or parts thousands, so "1,234" means two numbers. A fraction is a
    number too. Of a `share`, 40 and 0.4 and 40% are read alike.
    """
    bare = SPACES.sub("", text).replace("−", "-").replace("–", "-")
    if len(bare) > LONGEST:
        return []
    hundredths = bare.endswith("%")
    bare = bare.rstrip("%")
    found = []
    for way in {bare, bare.replace(",", "."), bare.replace(",", "")}:
        over, slash, under = way.partition("/")
        if PLAIN.fullmatch(over) and (not slash or PLAIN.fullmatch(under)):
            below = float(under) if slash else 1.0
            if below and math.isfinite(value := float(over) / below):
                found.append(value)
    if hundredths:
        return [value / 100 for value in found]
    return [*found, *(value / 100 for value in found)] if share else found
