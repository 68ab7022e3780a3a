"""The weights of a GPT, laid out for the processor at hand.

Multiplying a few positions with a matrix takes as long as reading the matrix from memory; in the
order in which oneDNN wants it, it is read about twice as fast as in PyTorch's own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from gpt.model import GPT, Attention, Block, Config, FeedForward

POSITIONS = 16
"""For how many rows at a time the order is chosen: of those measured, the best for 1 as for 32."""


Step = Callable[[Tensor], Tensor]


class PackedLinear(nn.Linear):
    """A linear layer for reading only; the weights as PyTorch has them stay under `weight`."""

    def __init__(self, weight: Tensor, bias: Tensor | None) -> None:
        nn.Module.__init__(self)
        self.out_features, self.in_features = weight.shape
        self.weight = nn.Parameter(weight, requires_grad=False)
        self.register_parameter(
            "bias", None if bias is None else nn.Parameter(bias, requires_grad=False)
        )
        self._packed = torch.ops.mkldnn._reorder_linear_weight(weight.contiguous(), POSITIONS)

    def forward(self, x: Tensor) -> Tensor:
        """What `nn.Linear` gives, to within the rounding of another order of the sums."""
        return self.bare()(x)

    def bare(self) -> Step:
        """The product alone, as a function."""
        multiply = torch.ops.mkldnn._linear_pointwise.default
        packed, bias = self._packed, self.bias
        return lambda x: multiply(x, packed, bias, "none", [], "")


@dataclass(frozen=True)
class Steps:
    """The layers of a block as mere functions, each of (positions, channels)."""

    layer: int
    heads: int
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
        return cls(attention.layer, attention.heads, *map(_bare, layers))


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


class PackedGPT(GPT):
    """A GPT for reading only: `pack`, called once, when the weights are there, makes it faster."""

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        self._table: list[PackedLinear] = []  # in a list: its weight is there by its own name
        self.steps: list[Steps] = []

    def pack(self) -> None:
        """Lay every matrix out anew, where this PyTorch has oneDNN, and take the blocks' layers."""
        if torch.backends.mkldnn.is_available():  # type: ignore[no-untyped-call]
            self._pack()
        self.steps = list(map(Steps.of, self.blocks))

    def _pack(self) -> None:
        for layer in [each for each in self.modules() if isinstance(each, Attention | FeedForward)]:
            for name, linear in list(layer.named_children()):
                if isinstance(linear, nn.Linear):
                    setattr(layer, name, PackedLinear(linear.weight, linear.bias))
        table = self.token_embedding if self.config.tied else self.output
        self._table = [PackedLinear(table.weight, None)]

    def unembed(self, hidden: Tensor) -> Tensor:
        return self._table[0](hidden) if self._table else super().unembed(hidden)


def steps_of(network: GPT) -> list[Steps]:
    """The blocks of a network as functions, from the first to the last."""
    known = network.steps if isinstance(network, PackedGPT) else []
    return known or list(map(Steps.of, network.blocks))
