"""A panel's data as tables, whatever the panel: what it draws from, without the drawing.

Every list of things becomes a table with a line for each; what is said once is gathered in a table
of its own. A list within a line that is short lies along the line, a long one is a table in turn.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from panels.screen.words import Words

DRAWN_ONLY = frozenset({"shade", "shades", "digits", "kinds"})
"""What only the drawing needs: steps of a colour, squares of a map, decimals, lists of choices."""

CODED = frozenset({"fate", "kind", "most", "name", "part", "rule", "strategy"})
"""What a panel says by a name of the code, for which there may be a word."""

ALONG = 4
"""As many things of a list lie along the line that they belong to."""

Path = tuple[str, ...]
Value = bool | int | float | str | None


@dataclass(frozen=True)
class Table:
    """A path names a table or a column: the keys that lead there.

    `path` () is what is said once: one line, however many columns.
    A table of what belongs to the lines of another one begins with the number of that line.
    """

    path: Path
    columns: Sequence[Path]
    rows: Sequence[Sequence[Value]]


def plain(value: Any) -> Any:
    """The data for a program: a token is its id and what is shown of it."""
    if isinstance(value, Mapping):
        if "parts" in value and "end" in value:
            return {"id": value["id"], "token": shown(value)}
        return {key: plain(each) for key, each in value.items() if key not in DRAWN_ONLY}
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    return value


def shown(token: Mapping[str, Any]) -> str:
    """A drawn token as text, its spaces and line ends as signs."""
    if token["end"]:
        return "<|endoftext|>"
    return "".join(text for text, _ in token["parts"])


def tables(data: Mapping[str, Any]) -> list[Table]:
    """All tables of a panel's data, in its own order; what is said once comes last."""
    once: dict[Path, Value] = {}
    found = list(_tables((), plain(data), once))
    if once:
        found.append(Table((), list(once), [list(once.values())]))
    return found


def _tables(path: Path, value: Any, once: dict[Path, Value]) -> Iterator[Table]:
    if isinstance(value, Mapping):
        for key, each in value.items():
            yield from _tables((*path, key), each, once)
    elif not isinstance(value, list):
        once[path] = value
    elif value:
        yield from _listed(path, value)


def _listed(path: Path, values: Sequence[Any]) -> Iterator[Table]:
    """The table of a list, and those of what is too long for its lines."""
    longer: dict[Path, list[list[Any]]] = {}
    rows = []
    for number, value in enumerate(values):
        line, beside = _line(value)
        rows.append(line)
        for name, each in beside.items():
            longer.setdefault(name, [[]] * len(values))[number] = each
    columns = _columns(rows)
    if columns:
        yield Table(path, columns, [[row.get(column) for column in columns] for row in rows])
    for name, lists in longer.items():
        lines = [
            ({("line",): number} | _line(each)[0])
            for number, within in enumerate(lists, start=1)
            for each in within
        ]
        wide = _columns(lines)
        yield Table((*path, *name), wide, [[line.get(column) for column in wide] for line in lines])


def _columns(rows: Sequence[Mapping[Path, Value]]) -> list[Path]:
    """Every column in the order in which it is met; one that is only there where what others tell
    in parts is missing tells nothing."""
    found = dict.fromkeys(column for row in rows for column in row)
    parts = {column[:length] for column in found for length in range(1, len(column))}
    return [column for column in found if column not in parts]


def _line(value: Any, path: Path = ()) -> tuple[dict[Path, Value], dict[Path, list[Any]]]:
    """What lies along one line, and the lists that are too long for it."""
    if isinstance(value, Mapping):
        parts = [((*path, key), each) for key, each in value.items()]
    elif isinstance(value, list):
        if len(value) > ALONG and any(isinstance(each, (Mapping, list)) for each in value):
            return {}, {path: value}
        parts = [((*path, str(number)), each) for number, each in enumerate(value, start=1)]
    else:
        return {path: value}, {}
    line: dict[Path, Value] = {}
    longer: dict[Path, list[Any]] = {}
    for name, each in parts:
        along, beside = _line(each, name)
        line |= along
        longer |= beside
    return line, longer


def said(path: Path, words: Words) -> str:
    """A path in the words of a language: what is on the way to it, then what it is."""
    if not path:
        return words("take.value")
    parts = [part for at, part in enumerate(path) if path[at - 1 : at] != (part,)]
    return " · ".join(part if part.isdigit() else word(part, words) for part in parts)


def word(key: str, words: Words) -> str:
    """The word for a name of the code; itself, where there is none."""
    try:
        return words(f"columns.{key}")
    except KeyError:
        return key
