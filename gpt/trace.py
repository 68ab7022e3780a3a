"""What one reading leaves behind, by name, when it is asked to.

Sizes, here and in the whole project: T positions, L layers, H heads, C channels, V vocabulary.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import torch
from torch import Tensor


@dataclass
class Trace:
    """The inner tensors of one forward pass over a single text.

    The model hands each tensor over as it computes it (`keep_…`); the properties stack them in the
    order of the way: embeddings, then per block the attention weights, the feed-forward
    activations, and the residual stream that leaves the block.
    """

    _residual: list[Tensor] = field(default_factory=list)
    _attention: list[Tensor] = field(default_factory=list)
    _activations: list[Tensor] = field(default_factory=list)

    def keep_residual(self, x: Tensor) -> None:
        self._residual.append(_only_text(x))

    def keep_attention(self, weights: Tensor) -> None:
        self._attention.append(_only_text(weights))

    def keep_activations(self, activations: Tensor) -> None:
        self._activations.append(_only_text(activations))

    @property
    def embeddings(self) -> Tensor:
        """(T, C): token embedding + position embedding, what the first block reads."""
        return self._residual[0]

    @property
    def residual(self) -> Tensor:
        """(L + 1, T, C): the residual stream before the first block and after each block.

        The final norm is not applied: apply the model's `norm` before comparing the last entry
        with the last hidden state of `transformers`.
        """
        return torch.stack(self._residual)

    @property
    def attention(self) -> Tensor:
        """(L, H, T, T): row t holds the weights with which position t looks at 0…t; sums to 1."""
        return torch.stack(self._attention)

    @property
    def feed_forward(self) -> Tensor:
        """(L, T, 4C): the activations between expand and contract, after GELU."""
        return torch.stack(self._activations)


def _only_text(x: Tensor) -> Tensor:
    if x.shape[0] != 1:
        raise ValueError(f"a trace holds one text, not a batch of {x.shape[0]}")
    return x[0].detach().float()
