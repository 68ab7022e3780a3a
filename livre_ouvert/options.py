"""What may be asked of the command, in the reader's language: help, options, and what is wrong.

argparse speaks English by itself; here it says only what our words say.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NoReturn

from panels.screen.words import Words

WRONG = 2


class Parser(argparse.ArgumentParser):
    """A parser that tells in one sentence what is wrong, and leaves with status 2."""

    def __init__(self, words: Words, **given: Any) -> None:
        self.words = words
        super().__init__(
            add_help=False,
            allow_abbrev=False,
            exit_on_error=False,
            formatter_class=partial(Help, usage=words("help.usage")),
            **given,
        )
        self.asked = self.add_argument_group(words("help.options"))
        self.asked.add_argument("-h", "--help", action="help", help=words("help.help"))

    def understood(self, arguments: Sequence[str] | None) -> argparse.Namespace:
        """The options, each checked; whatever is wrong ends the process."""
        try:
            options, unknown = self.parse_known_args(arguments)
        except argparse.ArgumentError as reason:
            if isinstance(reason.__context__, argparse.ArgumentTypeError):
                self.error(reason.message)
            name = reason.argument_name or ""
            self.error(self.words("wrong.use" if name.startswith("-") else "wrong.act", name=name))
        if unknown:
            self.error(self.words("wrong.unknown", given=unknown[0]))
        return options

    def error(self, message: str) -> NoReturn:
        self.exit(WRONG, f"{message}\n")


class Help(argparse.HelpFormatter):
    """The layout of argparse, under our word for "usage"."""

    def __init__(self, prog: str, usage: str) -> None:
        super().__init__(prog, max_help_position=32)
        self._said = usage

    def add_usage(
        self, usage: str | None, actions: Any, groups: Any, prefix: str | None = None
    ) -> None:
        said = f"{self._said} " if prefix is None else prefix
        super().add_usage(usage, actions, groups, said)


def parser_of(words: Words) -> Parser:
    """The parser of `livre-ouvert`: serve, read, write."""
    parser = Parser(words, prog="livre-ouvert", description=words("help.what"))
    acts = parser.add_subparsers(
        dest="act", title=words("help.acts"), metavar="serve | read | write"
    )
    of = {
        name: acts.add_parser(name, words=words, help=told, description=told)
        for name in ("serve", "read", "write")
        if (told := words(f"help.{name}"))
    }
    _serving(of["serve"], words)
    for name in ("read", "write"):
        _choosing(of[name], words)
    of["write"].asked.add_argument(
        "--tokens", type=_whole(words, "tokens", 0), default=40, metavar="N",
        help=words("help.tokens"),
    )  # fmt: skip
    return parser


def _serving(parser: Parser, words: Words) -> None:
    parser.asked.add_argument("--host", metavar="HOST", help=words("help.host"))
    parser.asked.add_argument(
        "--port", type=_whole(words, "port", 1, 65535), metavar="PORT", help=words("help.port")
    )


def _choosing(parser: Parser, words: Words) -> None:
    text = parser.add_argument_group(words("help.text"))
    text.add_argument("prompt", nargs="?", default="", metavar="TEXT", help=words("help.prompt"))
    add = parser.asked.add_argument
    add("--model", default="conteur", metavar="MODEL", help=words("help.model"))
    add("--greedy", action="store_true", help=words("help.greedy"))
    add("--temperature", type=_number(words, "temperature"), default=0.8, metavar="T",
        help=words("help.temperature"))  # fmt: skip
    add("--top-k", type=_whole(words, "top_k", 1), metavar="K", help=words("help.top_k"))
    add("--top-p", type=_number(words, "top_p", 1.0), default=0.9, metavar="P",
        help=words("help.top_p"))  # fmt: skip
    add("--seed", type=_whole(words, "seed"), default=7, metavar="N", help=words("help.seed"))


def _number(words: Words, name: str, most: float = math.inf) -> Callable[[str], float]:
    """A number from 0 to `most`, infinity left out, with a point or a comma."""

    def number(given: str) -> float:
        try:
            value = float(given.replace(",", "."))
        except ValueError:
            value = math.nan
        if not (0 <= value <= most and math.isfinite(value)):
            raise argparse.ArgumentTypeError(words(f"wrong.{name}", given=given))
        return value

    return number


def _whole(
    words: Words, name: str, least: float = -math.inf, most: float = math.inf
) -> Callable[[str], int]:
    """A whole number within bounds."""

    def whole(given: str) -> int:
        try:
            value = int(given)
        except ValueError:
            value = None
        if value is None or not least <= value <= most:
            raise argparse.ArgumentTypeError(words(f"wrong.{name}", given=given))
        return value

    return whole
