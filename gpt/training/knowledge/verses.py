"""Rhymes, songs and fables, each whole in every pass."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from gpt.training.knowledge.datafiles import FOLDER, phrases
from gpt.training.knowledge.frame import framed
from gpt.training.knowledge.telling import Telling

PARTED = "\n===\n"


@dataclass(frozen=True)
class Verse:
    """A title, with the author where there is one, and lines whose rhymes stand in <>."""

    title: str
    lines: tuple[str, ...]

    @property
    def short_title(self) -> str:
        """Without the author."""
        return re.sub(r" \(.*\)", "", self.title)


@cache
def verses(language: str) -> tuple[Verse, ...]:
    """In the order of the file."""
    text = (FOLDER / "verses" / f"{language}.txt").read_text(encoding="utf-8")
    return tuple(_verse(part.strip().split("\n")) for part in text.strip().split(PARTED))


def _verse(lines: list[str]) -> Verse:
    return Verse(lines[0], tuple(lines[1:]))


def told(verse: Verse, telling: Telling) -> str:
    """The verse, introduced or not; now and then a stanza on one line, as visitors type it."""
    rng = telling.rng
    text = re.sub(r"[<>]", "", "\n".join(verse.lines))
    opening = rng.choice(("", "", *phrases("verse openings", telling.language)))
    if rng.random() < 0.45:
        text = re.sub(r"(?<!\n)\n(?!\n)", " ", text)
    if not opening:
        return text
    opening = opening.replace("{title}", verse.short_title).replace("{title by}", verse.title)
    return framed(opening, telling) + "\n\n" + text
