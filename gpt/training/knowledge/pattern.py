"""A sentence pattern and what it becomes for one row of a table.

{column} is a cell, {Column} the same with a capital, {column:filter} the cell through a filter,
<column> or <words> what the cloze test asks for, [a|b|c] one of these at random.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from functools import cache

from gpt.training.knowledge.filters import apply, capitalise

CHOICE = re.compile(r"\[([^\[\]]*)\]")
SLOT = re.compile(r"\{(\w+)(?::([^{}]+))?\}")
ANSWER = re.compile(r"<([^<>]+)>")


def slots(pattern: str) -> frozenset[str]:
    """The columns that the pattern names in braces."""
    return frozenset(_small(match[1]) for match in SLOT.finditer(pattern))


@cache
def columns_of(pattern: str) -> frozenset[str]:
    """The same, and the words in angle brackets, which may be columns too."""
    return slots(pattern).union(m[1].partition(":")[0] for m in ANSWER.finditer(pattern))


def sentence(pattern: str, cells: Mapping[str, str], rng: random.Random) -> str:
    """The pattern told of a row, with a capital first letter."""
    return capitalise(_neat(words(pattern, cells, rng)).strip(" "))


def words(pattern: str, cells: Mapping[str, str], rng: random.Random) -> str:
    """The same as it stands, for a line of a list."""
    return ANSWER.sub(lambda match: _answer(match[1], cells), _filled(pattern, cells, rng))


def prompt(pattern: str, cells: Mapping[str, str], rng: random.Random) -> tuple[str, str] | None:
    """What stands before the first answer, and the answer; None where a pattern asks nothing."""
    text = _filled(pattern, cells, rng)
    match = ANSWER.search(text)
    if not match:
        return None
    return capitalise(_neat(text[: match.start()]).lstrip(" ")), _answer(match[1], cells)


def choose(text: str, rng: random.Random) -> str:
    """[a|b|c] replaced by one of the three."""
    return CHOICE.sub(lambda match: rng.choice(match[1].split("|")), text)


def _filled(pattern: str, cells: Mapping[str, str], rng: random.Random) -> str:
    return SLOT.sub(lambda match: _cell(match[1], match[2], cells), choose(pattern, rng))


def _cell(name: str, how: str | None, cells: Mapping[str, str]) -> str:
    if name not in cells:
        return capitalise(_cell(_small(name), how, cells))
    return apply(how, cells[name]) if how else cells[name]


def _answer(inside: str, cells: Mapping[str, str]) -> str:
    name, _, how = inside.partition(":")
    return _cell(name, how or None, cells) if name in cells else inside


def _small(name: str) -> str:
    return name[0].lower() + name[1:]


def _neat(text: str) -> str:
    return re.sub(r" {2,}", " ", text)
