"""A whole run as one file: the prompt, the settings, every token and what it was chosen from."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from typing import Any

from markupsafe import Markup

from engine.leaving import LeftError, left
from gpt import Distribution, distribution, draw
from gpt.reading import window
from panels.screen.drawing import draw_page_part
from panels.screen.glyphs import glyphs
from panels.screen.view import View
from panels.screen.words import SITE
from panels.text import SHADES

FIRST = 10
"""Tokens of a distribution that are listed; the chosen one is among them, or stands after them."""

STYLES = ("colours.css", "run.css")
FONTS = {
    "Literata": "literata-latin-wght-normal.woff2",
    "Inter": "inter-latin-wght-normal.woff2",
    "JetBrains Mono": "jetbrains-mono-latin-wght-normal.woff2",
}


@dataclass(frozen=True)
class Written:
    """A token of the text, None where it is still to be chosen, and what it was chosen from."""

    token_id: int | None
    step: int
    here: Distribution


def run(view: View, about: Mapping[str, Any], language: str) -> str:
    """The page: it holds its styles and its typefaces, and asks nobody for anything."""
    ids = [*view.engine.prompt_ids(view.state.prompt), *view.state.written]
    last = view.tokenizer.tokens(ids)[len(ids) - len(view.state.written) :]
    texts = [token.text for token in last]
    steps = [_told(view, each) for each in chosen_from(view)]
    for text, step in zip(texts, steps, strict=False):
        step["text"] = text
    return draw_page_part(
        "run.html",
        language,
        {
            "about": about,
            "prompt": view.state.prompt,
            "steps": steps,
            "finished": view.finished,
            "style": Markup(_style()),
        },
    )


def chosen_from(view: View) -> Iterator[Written]:
    """Every written token and the one to come, with the distribution that was before the choice.

    A text that outgrew the context was read anew each time its older half went; between two of
    those moments one reading has all rows.
    """
    prompt = view.engine.prompt_ids(view.state.prompt)
    written = view.state.written
    text = [*prompt, *written]
    start = int(view.tokenizer.reads_start or not text)
    room = view.model.network.config.context - start
    lengths = range(len(prompt), len(text) + (0 if view.finished else 1))
    for _, group in groupby(lengths, lambda length: window(length, room)):
        of_one = list(group)
        reading = view.engine.read(text[: of_one[-1]])
        for length in of_one:
            leaving = left.get()
            if leaving is not None and leaving.is_set():
                raise LeftError
            row = reading.row_logits(length - 1 - of_one[-1])
            yield Written(
                text[length] if length < len(text) else None,
                length - len(prompt),
                distribution(row, view.state.settings),
            )


def _told(view: View, written: Written) -> dict[str, Any]:
    """A step as the template draws it; `by_draw` says that this token is what the seed gives."""
    here, state = written.here, view.state
    u = draw(state.seed, written.step, state.draw if written.token_id is None else 0)
    choice = here.choose(u)
    token_id = choice.token_id if written.token_id is None else written.token_id
    listed = here.order[:FIRST].tolist()
    rank = int((here.order == token_id).nonzero()) + 1
    rows = [_row(view, here, id, number) for number, id in enumerate(listed, start=1)]
    if rank > FIRST:
        rows.append(_row(view, here, token_id, rank))
    plain = float(here.plain[token_id])
    return {
        "number": written.step + 1,
        "coming": written.token_id is None,
        "token": glyphs(view.token(token_id)),
        "text": view.token(token_id).text,
        "id": token_id,
        "rank": rank,
        "plain": plain,
        "probability": float(here.probabilities[token_id]),
        "shade": sum(plain < bound for bound in SHADES),
        "u": None if state.strategy == "greedy" else u,
        "interval": list(choice.interval),
        "by_draw": choice.token_id == token_id,
        "kept": here.kept_count,
        "entropy": [here.plain_entropy, here.entropy],
        "rows": [row | {"chosen": row["id"] == token_id} for row in rows],
        "others": {
            "count": len(here.order) - len(rows),
            "plain": max(0.0, 1 - sum(row["plain"] for row in rows)),
            "probability": max(0.0, 1 - sum(row["probability"] for row in rows)),
        },
    }


def _row(view: View, here: Distribution, token_id: int, rank: int) -> dict[str, Any]:
    return {
        "rank": rank,
        "token": glyphs(view.token(token_id)),
        "id": token_id,
        "logit": float(here.logits[token_id]),
        "plain": float(here.plain[token_id]),
        "probability": float(here.probabilities[token_id]),
        "rule": here.excluded_by(token_id) or "kept",
    }


@cache
def _style() -> str:
    """The palette, the file's own style, and the typefaces within."""
    styles = [(SITE / "assets" / "css" / name).read_text("utf-8") for name in STYLES]
    fonts = [
        f'@font-face{{font-family:"{name}";font-weight:100 900;'
        f"src:url(data:font/woff2;base64,{_encoded(file)})}}"
        for name, file in FONTS.items()
    ]
    return "\n".join([*fonts, *styles])


def _encoded(file: str) -> str:
    return base64.b64encode((SITE / "assets" / "fonts" / file).read_bytes()).decode("ascii")
