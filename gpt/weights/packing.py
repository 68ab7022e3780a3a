"""The weights of a GPT, laid out for the processor at hand.

Multiplying a few positions with a matrix takes as long as reading the matrix from memory; in the
order in which oneDNN wants it, it is read about twice as fast as in PyTorch's own.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

from gpt.model import GPT, Attention, Config, FeedForward

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


class PackedGPT(GPT):
    """A GPT for reading only: `pack`, called once, when the weights are there, makes it faster."""

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        self._table: list[PackedLinear] = []  # in a list: its weight is there by its own name

    def pack(self) -> None:
        """Lay every matrix out anew, where this PyTorch has oneDNN."""
        if not torch.backends.mkldnn.is_available():  # type: ignore[no-untyped-call]
            return
        for layer in [each for each in self.modules() if isinstance(each, Attention | FeedForward)]:
            for name, linear in list(layer.named_children()):
                if isinstance(linear, nn.Linear):
                    setattr(layer, name, PackedLinear(linear.weight, linear.bias))
        table = self.token_embedding if self.config.tied else self.output
        self._table = [PackedLinear(table.weight, None)]

    def unembed(self, hidden: Tensor) -> Tensor:
        return self._table[0](hidden) if self._table else super().unembed(hidden)
