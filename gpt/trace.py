"""What one reading leaves behind, by name, when it is asked to.

Sizes, here and in the whole project: T positions, L layers, H heads, C channels, V vocabulary.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor


@dataclass
class Trace:
    """The inner tensors of one forward pass over a single text.

    The model hands each tensor over as it computes it (`keep_…`); the properties stack them in the
    order of the way: embeddings, then per block the attention weights, the feed-forward
    activations, and the residual stream that leaves the block.

    Attention weights and activations are most of it (600 MB for 1,024 tokens in GPT-2 small): with
    `blocks`, only those of these blocks are kept.
    """

    blocks: Sequence[int] | None = None
    _residual: list[Tensor] = field(default_factory=list)
    _attention: list[Tensor | None] = field(default_factory=list)
    _last_attention: list[Tensor] = field(default_factory=list)
    _activations: list[Tensor | None] = field(default_factory=list)

    def keep_residual(self, x: Tensor) -> None:
        self._residual.append(_only_text(x))

    def keep_attention(self, weights: Tensor) -> None:
        weights = _only_text(weights)
        self._last_attention.append(weights[:, -1].clone())
        self._attention.append(weights if self._wanted(len(self._attention)) else None)

    def keep_activations(self, activations: Tensor) -> None:
        wanted = self._wanted(len(self._activations))
        self._activations.append(_only_text(activations) if wanted else None)

    def _wanted(self, block: int) -> bool:
        return self.blocks is None or block in self.blocks

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
        return torch.stack([self.attention_in(block) for block in range(len(self._attention))])

    def attention_in(self, block: int) -> Tensor:
        """(H, T, T): the weights of one block. Raises ValueError if they were not kept."""
        return _kept(self._attention[block], block)

    @property
    def last_attention(self) -> Tensor:
        """(L, H, T): the weights with which the last position looks at all, of every block."""
        return torch.stack(self._last_attention)

    @property
    def feed_forward(self) -> Tensor:
        """(L, T, 4C): the activations between expand and contract, after GELU."""
        return torch.stack([self.feed_forward_in(block) for block in range(len(self._activations))])

    def feed_forward_in(self, block: int) -> Tensor:
        """(T, 4C): the activations of one block. Raises ValueError if they were not kept."""
        return _kept(self._activations[block], block)


def _kept(tensor: Tensor | None, block: int) -> Tensor:
    if tensor is None:
        raise ValueError(f"the trace was not asked to keep block {block}")
    return tensor


def _only_text(x: Tensor) -> Tensor:
    if x.shape[0] != 1:
        raise ValueError(f"a trace holds one text, not a batch of {x.shape[0]}")
    return x[0].detach().float()
