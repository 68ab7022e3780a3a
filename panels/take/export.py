"""A panel's numbers to take away: CSV for a spreadsheet, JSON for a program, both from its data."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from panels.screen.words import Words
from panels.take.tables import CODED, Path, Table, Value, plain, said, tables, word

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""A text that begins so would be computed by a spreadsheet: it gets an apostrophe in front."""

DECIMALS = {"comma": (",", ";"), "point": (".", ",")}
"""The sign before decimals, and the one between two columns."""

USUAL = {"fr": "comma", "en": "point"}


def json_of(told: Mapping[str, Any], data: Mapping[str, Any]) -> str:
    """What is told of the step, and the panel's data; a number that is infinite is a text."""
    whole = {**told, "data": plain(data)}
    return json.dumps(_finite(whole), ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def _finite(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _finite(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(each) for each in value]
    return str(value) if isinstance(value, float) and value - value != 0 else value


def csv_of(
    about: Mapping[str, Any], data: Mapping[str, Any], words: Words, asked: Mapping[str, str]
) -> str:
    """All tables one after the other, or the one that `table` asks for; the stamp is in comments.

    `decimal` is "comma" or "point", by default as the language writes it. A mark at the beginning
    tells a spreadsheet that this is UTF-8.
    """
    usual = DECIMALS[USUAL[words.language]]
    comma, between = DECIMALS.get(asked.get("decimal", ""), usual)
    every = tables(data)
    wanted = [table for table in every if ".".join(table.path) == asked.get("table")] or every
    lines = [f"# {line}" for line in stamped(about, words)]
    for table in wanted:
        lines += ["", f"# {word('table', words)}: {'.'.join(table.path) or 'values'}"]
        lines += [
            between.join(_written(cell, comma) for cell in line) for line in _lines(table, words)
        ]
    return "\ufeff" + "\r\n".join(lines) + "\r\n"


def stamped(about: Mapping[str, Any], words: Words) -> list[str]:
    """Where a file comes from, a line each, in the words of the language."""
    return [
        words("take.line", name=word(key, words), value=bare(each)) for key, each in about.items()
    ]


def _lines(table: Table, words: Words) -> Iterator[Sequence[Value]]:
    """The head of a table and its lines, names in the words of the language; what is said once
    stands one below the other."""
    if not table.path:
        yield [words("take.quantity"), words("take.value")]
        for path, value in zip(table.columns, table.rows[0], strict=True):
            yield [said(path, words), _coded(path, value, words)]
        return
    yield [said(column, words) for column in table.columns]
    for row in table.rows:
        cells = zip(table.columns, row, strict=True)
        if ("code",) in table.columns:  # names of the quoted code stay as they are there
            yield row
        else:
            yield [_coded(column, value, words) for column, value in cells]


def _coded(path: Path, value: Value, words: Words) -> Value:
    coded = isinstance(value, str) and path and path[-1] in CODED
    return word(str(value), words) if coded else value


def _written(value: Value, comma: str) -> str:
    """A cell: a text in quotes, a number bare and whole, yes and no as 1 and 0."""
    if value is None:
        return ""
    if isinstance(value, str):
        guarded = "'" + value if value.startswith(FORMULA) else value
        return '"' + guarded.replace('"', '""') + '"'
    return str(int(value)) if isinstance(value, bool) else str(value).replace(".", comma)


def bare(value: Value) -> str:
    """A value in a comment, which is one line."""
    return "none" if value is None else " ".join(str(value).split())
