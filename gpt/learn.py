"""One step of training, by hand: the loss, its gradient, and weights moved a little against it.

The step makes new weights; those that it started from are shared with whoever reads, and stay as
they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.func import functional_call

from gpt.model import GPT


def cross_entropy(logits: Tensor, targets: Tensor) -> Tensor:
    """The loss: the mean of −ln p over the tokens that came.

    Logits (T, V) and the tokens (T,): one number, in nats.
    """
    # (T, V)
    logs = logits.log_softmax(dim=-1)
    # (T, 1)
    came = logs.gather(-1, targets.unsqueeze(-1))
    return -came.mean()


@dataclass(frozen=True)
class Lesson:
    """What one step did to the rows of a text of which T + 1 tokens are known.

    `targets` (T,) are the tokens that came; `before` and `after` (T, V) the logits; `gradient`
    (T, V) tells how the loss, in nats, would change if a logit of `before` moved by itself.
    """

    targets: Tensor
    before: Tensor
    after: Tensor
    gradient: Tensor

    @property
    def losses(self) -> tuple[Tensor, Tensor]:
        """−ln p at each position, before and after: (T,) in float64, in nats."""
        return _surprises(self.before, self.targets), _surprises(self.after, self.targets)


def one_step(network: GPT, ids: Sequence[int], rate: float) -> Lesson:
    """One step of plain gradient descent on one text.

    Each weight less `rate` × its gradient. Raises ValueError for fewer
    than two tokens: nothing comes after a single one.
    """
    if len(ids) < 2:
        raise ValueError("a lesson takes two tokens or more")
    tokens, targets = torch.tensor([ids[:-1]]), torch.tensor(ids[1:])
    # the formula, with no numbers of its own
    with torch.device("meta"):
        formula = GPT(network.config)
    named = network.named_parameters()
    weights = {name: each.detach().requires_grad_() for name, each in named}
    before = functional_call(formula, weights, tokens)[0]
    loss = cross_entropy(before, targets)
    to = [before, *weights.values()]
    gradient, *gradients = torch.autograd.grad(loss, to)
    with torch.no_grad():
        pairs = zip(weights.items(), gradients, strict=True)
        moved = {name: each - rate * slope for (name, each), slope in pairs}
        after = functional_call(formula, moved, tokens)[0]
    return Lesson(targets, before.detach(), after, gradient)


def _surprises(logits: Tensor, targets: Tensor) -> Tensor:
    logs = logits.double().log_softmax(dim=-1)
    return -logs.gather(-1, targets.unsqueeze(-1)).squeeze(-1)
