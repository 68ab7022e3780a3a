"""The words of the exercises: `site/words/<language>/exercises/*.toml`, a table an exercise."""

from __future__ import annotations

import builtins
import tomllib
from collections.abc import Mapping
from functools import cache
from typing import Any

from panels.exercises.numbers import Written, written
from panels.screen.words import SITE, words_of


class Texts:
    """What the exercises say in one language."""

    def __init__(self, language: str) -> None:
        self.table: dict[str, Any] = {}
        self.words = words_of(language)
        for file in sorted((SITE / "words" / language / "exercises").glob("*.toml")):
            self.table |= tomllib.loads(file.read_text("utf-8"))

    def list(self, name: str) -> list[str]:
        """A list of texts that searches go through."""
        return [str(each) for each in self.table["texts"][name]]

    def found(self, exercise: str, key: str) -> Any:
        """What stands under a dotted key of an exercise. Raises KeyError."""
        found: Any = self.table[exercise]
        for part in key.split("."):
            found = found[part]
        return found

    def said(self, exercise: str, key: str, values: Mapping[str, Written]) -> str:
        """A sentence of an exercise, its blanks filled as the language writes numbers."""
        return self.filled(str(self.found(exercise, key)), values)

    def hints(self, exercise: str, values: Mapping[str, Written]) -> builtins.list[str]:
        return [self.filled(hint, values) for hint in self.found(exercise, "hints")]

    def filled(self, text: str, values: Mapping[str, Written]) -> str:
        told = {name: written(self.words, value) for name, value in values.items()}
        return text.format(**told)


@cache
def texts_of(language: str) -> Texts:
    """The exercises' words in "fr" or "en", read once."""
    return Texts(language)
