"""Switch a part of the network off, and read: what would be said without it?

The model is read as it is written in `gpt.model`. A switch is a hook, PyTorch's own way of standing
at the door of a layer: it sees what goes in or out, and may put something else in its place, here
zeros. What is zero adds nothing to the residual stream.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from gpt.model import GPT, Block

KINDS = ("head", "attention", "feed_forward", "neuron", "positions")


@dataclass(frozen=True)
class Switch:
    """What is switched off: the kind of part, its block, and which head or neuron, from 0.

    A head goes without the bias that all heads of its block share; an attention or a feed-forward
    goes with its biases; the positions are those of the whole text.
    """

    kind: str
    block: int = 0
    which: int = 0


@contextmanager
def switched_off(network: GPT, switch: Switch) -> Iterator[None]:
    """Within it, the network computes without this part.

    Nobody else may read with it meanwhile. Raises ValueError for a part
    that the network does not have.
    """
    config = network.config
    if switch.kind not in KINDS:
        raise ValueError(f"nothing is called {switch.kind}")
    several = {"head": config.heads, "neuron": config.wide}
    most = several.get(switch.kind, 1)
    there = 0 <= switch.block < config.layers and 0 <= switch.which < most
    if not there:
        raise ValueError(f"the network has no {switch}")
    hook = _hook(network, switch)
    try:
        yield
    finally:
        hook.remove()


def _hook(network: GPT, switch: Switch) -> Any:
    if switch.kind == "positions":
        return network.position_embedding.register_forward_hook(_nothing)
    block = network.blocks[switch.block]
    assert isinstance(block, Block)
    if switch.kind == "attention":
        return block.attention.register_forward_hook(_nothing)
    if switch.kind == "feed_forward":
        return block.feed_forward.register_forward_hook(_nothing)
    if switch.kind == "neuron":
        only = slice(switch.which, switch.which + 1)
        return block.feed_forward.contract.register_forward_pre_hook(_without(only))
    wide = network.config.channels // network.config.heads
    head = slice(switch.which * wide, (switch.which + 1) * wide)  # the heads lie side by side
    return block.attention.output.register_forward_pre_hook(_without(head))


def _nothing(_layer: nn.Module, _given: Any, made: Tensor) -> Tensor:
    return torch.zeros_like(made)


def _without(channels: slice) -> Any:
    def pre_hook(_layer: nn.Module, given: tuple[Tensor]) -> tuple[Tensor]:
        x = given[0].clone()  # (…, channels)
        x[..., channels] = 0
        return (x,)

    return pre_hook
