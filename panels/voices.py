"""Three writers go on from one prompt: two that have only counted, and the GPT.

The counted ones know the texts that the GPT was trained on, and remember one token, or four. What
they lack is attention.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from torch import Tensor

from gpt.compare import surprise
from gpt.counts import Counts, Remembered, read_counts
from gpt.sampling import distribution, draw, softmax
from gpt.weights import BUNDLED
from panels.screen.controls import Control
from panels.screen.glyphs import glyphs
from panels.screen.state import MODEL, SEED_MOST
from panels.screen.view import View

CONTROLS = (Control("length", 1, 60, 1, 40),)
MEMORIES = (1, 4)
GUESSES = 3


@cache
def counts() -> Counts:
    """What was counted in the texts of the bundled model's training, by its own tokens."""
    return read_counts(BUNDLED[MODEL])


def data(view: View, length: float) -> dict[str, Any]:
    """The three texts, `length` tokens long or up to `<|endoftext|>`, and their first guesses.

    Beside another model than the bundled one nobody has counted: that one writes alone.
    Every token of a counted writer tells how many of the tokens before it were met in the counted
    texts together with something after them. `surprise` is the GPT's: the mean −log₂ p, in bits, of
    a text's tokens as it reads them.
    """
    start = view.engine.prompt_ids(view.state.prompt) + view.state.written
    counting = map(_Counting, MEMORIES) if view.engine.name == MODEL else ()
    writers = [] if view.finished else [*counting, _Reading(view)]
    return {
        "prompt": view.tokenizer.decode(start),
        "dropped": view.reading.dropped,
        "length": int(length),
        "counted": counts().total,
        "writers": [_told(view, start, writer, int(length)) for writer in writers],
    }


class _Counting:
    """A writer that remembers so many tokens."""

    def __init__(self, memory: int) -> None:
        self.memory = memory

    def next(self, read: tuple[int, ...]) -> tuple[Tensor, Remembered | None]:
        """Scores (V,) for what comes after these ids, the start token among them."""
        here = counts().after(read, self.memory)
        return here.scores, here


class _Reading:
    """The GPT, which sees all that fits its context."""

    def __init__(self, view: View) -> None:
        self.memory = view.model.network.config.context
        self._engine = view.engine

    def next(self, read: tuple[int, ...]) -> tuple[Tensor, Remembered | None]:
        return self._engine.read(read[1:]).row_logits(-1), None


def _told(
    view: View, start: Sequence[int], writer: _Counting | _Reading, length: int
) -> dict[str, Any]:
    """One writer's text under the screen's settings and draws, and what it expects first."""
    begun = (view.tokenizer.start, *start)
    settings, end = view.state.settings, view.tokenizer.end_of_text
    seed = (view.state.seed + view.state.draw) % SEED_MOST
    scores, first = writer.next(begun)
    read, now, here = begun, scores, first
    met: list[int | None] = []
    while True:
        u = draw(seed, view.state.step + len(met))
        read = (*read, distribution(now, settings).choose(u).token_id)
        met.append(None if here is None else here.length)
        if len(met) == length or read[-1] == end:
            break
        now, here = writer.next(read)
    sees = view.tokenizer.tokens(begun[-writer.memory :])
    tokens = view.tokenizer.tokens(read)[len(begun) :]
    plain = softmax(scores.double())
    return {
        "memory": writer.memory,
        "counts": first is not None,
        "sees": [glyphs(token) for token in sees[-max(MEMORIES) :]],
        "met": None if first is None else {"tokens": first.length, "times": first.met},
        "guesses": [
            {"token": glyphs(view.token(id)), "share": float(plain[id])}
            for id in plain.topk(GUESSES).indices.tolist()
        ],
        "tokens": [
            {"text": token.text, "token": glyphs(token), "met": known}
            for token, known in zip(tokens, met, strict=True)
        ],
        "whole": sum(known == writer.memory for known in met),
        "surprise": _surprise(view, read[1:], len(met)),
    }


def _surprise(view: View, ids: tuple[int, ...], written: int) -> float:
    """How much the written tokens that its context holds surprise the GPT, in bits a token."""
    reading = view.engine.read(ids)
    length = len(reading.ids)
    held = min(written, length - 1)
    return surprise(view.engine.rows(reading), range(length - held, length)) / held
