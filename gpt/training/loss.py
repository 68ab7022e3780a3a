"""The loss over a large vocabulary, a slice of positions at a time.

The logits of a batch (positions × V) are the largest tensor of a training step. Here they live one
slice at a time: each slice's gradient is computed while its logits are still in the cache, so the
output layer costs three matrix products and no memory.
"""

from __future__ import annotations

from typing import Any, cast

import torch
from torch import Tensor

SLICE = 512


def sliced_cross_entropy(hidden: Tensor, embedding: Tensor, targets: Tensor) -> Tensor:
    """Mean cross-entropy, in nats, of the logits `hidden @ embedding.T` against `targets`.

    hidden (N, C), embedding (V, C), targets (N,): a scalar in float32, with gradients for the
    first two.
    """
    return cast(Tensor, SlicedCrossEntropy.apply(hidden, embedding, targets))  # type: ignore[no-untyped-call]


class SlicedCrossEntropy(torch.autograd.Function):
    """The gradient is computed on the way forward, when the logits are at hand."""

    @staticmethod
    def forward(ctx: Any, hidden: Tensor, embedding: Tensor, targets: Tensor) -> Tensor:
        positions = hidden.shape[0]
        hidden_gradient = torch.empty_like(hidden)
        embedding_gradient = torch.zeros(embedding.shape, dtype=torch.float32)
        loss = torch.zeros((), dtype=torch.float32)
        for first in range(0, positions, SLICE):
            here = slice(first, min(first + SLICE, positions))
            target = targets[here]
            row = torch.arange(len(target))
            difference = (hidden[here] @ embedding.T).float().softmax(dim=-1)
            loss -= difference[row, target].clamp_min(1e-30).log().sum()
            difference[row, target] -= 1  # the gradient: what was said minus what came
            difference = difference.div_(positions).to(hidden.dtype)
            hidden_gradient[here] = difference @ embedding
            embedding_gradient += difference.T @ hidden[here]
        ctx.save_for_backward(hidden_gradient, embedding_gradient.to(embedding.dtype))
        return loss / positions

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, Tensor, None]:
        hidden_gradient, embedding_gradient = ctx.saved_tensors
        return hidden_gradient * gradients[0], embedding_gradient * gradients[0], None
