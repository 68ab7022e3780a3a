"""`livre-ouvert`: serve the site, read a text, write on; in the reader's language."""

from __future__ import annotations

import argparse
import io
import os
import runpy
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from livre_ouvert import HOUSE, settings
from livre_ouvert.language import Terminal, command_words, language_of
from livre_ouvert.options import WRONG, Parser, parser_of
from panels.pages import building
from panels.screen.words import Words
from serve.door import DoorError, door

if TYPE_CHECKING:
    import gpt

STOPPED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the arguments ask for.

    The exit status: 0; 1 when the site cannot be served or nobody reads on; 2 for what was asked
    wrongly, a model that does not open too; 130 when interrupted.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    words = command_words(language_of(os.environ))
    parser = parser_of(words)
    options = parser.understood(arguments)
    if options.act is None:
        parser.print_help(sys.stderr)
        return WRONG
    if options.act == "serve":
        return _serve(options, words)
    try:
        return _with_model(parser, options, words)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        print()
        return STOPPED


def _serve(options: argparse.Namespace, words: Words) -> int:
    """Run `app.py` where it lies, once there is a port for it and a folder for its pages."""
    given = {"HOST": options.host, "PORT": options.port}
    os.environ.update({name: str(value) for name, value in given.items() if value is not None})
    try:
        settings.check()
        door()
    except settings.SettingError as reason:
        return _refused(words(f"settings.{reason.kind}", **reason.values))
    except DoorError as reason:
        return _refused(words(f"door.{reason.kind}", **reason.values))
    if not building.possible():
        return _refused(words("wrong.build", folder=str(building.PLACES[-1])))
    runpy.run_path(str(HOUSE / "app.py"), run_name="__main__")
    return 0


def _refused(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 1


def _with_model(parser: Parser, options: argparse.Namespace, words: Words) -> int:
    """Read or write with the model that is named."""
    if options.temperature == 0 and not options.greedy:
        parser.error(words("wrong.zero"))
    import gpt  # torch takes a second: help and mistakes are answered without it

    settings = gpt.Settings(
        strategy="greedy" if options.greedy else "sampling",
        temperature=options.temperature or 1.0,
        top_k=options.top_k,
        top_p=options.top_p,
        seed=options.seed,
    )
    text = _text(options.prompt, words)
    try:
        model = gpt.load(options.model)
    except gpt.CheckpointError as reason:
        sentence = words(f"model.{reason.kind}", name=options.model)
        known = reason.kind in ("missing", "unknown", "unreachable")
        parser.error(sentence if known else f"{sentence} ({reason})")
    act: Callable[[gpt.Model, str, gpt.Settings, argparse.Namespace, Words], None]
    act = _read if options.act == "read" else _write
    act(model, text, settings, options, words)
    return 0


def _text(prompt: str, words: Words) -> str:
    """The text to read: the argument, or for `-` what comes from the standard input."""
    from gpt.tokenizer import well_formed

    given = sys.stdin.read().removesuffix("\n") if prompt == "-" else prompt
    text = well_formed(given.replace("\r\n", "\n"))
    if text != given.replace("\r\n", "\n"):
        print(words("terminal.broken"), file=sys.stderr)
    return text


def _read(
    model: gpt.Model, text: str, settings: gpt.Settings, _options: argparse.Namespace, words: Words
) -> None:
    """Every position with what it predicts, and the last one with the settings."""
    import gpt
    from gpt.terminal import told

    reading = model.read(text)
    here = gpt.distribution(reading.row_logits(-1), settings)
    print(*told(reading, here, Terminal(words)), sep="\n", flush=True)


def _write(
    model: gpt.Model, text: str, settings: gpt.Settings, options: argparse.Namespace, _words: Words
) -> None:
    """The text, then what follows it, each token as soon as it is chosen."""
    from gpt.terminal import harmless

    print(harmless(text), end="", flush=True)
    for step in model.write(text, settings, options.tokens):
        print(harmless(step.token.text), end="", flush=True)
    print(flush=True)
