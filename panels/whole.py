"""The whole way in one picture: what stands at every stage for the text that was read."""

from __future__ import annotations

from typing import Any

import torch

from panels.screen.glyphs import glyphs
from panels.screen.view import View

TOKENS = 4
NUMBERS = 3
FIRST = 4


def data(view: View) -> dict[str, Any]:
    """Per stage, with the sizes of this text: tokens, vectors, blocks, logits, shares, the choice.

    `vector` and `hidden` are the last position's first numbers, before the first block and after
    the final norm; `looks` is the highest weight the last position gives to one before it, if any;
    `interval` is the slice of [0, 1] that the chosen token holds.
    """
    network, reading, trace = view.model.network, view.reading, view.trace()
    config, length = network.config, len(view.reading.ids)
    first = max(0, length - TOKENS)
    ids = view.last.order[:FIRST].tolist()
    return {
        "tokens": [
            {
                "position": t,
                "token": glyphs(reading.tokens[t]),
                "id": reading.ids[t],
                "start": t == 0 and reading.tokens[0].is_end_of_text,
            }
            for t in range(first, length)
        ],
        "earlier": first,
        "length": length,
        "layers": config.layers,
        "heads": config.heads,
        "channels": config.channels,
        "vocabulary": config.vocabulary,
        "wide": config.wide,
        "vector": trace.embeddings[-1, :NUMBERS].tolist(),
        "hidden": reading.hidden[-1, :NUMBERS].tolist(),
        "looks": _highest_look(view),
        "top": [
            {
                "id": id,
                "token": glyphs(view.token(id)),
                "logit": float(view.last.logits[id]),
                "plain": float(view.last.plain[id]),
                "tempered": float(view.last.tempered[id]),
                "probability": float(view.last.probabilities[id]),
                "kept": bool(view.last.kept[id]),
                "chosen": id == view.choice.token_id,
            }
            for id in ids
        ],
        "kept": view.last.kept_count,
        "strategy": view.state.strategy,
        "temperature": view.state.temperature,
        "top_k": view.state.top_k,
        "top_p": view.state.top_p,
        "u": view.choice.u,
        "chosen": {
            "id": view.choice.token_id,
            "token": glyphs(view.token(view.choice.token_id)),
            "probability": view.choice.probability,
            "rank": view.choice.rank,
            "interval": list(view.choice.interval),
        },
        "finished": view.finished,
    }


def _highest_look(view: View) -> dict[str, Any] | None:
    """Where the last position looks most, itself and the start token left out."""
    last = view.trace().last_attention  # (L, H, T)
    begin = int(view.reading.tokens[0].is_end_of_text)
    earlier = last[:, :, begin:-1]
    if not earlier.shape[-1]:
        return None
    block, head, position = torch.unravel_index(earlier.argmax(), earlier.shape)
    at = int(position) + begin
    return {
        "block": int(block) + 1,
        "head": int(head) + 1,
        "weight": float(last[block, head, at]),
        "token": glyphs(view.reading.tokens[at]),
    }
