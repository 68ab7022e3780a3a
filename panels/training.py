"""The recorded training of the bundled model: its losses, and what it said at some of its steps."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from gpt.weights import BUNDLED
from panels.screen.controls import Control
from panels.screen.glyphs import glyphs
from panels.screen.view import View
from panels.screen.words import LANGUAGES

RUN: dict[str, Any] = json.loads((BUNDLED["conteur"] / "training.json").read_text("utf-8"))
EACH = sum(prompt["language"] == "en" for prompt in RUN["prompts"])
CONTROLS = (
    Control("moment", 1, len(RUN["snapshots"]), 1, len(RUN["snapshots"])),
    Control("beginning", 1, EACH, 1, 1),
)
NEXT = 5


def data(view: View, moment: float, beginning: float) -> dict[str, Any]:
    """The held-out losses over the whole run, in nats a token, and one recorded moment of it.

    What was said is given for both languages, each by its own prompt number `beginning`.
    """
    snapshot = RUN["snapshots"][int(moment) - 1]
    record = next(each for each in RUN["records"] if each["step"] == snapshot["step"])
    return {
        "moment": int(moment),
        "moments": len(RUN["snapshots"]),
        "beginning": int(beginning),
        "beginnings": EACH,
        "step": snapshot["step"],
        "tokens": snapshot["tokens"],
        "losses": record["heldout"],
        "curve": [
            {"tokens": each["tokens"], "heldout": each["heldout"]} for each in RUN["records"]
        ],
        "said": {
            language: _said(view, snapshot["said"], language, int(beginning) - 1)
            for language in LANGUAGES
        },
    }


def _said(view: View, said: list[dict[str, Any]], language: str, number: int) -> dict[str, Any]:
    asked = _asked(language)[number]
    return {
        "prompt": RUN["prompts"][asked]["text"],
        "next": [
            {"token": glyphs(view.token(id)), "probability": probability}
            for id, _, probability in said[asked]["next"][:NEXT]
        ],
        "sample": said[asked]["sample"],
    }


@cache
def _asked(language: str) -> list[int]:
    return [n for n, prompt in enumerate(RUN["prompts"]) if prompt["language"] == language]
