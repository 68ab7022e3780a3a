"""`python -m gpt "Il était une fois"`: a text read, judged and written on, in a terminal."""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

from gpt.errors import CheckpointError
from gpt.generate import Model
from gpt.sampling import Settings, distribution
from gpt.terminal import English, harmless, told
from gpt.tokenizer import well_formed
from gpt.weights import load

WRONG = 2
STOPPED = 130


class Parser(argparse.ArgumentParser):
    """A parser that says in one sentence what is wrong."""

    def error(self, message: str) -> NoReturn:
        self.exit(WRONG, f"{self.prog}: {message}\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the prompt, print what the model makes of it, write on; the exit status."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.temperature == 0 and not options.greedy:
        parser.error("temperature is a number above 0; --greedy always takes the first token")
    try:
        settings = Settings(
            strategy="greedy" if options.greedy else "sampling",
            temperature=options.temperature or 1.0,
            top_k=options.top_k,
            top_p=options.top_p,
            seed=options.seed,
        )
        if options.tokens < 0:
            raise ValueError(f"tokens is at least 0, not {options.tokens}")
        model = load(options.model)
    except (ValueError, CheckpointError) as reason:
        parser.error(str(reason))
    try:
        _show(model, options.prompt.replace("\r\n", "\n"), settings, options.tokens)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        print()
        return STOPPED
    return 0


def _show(model: Model, prompt: str, settings: Settings, tokens: int) -> None:
    text, words = well_formed(prompt), English()
    if text != prompt:
        print(f"{words('broken')}\n")
    reading = model.read(text)
    print(*told(reading, distribution(reading.row_logits(-1), settings), words), "", sep="\n")
    print(harmless(text), end="", flush=True)
    for step in model.write(text, settings, tokens):
        print(harmless(step.token.text), end="", flush=True)
    print(flush=True)


def _parser() -> Parser:
    parser = Parser(
        prog="python -m gpt",
        description="Reads a text, shows what the model expects after every token, and writes on.",
    )
    parser.add_argument("prompt", nargs="?", default="", help="the text to read; none: no text")
    parser.add_argument("--model", default="conteur", help="a bundled name or a folder")
    parser.add_argument("--greedy", action="store_true", help="always take the first token")
    parser.add_argument("--temperature", type=float, default=0.8, metavar="T", help="above 0")
    parser.add_argument("--top-k", type=int, metavar="K", help="keep the K first tokens")
    parser.add_argument("--top-p", type=float, default=0.9, metavar="P", help="keep this much")
    parser.add_argument("--seed", type=int, default=7, help="another seed, another text")
    parser.add_argument("--tokens", type=int, default=40, help="how many to write")
    return parser


if __name__ == "__main__":
    sys.exit(main())
