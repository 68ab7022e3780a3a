"""The average of the last weights, which foresees better than the weights themselves.

At a high rate the weights wander around the place that they are pulled to; their average over some
hundred steps (an exponential moving one) lies nearer to it. It is what is watched, kept in
snapshots, and exported.
"""

from __future__ import annotations

import torch
from torch import Tensor

from gpt.model import GPT


class Average:
    """`weights` by our names, float32: each step counts a little less than the step after it."""

    def __init__(self, model: GPT, steps: int) -> None:
        self.weights = {name: tensor.clone() for name, tensor in model.state_dict().items()}
        self._steps = steps

    @torch.no_grad()
    def follow(self, model: GPT, step: int) -> None:
        """Take in the weights after `step` steps; the first ones are forgotten sooner."""
        kept = min(1 - 1 / self._steps, (1 + step) / (10 + step))
        for name, tensor in model.state_dict().items():
            self.weights[name].lerp_(tensor, 1 - kept)

    def restore(self, weights: dict[str, Tensor]) -> None:
        """Go on from an average that was saved."""
        for name, tensor in weights.items():
            self.weights[name].copy_(tensor)
