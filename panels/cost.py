"""What the same sentence costs in French and in English: its tokens, side by side."""

from __future__ import annotations

import tomllib
from typing import Any

from gpt.tokenizer import Tokenizer
from panels.screen.controls import Control
from panels.screen.glyphs import glyphs
from panels.screen.view import View
from panels.screen.words import LANGUAGES, SITE

PAIRS: list[dict[str, str]] = tomllib.loads((SITE / "pairs.toml").read_text("utf-8"))["pair"]
CONTROLS = (Control("pair", 1, len(PAIRS), 1, 1),)


def data(view: View, pair: float) -> dict[str, Any]:
    """One pair of sentences, cut and counted, and what all the pairs cost together."""
    chosen = PAIRS[int(pair) - 1]
    return {
        "pair": int(pair),
        "pairs": len(PAIRS),
        "texts": [counted(view.tokenizer, each, chosen[each]) for each in LANGUAGES],
        "all": [
            {
                "language": each,
                "count": sum(len(view.tokenizer.encode(one[each])) for one in PAIRS),
                "characters": sum(len(one[each]) for one in PAIRS),
            }
            for each in LANGUAGES
        ],
    }


def counted(tokenizer: Tokenizer, language: str, text: str) -> dict[str, Any]:
    """A sentence's tokens, and how many characters and bytes they stand for."""
    tokens = tokenizer.tokens(tokenizer.encode(text))
    return {
        "language": language,
        "text": text,
        "tokens": [glyphs(token) for token in tokens],
        "count": len(tokens),
        "characters": len(text),
        "bytes": len(text.encode()),
    }
