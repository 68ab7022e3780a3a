"""The text so far: the prompt, each written token in the colour of its probability, the next."""

from __future__ import annotations

from typing import Any

from panels.screen.glyphs import glyphs, spelled_out
from panels.screen.view import View

SHADES = (0.5, 0.2, 0.05, 0.01)
"""A written token's shade is the number of these bounds its plain probability lies under."""


def data(view: View) -> dict[str, Any]:
    """The written tokens with their plain softmax probability, and the token about to be added."""
    rows = view.rows
    dropped = view.reading.dropped
    return {
        "unread": spelled_out(view.tokenizer, view.unread),
        "prompt": view.state.prompt if not dropped else _read_prompt(view),
        "dropped": dropped,
        "finished": view.finished,
        "written_count": len(view.state.written),
        "written": [
            {
                "text": token.text,
                "token": glyphs(token),
                "position": view.prompt_length + number,
                "probability": outcome.probability,
                "rank": outcome.rank,
                "shade": sum(outcome.probability < bound for bound in SHADES),
            }
            for number, token in enumerate(view.written)
            if (outcome := rows[view.prompt_length + number - 1].outcome) is not None
            and not (view.unread and view.prompt_length + number == 1)
        ],
        "next": {
            "text": view.token(view.choice.token_id).text,
            "token": glyphs(view.token(view.choice.token_id)),
            "probability": view.choice.probability,
        },
    }


def _read_prompt(view: View) -> str:
    """What is read and was not judged: the rest of the prompt, or the first token after the gap."""
    length = max(view.prompt_length, 2)
    return spelled_out(view.tokenizer, view.reading.ids[:length])
