"""Switch something off: the same text, the same model but for one part, and what it then says."""

from __future__ import annotations

import re
from typing import Any

import torch
from torch import Tensor

from gpt.compare import total_variation
from gpt.sampling import softmax
from gpt.switches import KINDS, Switch
from gpt.weights import BUNDLED, read_config
from panels.screen.controls import Control
from panels.screen.glyphs import glyphs
from panels.screen.view import View

_CONFIG = read_config(BUNDLED["conteur"])
HEAD, WORDS = KINDS.index("head"), len(KINDS)
"""What `off` says of a head; of no part, where two words have changed places."""

CONTROLS = (
    Control("off", 0, WORDS, 1, 0, shown=False),
    Control("block", 1, _CONFIG.layers, 1, 1, "layers", shown=False),
    Control("which", 1, _CONFIG.wide, 1, 1, "wide", shown=False),
    Control("first", 1, 1_000, 1, 1, "words_all", shown=False),
    Control("second", 1, 1_000, 1, 2, "words_all", shown=False),
)
PAIRS = 8
STRONGEST = 6
SHOWN = 24
WORD = re.compile(r"\w+")


def data(
    view: View, off: float, block: float, which: float, first: float, second: float
) -> dict[str, Any]:
    """The last row's probabilities, softmax at τ = 1, before and after.

    `off` counts in KINDS; `which` is a head or a neuron, from 1; `first` and `second` are words of
    the text, from 1. `moved` is the part of the probability that goes from token to token.
    """
    config = view.model.network.config
    text = view.state.prompt + view.tokenizer.decode(view.state.written)
    words = [match.span() for match in WORD.finditer(text)]
    one, two = (max(0, min(int(each), len(words)) - 1) for each in (first, second))
    kind = "words" if int(off) == WORDS else KINDS[int(off)]
    layer = min(int(block), config.layers) - 1
    most = {"head": config.heads, "neuron": config.wide}.get(kind, 1)
    part = min(int(which), most) - 1

    before = view.last.plain
    swapped = _swapped(text, words, one, two)
    if kind == "words" and one == two:
        logits = view.reading.row_logits(-1)
    elif kind == "words":
        logits = view.engine.read(view.engine.prompt_ids(swapped)).row_logits(-1)
    else:
        logits = view.without(Switch(kind, 0 if kind == "positions" else layer, part))
    after = softmax(logits.double())
    shown = range(max(0, len(words) - SHOWN), len(words))
    return {
        "kind": kind,
        "kinds": {name: n for n, name in enumerate((*KINDS, "words"))},
        "block": layer + 1,
        "which": part + 1,
        "layers": config.layers,
        "heads": config.heads,
        "wide": config.wide,
        "neurons": _strongest(view, layer) if kind in ("feed_forward", "neuron") else [],
        "swappable": [
            {"word": n + 1, "text": text[slice(*words[n])], "selected": n in (one, two)}
            for n in shown
        ],
        "words_all": max(1, len(words)),
        "one": one + 1,
        "two": two + 1,
        "first": text[slice(*words[one])] if words else "",
        "second": text[slice(*words[two])] if words else "",
        "swapped": swapped,
        "moved": total_variation(before, after),
        "before": _best(view, before),
        "after": _best(view, after),
        **_pairs(view, before, after),
    }


def _strongest(view: View, layer: int) -> list[dict[str, Any]]:
    """The neurons of a block that are highest at the last position."""
    here = view.trace(layer).feed_forward_in(layer)[-1]
    best = torch.argsort(here, descending=True, stable=True)[:STRONGEST].tolist()
    return [{"neuron": n + 1, "activation": float(here[n])} for n in best]


def _swapped(text: str, words: list[tuple[int, int]], one: int, two: int) -> str:
    """The text with two of its words in each other's place; a word and itself change nothing."""
    if one == two:
        return text
    (a, b), (c, d) = sorted((words[one], words[two]))
    return text[:a] + text[c:d] + text[b:c] + text[a:b] + text[d:]


def _best(view: View, probabilities: Tensor) -> dict[str, Any]:
    id = int(probabilities.argmax())
    return {"token": glyphs(view.token(id)), "probability": float(probabilities[id])}


def _pairs(view: View, before: Tensor, after: Tensor) -> dict[str, Any]:
    ids = torch.maximum(before, after).topk(min(PAIRS, len(before))).indices.tolist()
    return {
        "pairs": [
            {"token": glyphs(view.token(id)), "shares": [float(before[id]), float(after[id])]}
            for id in ids
        ],
        "others": [max(0.0, 1 - float(each[ids].sum())) for each in (before, after)],
    }
