"""Inside a feed-forward: which neurons a position wakes, and one neuron over the whole text."""

from __future__ import annotations

from typing import Any

import torch

from gpt.model import Block
from gpt.shares import direct, output_rows
from gpt.weights import BUNDLED, read_config
from panels.screen.controls import Control
from panels.screen.glyphs import glyphs
from panels.screen.view import View, from_the_end

_CONFIG = read_config(BUNDLED["conteur"])

CONTROLS = (
    Control("block", 1, _CONFIG.layers, 1, 3, "blocks"),
    Control("neuron", 0, _CONFIG.wide, 1, 0, "wide"),
)
STRONGEST = 6
SHOWN = 24
ADDS = 6


def data(view: View, block: float, neuron: float) -> dict[str, Any]:
    """Of one block: the neurons highest at the selected position, and one neuron at each position.

    Activations are what stands between expand and contract, after GELU, which is never below
    −0.17. Neuron 0 stands for the highest of them. `share` is an activation's size over the largest
    that is drawn. `adds` and `takes` are the logits that the neuron's vector raises and lowers most
    on its straight way to the output, in points for an activation of 1, at the selected position.
    """
    config = view.model.network.config
    layer = min(int(block), config.layers) - 1
    activations = view.trace(layer).feed_forward_in(layer)  # (T, 4C)
    here = activations[view.selected]
    strongest = torch.argsort(here, descending=True, stable=True)[:STRONGEST].tolist()
    which = min(int(neuron), activations.shape[1]) - 1 if neuron else strongest[0]
    tokens = view.reading.tokens
    positions = from_the_end(len(tokens), SHOWN, everything=False, also=(view.selected,))
    drawn = [float(activations[t, which]) for t in positions]
    largest = max(max(map(abs, drawn)), 1e-9)
    return {
        "block": layer + 1,
        "blocks": config.layers,
        "neuron": which + 1,
        "channels": config.channels,
        "wide": activations.shape[1],
        "awake": int((here > 0).sum()),
        "selected": {
            "token": glyphs(tokens[view.selected]),
            "start": view.selected == 0 and tokens[0].is_end_of_text,
        },
        "strongest": [{"neuron": n + 1, "activation": float(here[n])} for n in strongest],
        "activation": float(here[which]),
        **_written(view, layer, which),
        "earlier": len(tokens) - len(positions),
        "positions": [
            {
                "position": t,
                "token": glyphs(tokens[t]),
                "start": t == 0 and tokens[0].is_end_of_text,
                "selected": t == view.selected,
                "activation": value,
                "share": abs(value) / largest,
            }
            for t, value in zip(positions, drawn, strict=True)
        ],
    }


def _written(view: View, layer: int, neuron: int) -> dict[str, Any]:
    """The tokens for and against which the vector of a neuron speaks, furthest first."""
    network = view.model.network
    block = network.blocks[layer]
    assert isinstance(block, Block)
    vector = block.feed_forward.contract.weight[:, neuron].detach()  # (C,)
    stream = view.trace(layer).residual[-1, view.selected]
    points = direct(network, vector, stream, output_rows(network))  # (V,)
    return {
        name: [
            {"token": glyphs(view.token(id)), "points": float(points[id])}
            for id in points.topk(min(ADDS, len(points)), largest=largest).indices.tolist()
        ]
        for name, largest in (("adds", True), ("takes", False))
    }
