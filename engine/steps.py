"""A network's blocks as mere functions, without what modules do around what they compute."""

from __future__ import annotations

from dataclasses import dataclass
from weakref import WeakKeyDictionary

import torch
from torch import nn
from torch.nn import functional as F

from gpt.model import GPT, Block
from gpt.weights.packing import PackedLinear, Step


@dataclass(frozen=True)
class Steps:
    """The layers of a block as mere functions, each of (positions, channels); and its divisor."""

    layer: int
    heads: int
    divisor: float
    bend: Step
    norm_1: Step
    query_key_value: Step
    output: Step
    norm_2: Step
    expand: Step
    contract: Step

    @classmethod
    def of(cls, block: nn.Module) -> Steps:
        """Those of a Block."""
        assert isinstance(block, Block)
        attention, forward = block.attention, block.feed_forward
        layers = (
            block.norm_1, attention.query_key_value, attention.output,
            block.norm_2, forward.expand, forward.contract,
        )  # fmt: skip
        given = (attention.layer, attention.heads, attention.divisor, forward.bend)
        return cls(*given, *map(_bare, layers))


def _bare(layer: nn.Module) -> Step:
    """What a layer computes, without what a module does around it.

    Of the time that one position takes through GPT-2, that and finding modules by name is a tenth.
    """
    match layer:
        case PackedLinear():
            return layer.bare()
        case nn.Linear():
            weight, bias = layer.weight, layer.bias
            return lambda x: F.linear(x, weight, bias)
        case nn.LayerNorm():
            shape, eps, scale, shift = layer.normalized_shape, layer.eps, layer.weight, layer.bias
            return lambda x: torch.layer_norm(x, shape, scale, shift, eps)
    raise TypeError(f"a block has no {type(layer).__name__}")


_known: WeakKeyDictionary[GPT, list[Steps]] = WeakKeyDictionary()


def steps_of(network: GPT) -> list[Steps]:
    """The blocks of a network as functions, from the first to the last; each network's once."""
    known = _known.get(network)
    if known is None:
        known = _known[network] = list(map(Steps.of, network.blocks))
    return known
