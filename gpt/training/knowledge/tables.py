"""All tables by name: those of the data files and those that are worked out."""

from __future__ import annotations

from functools import cache

from gpt.training.knowledge.datafiles import Section, sections
from gpt.training.knowledge.dates import date_tables
from gpt.training.knowledge.numbers import number_tables
from gpt.training.knowledge.row import Row


@cache
def tables() -> dict[str, list[Row]]:
    """Each table's rows. ValueError for a row with too many or too few cells."""
    written = {section.name: parse(section) for section in sections("table")}
    return {**number_tables(), **date_tables(), **written}


def parse(section: Section) -> list[Row]:
    """The rows of a table section; ValueError for one with too many or too few cells."""
    columns = _cells(section.options["columns"])
    lines = [line for line in section.lines if line]
    if "ring" in section.options:
        return [
            Row(f"{one} {other}", dict(zip(columns, (one, other), strict=True)))
            for line in lines
            for one, other in _each_with_the_next(line.split())
        ]
    rows = [_row(columns, line) for line in lines]
    return _both_ways(columns, rows) if "both ways" in section.options else rows


def _row(columns: list[str], line: str) -> Row:
    cells = _cells(line.lstrip("!"))
    if len(cells) != len(columns):
        raise ValueError(f"{len(columns)} cells are expected ({', '.join(columns)}), not: {line}")
    return Row(cells[0], dict(zip(columns, cells, strict=True)), 2 if line.startswith("!") else 1)


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.split("|")]


def _each_with_the_next(words: list[str]) -> list[tuple[str, str]]:
    """A word with the next of its line, the last with the first."""
    return list(zip(words, words[1:] + words[:1], strict=True))


def _both_ways(columns: list[str], rows: list[Row]) -> list[Row]:
    """Each pair, and turned round; a word with two partners is asked for with its first alone."""
    found: dict[str, Row] = {}
    for row in rows:
        one, other = row.cells.values()
        for pair in ((one, other), (other, one)):
            cells = dict(zip(columns, pair, strict=True))
            found.setdefault(pair[0], Row(pair[0], cells, row.often))
    return list(found.values())
