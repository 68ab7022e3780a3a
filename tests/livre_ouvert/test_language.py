"""livre_ouvert/language.py: the language of a terminal, and the command's words in it."""

from __future__ import annotations

import locale
import tomllib

import pytest

from gpt.terminal import ENGLISH
from livre_ouvert.language import Terminal, command_words, language_of
from panels.screen.words import SITE


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({"LANG": "fr_FR.UTF-8"}, "fr"),
        ({"LANG": "fr_CA"}, "fr"),
        ({"LANG": "en_GB.UTF-8"}, "en"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LANG": "en_GB.UTF-8", "LC_MESSAGES": "fr_FR.UTF-8"}, "fr"),
        ({"LANG": "fr_FR.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "fr_FR.UTF-8", "LC_ALL": ""}, "fr"),
        ({"LANG": "en_GB.UTF-8", "LANGUAGE": "fr:en"}, "fr"),
        ({"LANG": "fr_FR.UTF-8", "LANGUAGE": "en"}, "en"),
        ({"LANG": "C.UTF-8", "LANGUAGE": "fr"}, "en"),
    ],
)
def test_the_environment_names_it(environment: dict[str, str], language: str) -> None:
    assert language_of(environment) == language


@pytest.mark.parametrize(("named", "language"), [("French_France", "fr"), (None, "en")])
def test_without_it_the_system_is_asked(
    monkeypatch: pytest.MonkeyPatch, named: str | None, language: str
) -> None:
    monkeypatch.setattr(locale, "getlocale", lambda: (named, "1252"))
    assert language_of({}) == language


def test_the_tables_have_their_words_in_both_languages() -> None:
    """The English ones are those of `python -m gpt`, but for the percent sign."""
    path = SITE / "words" / "command.en.toml"
    assert tomllib.loads(path.read_text("utf-8"))["terminal"] == {**ENGLISH, "share": "{value}%"}
    assert Terminal(command_words("fr"))("last_row", settings="greedy") == (
        "La dernière ligne, greedy"
    )
