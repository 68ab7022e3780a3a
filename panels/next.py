"""What comes next: the likeliest tokens to press, and the one that the settings choose."""

from __future__ import annotations

from typing import Any

from panels.screen.acts import can_force
from panels.screen.glyphs import glyphs
from panels.screen.state import WRITTEN_TOKENS
from panels.screen.view import View

SHOWN = 5


def data(view: View) -> dict[str, Any]:
    """The text so far, the five likeliest next tokens by plain softmax, and the choice."""
    last = view.last
    first = last.order[:SHOWN].tolist()
    shares = [float(last.plain[id]) for id in first]
    return {
        "prompt": view.state.prompt,
        "written": [
            {"text": token.text, "end": token.is_end_of_text, "token": glyphs(token)}
            for token in view.written
        ],
        "dropped": view.reading.dropped,
        "options": [
            {
                "id": id,
                "token": glyphs(view.token(id)),
                "share": share,
                "chosen": id == view.choice.token_id,
            }
            for id, share in zip(first, shares, strict=True)
        ],
        "others": view.tokenizer.size - len(first),
        "others_share": max(0.0, 1 - sum(shares)),
        "most": shares[0],
        "chosen": glyphs(view.token(view.choice.token_id)),
        "finished": view.finished,
        "full": len(view.state.written) >= WRITTEN_TOKENS,
        "can_force": can_force(view) and view.on_last,
        "count": len(view.state.written),
    }
