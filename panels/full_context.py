"""When the context is full: what is dropped, read again, kept, and what the model then forgets."""

from __future__ import annotations

from typing import Any

from gpt import Reading, draw
from gpt.compare import total_variation
from gpt.forgetting import passes
from gpt.reading import window as dropped_of
from panels.screen.controls import Control
from panels.screen.glyphs import glyphs, spelled_out
from panels.screen.view import View

CONTROLS = (Control("window", 8, 64, 1, 16), Control("more", 0, 48, 1, 12))
LONGEST = 64
GUESSES = 4


def data(view: View, window: float, more: float) -> dict[str, Any]:
    """The text, and `more` tokens after it, read by the real model as if its context were `window`.

    Each token of `text` is dropped, kept (its key and value lie in the cache) or computed (by the
    last pass); `passes` are the readings from the prompt on. The guesses after all of the text
    stand beside those after what is left of it; `distance` is half of Σ |p − q|.
    """
    config, tokenizer = view.model.network.config, view.tokenizer
    context, starts = min(int(window), config.context), int(tokenizer.reads_start)
    prompt = list(view.engine.prompt_ids(view.state.prompt))
    left_out = max(0, len(prompt) - LONGEST)
    ids = _written(view, prompt[left_out:], context - starts, int(more))
    first = min(len(prompt), LONGEST)
    found = passes(first, len(ids), context, starts)
    now = found[-1]
    whole, rest = view.engine.read_all([ids, ids[now.dropped :]])
    tokens = tokenizer.tokens(ids)
    return {
        "window": context,
        "context": config.context,
        "more": len(ids) - first,
        "left_out": left_out,
        "reads": len(view.reading.ids),
        "dropped": now.dropped,
        "kept": now.kept,
        "computed": now.computed,
        "starts": bool(starts),
        "text": [
            {
                "token": glyphs(token),
                "place": place + 1,
                "position": None if place < now.dropped else place - now.dropped + starts,
                "fate": _fate(place - now.dropped + starts, now.kept, starts),
                "written": place >= first,
            }
            for place, token in enumerate(tokens)
        ],
        "forgotten": spelled_out(tokenizer, ids[: now.dropped]),
        "passes": [
            {
                "length": each.length,
                "dropped": each.dropped,
                "kept": each.kept,
                "computed": each.computed,
                "full": number > 0 and each.dropped > found[number - 1].dropped,
            }
            for number, each in enumerate(found)
        ],
        **_guesses(view, whole, rest),
    }


def _written(view: View, ids: list[int], room: int, more: int) -> list[int]:
    """The text gone on by `more` tokens at the most, each chosen after what is left of it."""
    for step in range(more):
        reading = view.engine.read(ids[dropped_of(len(ids), room) :])
        here = view.engine.distribution(reading.row_logits(-1), view.state.settings)
        choice = here.choose(draw(view.state.seed, step, view.state.draw))
        ids = [*ids, choice.token_id]
        if choice.token_id == view.tokenizer.end_of_text:
            break
    return ids


def _fate(position: int, kept: int, starts: int) -> str:
    if position < starts:
        return "dropped"
    return "kept" if position < kept else "computed"


def _guesses(view: View, whole: Reading, rest: Reading) -> dict[str, Any]:
    rows = [each.row_logits(-1).double().softmax(0) for each in (whole, rest)]
    ids = [id for row in rows for id in row.topk(GUESSES).indices.tolist()]
    ids = sorted(set(ids), key=lambda id: -max(float(row[id]) for row in rows))
    return {
        "distance": total_variation(*rows),
        "guesses": [
            {"token": glyphs(view.token(id)), "shares": [float(row[id]) for row in rows]}
            for id in ids
        ],
    }
