"""The words and number formats of a language; every word itself is in `site/words`."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from livre_ouvert import HOUSE

SITE = HOUSE / "site"
LANGUAGES = ("fr", "en")
NARROW_NO_BREAK = "\u202f"


class Words:
    """The words of one language, by dotted key: `words("tokens.title")`."""

    def __init__(self, language: str, files: Iterable[Path]) -> None:
        self.language = language
        self._table: dict[str, Any] = {}
        self._found = cache(self._sought)
        for file in files:
            self._table |= tomllib.loads(file.read_text("utf-8"))
        self._french = language == "fr"

    def __call__(self, key: str, **blanks: Any) -> str:
        """The words under a key, `{blanks}` filled; numbers in the language's format.

        With a blank `count`, the form is chosen by it: `one` for 1 (French: 0 too), else `other`.
        """
        found = self._found(key)
        if isinstance(found, dict):
            single = abs(blanks["count"]) < 2 if self._french else blanks["count"] == 1
            found = found["one" if single else "other"]
        filled = {name: self._written(value) for name, value in blanks.items()}
        return str(found).format(**filled) if filled else str(found)

    def _sought(self, key: str) -> Any:
        found: Any = self._table
        for part in key.split("."):
            found = found[part]
        return found

    def _written(self, value: Any) -> Any:
        if type(value) is int:
            return self.integer(value)
        return self.number(value, 1) if type(value) is float else value

    def list(self, key: str) -> list[str]:
        """A list of words under a key, such as the examples."""
        return list(map(str, self._found(key)))

    def integer(self, value: int) -> str:
        """8 192 in French, 8,192 in English."""
        return f"{value:,}".replace(",", NARROW_NO_BREAK if self._french else ",")

    def number(self, value: float, decimals: int = 2) -> str:
        """3,14 in French, 3.14 in English; −∞ and ∞ as signs, a real minus."""
        if math.isinf(value):
            return "∞" if value > 0 else "−∞"
        text = f"{value:z,.{decimals}f}".replace("-", "−")
        if self._french:
            text = text.replace(",", NARROW_NO_BREAK).replace(".", ",")
        return text

    def short(self, value: float, decimals: int = 2) -> str:
        """A number to that many decimals, without zeros at its end: 0,8 and 12."""
        return self.number(value, decimals).rstrip("0").rstrip(",.")

    def percent(self, share: float) -> str:
        """14,2 % in French, 14.2% in English; small shares keep two figures, tiny ones a bound."""
        value = 100 * share
        if value == 0 or value >= 99.995:
            text = self.number(value, 0)
        elif 0.995 <= value < 99.9:
            text = self.number(value, 1)
        elif value >= 0.01:
            text = self.number(value, 2)
        else:
            text = "<" + self._space + self.number(0.01, 2)
        return f"{text}{NARROW_NO_BREAK}%" if self._french else f"{text}%"

    def ordinal(self, rank: int) -> tuple[str, str]:
        """The number and its raised ending: (1, ʳ), (2, e) in French; 1st, 2nd in English."""
        if self._french:
            return self.integer(rank), "er" if rank == 1 else "e"
        ending = "th" if rank % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(rank % 10)
        return self.integer(rank), ending or "th"

    @property
    def _space(self) -> str:
        return NARROW_NO_BREAK if self._french else "\u2009"


@cache
def words_of(language: str) -> Words:
    """The words of the screens in "fr" or "en", read once."""
    folder = SITE / "words"
    files = [folder / f"{language}.toml", *sorted((folder / language).glob("*.toml"))]
    return Words(language, files)
