"""The language of a terminal, as the environment names it, and the command's words in it."""

from __future__ import annotations

import locale
from collections.abc import Mapping

from panels.screen.words import SITE, Words

PLAIN = ("C", "C.UTF-8", "POSIX")


def language_of(environment: Mapping[str, str]) -> str:
    """French where the reader's first language is French, else English.

    As gettext looks for it: LC_ALL, else LC_MESSAGES, else LANG; LANGUAGE may name another, unless
    that is C. Where none is set, as on Windows, the system is asked.
    """
    named = [environment.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG")]
    chosen = next(filter(None, named), locale.getlocale()[0] or "")
    if chosen not in PLAIN:
        chosen = environment.get("LANGUAGE", "").split(":")[0] or chosen
    return "fr" if chosen.lower().startswith("fr") else "en"


def command_words(language: str) -> Words:
    """The words of `site/words/command.<language>.toml`."""
    return Words(language, [SITE / "words" / f"command.{language}.toml"])


class Terminal:
    """The same words under `terminal.`, as the tables of `gpt.terminal` ask for them."""

    def __init__(self, words: Words) -> None:
        self._words = words
        self.integer, self.number = words.integer, words.number
        self.short, self.percent = words.short, words.percent

    def __call__(self, key: str, **blanks: object) -> str:
        return self._words(f"terminal.{key}", **blanks)
