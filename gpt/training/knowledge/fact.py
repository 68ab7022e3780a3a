"""A fact: one row seen through the patterns of one relation, in one language."""

from __future__ import annotations

import random
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from gpt.training.knowledge.datafiles import Section, marked, sections
from gpt.training.knowledge.pattern import columns_of, slots
from gpt.training.knowledge.row import Row
from gpt.training.knowledge.tables import tables

Patterns = dict[str, list[str]]
"""By mark: ** * - ? = +."""

LANGUAGE_PAIRS = ("word", "plain word")
"""The relations whose facts hold a word of the other language."""


@dataclass(frozen=True, eq=False)
class Fact:
    """What can be told of one row, and how.

    `cycle` is the order in which passes use the patterns; `plainest` are those that people type;
    `clozes` may be asked for in the cloze test, `unseen` are only asked and never told.
    """

    relation: str
    language: str
    topic: str
    key: str
    cells: Mapping[str, str]
    often: int
    cycle: tuple[str, ...]
    plainest: tuple[str, ...]
    questions: tuple[str, ...]
    pairs: tuple[str, ...]
    clozes: tuple[str, ...]
    unseen: tuple[str, ...]

    @property
    def kept(self) -> bool:
        """Four facts in five, the same in both languages: looked at only to report."""
        return not in_open_fifth(f"{self.relation} {self.key}")

    @property
    def is_language_pair(self) -> bool:
        return self.relation in LANGUAGE_PAIRS


def in_open_fifth(key: str) -> bool:
    """One key in five, by its checksum."""
    return zlib.crc32(key.encode()) % 5 == 0


@cache
def facts(language: str) -> tuple[Fact, ...]:
    """Every fact of a language: of the relations, then the single ones.

    ValueError for a pattern with a column that its table has not.
    """
    found: list[Fact] = []
    for section in sections("relation"):
        if section.language == language:
            found += _of_relation(section)
    for section in sections("facts"):
        if section.language == language:
            found += _single(section)
    return tuple(found)


def cloze_shares(language: str) -> dict[str, int]:
    """How many lines of the cloze test each relation gives."""
    return {
        section.name: int(section.options["cloze"])
        for section in (*sections("relation"), *sections("facts"))
        if section.language == language and "cloze" in section.options
    }


def _of_relation(section: Section) -> list[Fact]:
    patterns = _by_mark(section.lines)
    found = []
    rows = tables()[section.options["table"]]
    for pattern in (pattern for of in patterns.values() for pattern in of):
        if unknown := slots(pattern) - rows[0].cells.keys():
            raise ValueError(
                f"{section.name}: no column {', '.join(sorted(unknown))} for: {pattern}"
            )
    for row in rows:
        usable = {mark: [p for p in of if _fits(p, row)] for mark, of in patterns.items()}
        if usable["**"] or usable["*"] or usable["-"]:
            found.append(_fact(section, row, usable))
    return found


def _single(section: Section) -> list[Fact]:
    found = []
    for block in "\n".join(section.lines).strip().split("\n\n"):
        patterns = _by_mark(block.splitlines())
        told = patterns["**"] + patterns["*"] + patterns["-"]
        often = max(2 if patterns["**"] else 1, round(len(told) / 3))
        found.append(_fact(section, Row(told[0], {}, often), patterns))
    return found


def _by_mark(lines: list[str]) -> Patterns:
    patterns: Patterns = {mark: [] for mark in ("**", "*", "-", "?", "=", "+")}
    for line in lines:
        if line:
            mark, pattern = marked(line)
            patterns[mark].append(pattern)
    return patterns


def _fits(pattern: str, row: Row) -> bool:
    """Whether the row has a cell for every column that the pattern names."""
    return all(row.cells.get(column) != "-" for column in columns_of(pattern))


def _fact(section: Section, row: Row, patterns: Patterns) -> Fact:
    rng = random.Random(f"{section.name} {section.language} {row.key}")
    questions = rng.sample(patterns["?"], len(patterns["?"]))
    return Fact(
        relation=section.name,
        language=section.language,
        topic=section.options["topic"],
        key=row.key,
        cells=row.cells,
        often=row.often,
        cycle=_cycle(patterns["**"], patterns["*"] + patterns["-"], rng),
        plainest=tuple(patterns["**"]),
        questions=tuple(questions),
        pairs=tuple(patterns["="]),
        clozes=tuple(p for p in patterns["**"] + patterns["*"] if _asks(p, row)),
        unseen=tuple(patterns["+"]),
    )


def _cycle(plainest: list[str], others: list[str], rng: random.Random) -> tuple[str, ...]:
    """The plainest twice, far apart, the others once, begun anywhere."""
    others = rng.sample(others, len(others))
    middle = len(others) // 2
    order = [*plainest, *others[:middle], *plainest, *others[middle:]]
    start = rng.randrange(len(order))
    return tuple(order[start:] + order[:start])


def _asks(pattern: str, row: Row) -> bool:
    return "<" in pattern or any("<" in row.cells.get(c, "") for c in columns_of(pattern))
