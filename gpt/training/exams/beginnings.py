"""Stories told from fixed beginnings, drawn with fixed seeds: what a visitor would get."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from gpt.generate import Model
from gpt.sampling import Settings
from gpt.training.exams.writing import Start, write_together

LIST = Path(__file__).with_name("beginnings.toml")

TEMPERATURE, TOP_P = 0.7, 0.9


@dataclass(frozen=True)
class Told:
    """A text from its beginning on; `ended` when the model itself said that it is over."""

    beginning: str
    seed: int
    text: str
    ended: bool


@cache
def beginnings(language: str) -> tuple[str, ...]:
    """The list of a language, in file order."""
    return tuple(tomllib.loads(LIST.read_text(encoding="utf-8"))[language])


def tell(model: Model, begins: Sequence[tuple[str, int]], tokens: int) -> list[Told]:
    """A text for each (beginning, seed), of up to `tokens` tokens after the beginning."""
    starts = [
        Start(beginning, Settings(temperature=TEMPERATURE, top_p=TOP_P, seed=seed))
        for beginning, seed in begins
    ]
    written = write_together(model, starts, tokens)
    return [
        Told(beginning, seed, beginning + each.text, each.ended)
        for (beginning, seed), each in zip(begins, written, strict=True)
    ]


def each_with(some: Iterable[str], seeds: Iterable[int]) -> list[tuple[str, int]]:
    """All beginnings with the first seed, then all with the second, and so on."""
    listed = list(some)
    return [(beginning, seed) for seed in seeds for beginning in listed]
