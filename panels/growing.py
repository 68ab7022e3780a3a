"""A text that grows, twice from one prompt: by greedy, and by draws; sure, odd, said before."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import Any

from gpt import Reading, Settings, draw
from gpt.repeats import said_before
from gpt.sampling import Strategy
from panels.screen.controls import Control
from panels.screen.glyphs import glyphs, spelled_out
from panels.screen.view import View
from panels.text import SHADES

CONTROLS = (Control("length", 1, 40, 1, 32),)
STRATEGIES: tuple[Strategy, Strategy] = ("greedy", "sampling")


def data(view: View, length: float) -> dict[str, Any]:
    """Both texts, `length` tokens long or up to `<|endoftext|>`, with each token's plain softmax.

    `shade` counts the bounds its probability lies under; `again` says that it belongs to a passage
    that stood in the text before. `surprise` is the mean −log₂ p of a text's tokens, in bits;
    `different` counts its tokens, equal ones once.
    """
    settings = view.state.settings
    start = view.engine.prompt_ids(view.state.prompt) + view.state.written
    ways = [_Way(replace(settings, strategy=each), list(start)) for each in STRATEGIES]
    while growing := [way for way in ways if not way.over(view, len(start), length)]:
        readings = view.engine.read_all([way.ids for way in growing])
        for way, reading in zip(growing, readings, strict=True):
            way.go_on(view, reading, view.state.step + len(way.ids) - len(start))
    return {
        "prompt": spelled_out(view.tokenizer, start),
        "dropped": view.reading.dropped,
        "length": int(length),
        "temperature": settings.temperature,
        "ways": [way.told(view, len(start)) for way in ways],
    }


@dataclass
class _Way:
    """One of the texts: its settings, its ids so far, how likely each written one was, its rank."""

    settings: Settings
    ids: list[int]
    shares: list[float] = field(default_factory=list)
    ranks: list[int] = field(default_factory=list)

    def over(self, view: View, start: int, length: float) -> bool:
        ended = view.finished or self.ids[start:][-1:] == [view.tokenizer.end_of_text]
        return ended or len(self.ids) - start >= length

    def go_on(self, view: View, reading: Reading, step: int) -> None:
        here = view.engine.distribution(reading.row_logits(-1), self.settings)
        choice = here.choose(draw(self.settings.seed, step, view.state.draw))
        self.ids.append(choice.token_id)
        self.shares.append(float(here.plain[choice.token_id]))
        self.ranks.append(choice.rank)

    def told(self, view: View, start: int) -> dict[str, Any]:
        tokens = view.tokenizer.tokens(self.ids)[start:]
        again = said_before(self.ids)[start:]
        written = zip(tokens, self.shares, self.ranks, again, strict=True)
        return {
            "strategy": self.settings.strategy,
            "tokens": [
                {
                    "text": token.text,
                    "token": glyphs(token),
                    "probability": share,
                    "rank": rank,
                    "shade": sum(share < bound for bound in SHADES),
                    "again": repeated,
                }
                for token, share, rank, repeated in written
            ],
            "again": sum(again),
            "different": len(set(self.ids[start:])),
            "surprise": sum(-math.log2(share) for share in self.shares) / max(1, len(tokens)),
        }
