"""A row of scores after every position: what the model expected, and what came."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gpt import Token
from gpt.reading import Guess, Outcome, Row
from panels.screen.glyphs import glyphs
from panels.screen.view import View, from_the_end

ROWS = 24


def data(view: View) -> dict[str, Any]:
    """Per position its token, first guesses, and the outcome; the last row has none."""
    rows = view.rows
    tokens = view.reading.tokens
    positions = from_the_end(len(rows), ROWS, view.state.everything, (view.selected,))
    return {
        "count": len(rows),
        "vocabulary": view.tokenizer.size,
        "earlier": len(rows) - len(positions),
        "fewer": view.state.everything and len(rows) > ROWS,
        "finished": view.finished,
        "dropped": view.reading.dropped,
        "others": view.state.others,
        "rows": [
            {
                "position": position,
                "token": glyphs(tokens[position]),
                "start": position == 0 and tokens[0].is_end_of_text,
                "guesses": [
                    {"token": glyphs(view.token(each.token_id)), "probability": each.probability}
                    for each in guesses(view, position, rows[position])
                ],
                "came": _came(
                    None if view.unread and position == 0 else rows[position].outcome,
                    tokens[position + 1 : position + 2],
                ),
                "last": position == len(rows) - 1,
                "selected": position == view.selected,
            }
            for position in positions
        ],
    }


def guesses(view: View, position: int, row: Row) -> Sequence[Guess]:
    """The first guesses; a row that other panels show too has their numbers, to the last digit."""
    told = {len(view.reading.ids) - 1: view.last, view.selected: view.here}.get(position)
    if told is None:
        return row.guesses
    ids = told.order[: len(row.guesses)].tolist()
    return list(map(Guess, ids, told.plain[ids].tolist(), told.logits[ids].tolist()))


def _came(outcome: Outcome | None, came: Sequence[Token]) -> dict[str, Any] | None:
    if outcome is None:
        return None
    return {
        "token": glyphs(came[0]),
        "rank": outcome.rank,
        "probability": outcome.probability,
        "surprise": outcome.surprise,
    }
