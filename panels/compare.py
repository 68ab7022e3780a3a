"""Two models before the same text: their tokens, what surprised them, how far apart they are."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch

from gpt import CheckpointError, Token
from gpt.compare import Stretch, aligned, beginning, beginnings, surprise, total_variation
from gpt.reading import Row
from panels.screen.glyphs import glyphs
from panels.screen.models import for_template, note_of
from panels.screen.state import State
from panels.screen.view import View, look

CHIPS = 40
GUESSES = 6
PAIRS = 8
STRETCHES = 20


def data(view: View) -> dict[str, Any]:
    """The model on the screen and the one beside it, on the same text.

    `sides` holds one model where no second one is offered, or is there yet; `notes` then say why.
    `shared` is what can be compared, None without a second one.
    """
    state = view.state
    text = state.prompt + view.tokenizer.decode(state.written)
    state = replace(state.with_written(()), prompt=text)
    here = look(view.models, state) if view.state.written else view
    beside, notes = None, []
    name = beside_of(state, view.models.names)
    if name:
        try:
            beside = look(view.models, state.with_model(name))
        except CheckpointError as reason:
            notes = for_template([note_of(reason, name, state.model)])
        else:
            notes = for_template(beside.unread_pieces)
    views = [here] if beside is None else [here, beside]
    return {
        "models": len(view.models.names),
        "beside": name,
        "sides": [side(each) for each in views],
        "notes": notes,
        "shared": None if beside is None else shared(here, beside),
    }


def beside_of(state: State, names: Sequence[str]) -> str:
    """The model asked for beside the screen's, or the first other one; "" where there is none."""
    return state.beside or next((name for name in names if name != state.model), "")


def side(view: View) -> dict[str, Any]:
    """One model: its sizes, how it cuts the text, its first guesses by plain softmax."""
    config, tokens = view.model.network.config, view.reading.tokens
    starts = int(_starts(view))
    first = max(starts, len(tokens) - CHIPS)
    return {
        "name": view.state.model,
        "parameters": view.model.parameters,
        "vocabulary": view.tokenizer.size,
        "context": config.context,
        "tokens": [glyphs(token) for token in tokens[first:]],
        "earlier": first - starts,
        "dropped": view.reading.dropped,
        "starts": bool(starts),
        "count": len(tokens) - starts,
        "bytes": sum(len(token.bytes) for token in tokens),
        "guesses": [
            {"token": glyphs(view.token(id)), "share": float(view.last.plain[id])}
            for id in view.last.plain.topk(GUESSES).indices.tolist()
        ],
        "entropy": view.last.plain_entropy,
    }


def shared(one: View, other: View) -> dict[str, Any]:
    """What both have read, stretch by stretch, and the distance of their last rows.

    With one vocabulary the last rows are compared token by token, else by the beginning of what
    comes next.
    """
    stretches = aligned(one.reading.tokens, other.reading.tokens)
    rows = [one.rows, other.rows]
    bits = [[surprise(rows[0], s.one), surprise(rows[1], s.other)] for s in stretches]
    told = [n for n, both in enumerate(bits) if not any(map(math.isnan, both))]
    same = one.tokenizer.spellings == other.tokenizer.spellings
    return {
        "same_vocabulary": same,
        "stretches": [
            {
                "text": _drawn(stretch),
                "sides": [
                    _told(stretch.one, both[0], rows[0]),
                    _told(stretch.other, both[1], rows[1]),
                ],
            }
            for stretch, both in list(zip(stretches, bits, strict=True))[-STRETCHES:]
        ],
        "earlier": max(0, len(stretches) - STRETCHES),
        "bytes": sum(len(stretches[n].bytes) for n in told),
        "bits": [sum(bits[n][side] for n in told) for side in (0, 1)],
        "distance": (apart := distance(one, other)).whole,
        "pairs": [{"token": glyphs(token), "shares": shares} for token, shares in apart.pairs],
        "others": apart.others,
    }


@dataclass(frozen=True)
class Distance:
    """How far apart two last rows are: the `whole` of it, and the tokens, or beginnings of what
    comes, to which either gives most, each with both shares; the `others` have the rest."""

    whole: float
    pairs: list[tuple[Token, list[float]]]
    others: list[float]


def distance(one: View, other: View) -> Distance:
    """With one vocabulary the rows are compared token by token, else by beginnings."""
    same = one.tokenizer.spellings == other.tokenizer.spellings
    shares = [one.last.plain, other.last.plain]
    if not same:
        shares = [beginnings(each.last.plain, each.tokenizer) for each in (one, other)]
    most = max(len(each) for each in shares)
    p, q = (torch.nn.functional.pad(each, (0, most - len(each))) for each in shares)
    ids = torch.maximum(p, q).topk(min(PAIRS, most)).indices.tolist()
    return Distance(
        total_variation(p, q),
        [
            (one.token(id) if same else _beginning(one, id), [float(p[id]), float(q[id])])
            for id in ids
        ],
        [max(0.0, 1 - float(each[ids].sum())) for each in (p, q)],
    )


def _beginning(view: View, place: int) -> Token:
    spelled = beginning(place)
    return Token(-1, "", spelled) if spelled else view.token(view.tokenizer.end_of_text)


def _drawn(stretch: Stretch) -> dict[str, Any]:
    return glyphs(Token(-1, "", stretch.bytes))


def _told(tokens: range, bits: float, rows: Sequence[Row]) -> dict[str, Any]:
    """One model's view of a stretch: its tokens, its bits, and the rank where it is one token."""
    outcome = rows[tokens.start - 1].outcome if len(tokens) == 1 and tokens.start else None
    return {
        "tokens": len(tokens),
        "bits": None if math.isnan(bits) else bits,
        "rank": None if outcome is None else outcome.rank,
    }


def _starts(view: View) -> bool:
    return view.reading.tokens[0].is_end_of_text
