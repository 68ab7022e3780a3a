"""The loss over a large vocabulary, a slice of positions at a time.

The logits of a batch (positions × V) are the largest tensor of a training step. Here they live one
slice at a time: each slice's gradient is computed while its logits are still in the cache, so the
output layer costs three matrix products and no memory.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import torch
from torch import Tensor

SLICE = 1024

Slice = Callable[[Tensor, Tensor, Tensor], tuple[Tensor, Tensor]]


def slice_loss(hidden: Tensor, embedding: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
    """The summed cross-entropy of some positions, and its gradient at their logits.

    hidden (N, C), embedding (V, C), targets (N,): a scalar in nats, and (N, V) in the precision of
    `hidden`: what was said minus what came.
    """
    logits = (hidden @ embedding.T).float()
    total = logits.logsumexp(dim=-1)
    came = logits.gather(-1, targets.unsqueeze(-1)).squeeze(-1)
    said = (logits - total.unsqueeze(-1)).exp()
    tokens = torch.arange(embedding.shape[0], device=hidden.device)
    difference = torch.where(tokens == targets.unsqueeze(-1), said - 1, said)
    return (total - came).sum(), difference.to(hidden.dtype)


def sliced_cross_entropy(
    hidden: Tensor, embedding: Tensor, targets: Tensor, slice_loss: Slice = slice_loss
) -> Tensor:
    """Mean cross-entropy, in nats, of the logits `hidden @ embedding.T` against `targets`.

    hidden (N, C), embedding (V, C), targets (N,): a scalar in float32, with gradients for the
    first two. `slice_loss` may be a compiled one.
    """
    loss = SlicedCrossEntropy.apply(hidden, embedding, targets, slice_loss)  # type: ignore[no-untyped-call]
    return cast(Tensor, loss)


class SlicedCrossEntropy(torch.autograd.Function):
    """The gradient is computed on the way forward, when the logits are at hand."""

    @staticmethod
    def forward(
        ctx: Any, hidden: Tensor, embedding: Tensor, targets: Tensor, slice_loss: Slice
    ) -> Tensor:
        positions = hidden.shape[0]
        hidden_gradient = torch.empty_like(hidden)
        embedding_gradient = torch.zeros_like(embedding, dtype=torch.float32)
        loss = torch.zeros((), dtype=torch.float32, device=hidden.device)
        for first in range(0, positions, SLICE):
            here = slice(first, min(first + SLICE, positions))
            part, difference = slice_loss(hidden[here], embedding, targets[here])
            loss += part
            hidden_gradient[here] = difference @ embedding / positions
            embedding_gradient += difference.T @ hidden[here]
        embedding_gradient = (embedding_gradient / positions).to(embedding.dtype)
        ctx.save_for_backward(hidden_gradient, embedding_gradient)
        return loss / positions

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, Tensor, None, None]:
        hidden_gradient, embedding_gradient = ctx.saved_tensors
        return hidden_gradient * gradients[0], embedding_gradient * gradients[0], None, None
