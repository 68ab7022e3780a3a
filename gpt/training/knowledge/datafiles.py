"""The data files, read section by section; README.md says how they are written."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "data"
HEADER = re.compile(r"\[(table|relation|facts|phrases|words) (.+?)(?: (en|fr))?\]$")
OPTION = re.compile(r"(table|topic|cloze|columns|both ways|ring): (.+)$")
MARKED = re.compile(r"(\*\*|\*|-|\?|=|\+) +(.+)$")


@dataclass(frozen=True)
class Section:
    """What stands under one [header]: options such as `topic: numbers`, then lines."""

    kind: str
    name: str
    language: str
    options: dict[str, str] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)


@cache
def sections(kind: str) -> tuple[Section, ...]:
    """All sections of one kind, file by file in the order of their names."""
    return tuple(section for section in _all() if section.kind == kind)


@cache
def phrases(name: str, language: str) -> tuple[str, ...]:
    """The lines of a section [phrases name language], or the words of a section [words …].

    KeyError when there is none.
    """
    for section in (*sections("phrases"), *sections("words")):
        if (section.name, section.language) == (name, language):
            lines = [line for line in section.lines if line]
            if section.kind == "phrases":
                return tuple(lines)
            return tuple(word for line in lines for word in line.split(", "))
    raise KeyError(f"no phrases called {name} in {language}")


def marked(line: str) -> tuple[str, str]:
    """The mark of a pattern and the pattern; ValueError for a line without one."""
    match = MARKED.match(line)
    if not match:
        raise ValueError(f"a pattern begins with one of ** * - ? = +, not: {line}")
    return match[1], match[2]


@cache
def _all() -> tuple[Section, ...]:
    found: list[Section] = []
    for path in sorted(FOLDER.glob("*.txt")):
        found += read(path.read_text(encoding="utf-8"), path.name)
    return tuple(found)


def read(text: str, source: str) -> list[Section]:
    """The sections of one file; ValueError, naming `source`, for a line before the first header."""
    found: list[Section] = []
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.strip()
        if line.startswith("#"):
            continue
        if header := HEADER.match(line):
            found.append(Section(header[1], header[2], header[3] or ""))
        elif not found:
            if line:
                raise ValueError(f"{source}, line {number}: no section begins before: {line}")
        elif (option := OPTION.match(line)) and not found[-1].lines:
            found[-1].options[option[1]] = option[2]
        else:
            found[-1].lines.append(line)
    return found
