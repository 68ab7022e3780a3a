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

    logits (T, V), targets (T,): one number, in nats.
    """
    logs = logits.log_softmax(dim=-1)
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

    Each weight less `rate` × its gradient, on a copy. Raises ValueError
    for fewer than two tokens: nothing comes after a single one.
    """
    if len(ids) < 2:
        raise ValueError("a lesson needs a token and one after it")
    tokens, targets = torch.tensor([ids[:-1]]), torch.tensor(ids[1:])
    weights = _weights(network)
    before = _read(network, weights, tokens)
    loss = cross_entropy(before, targets)
    slopes = torch.autograd.grad(loss, [before, *weights.values()])
    with torch.no_grad():
        moved = {
            name: weight - rate * slopes[number]
            for number, (name, weight) in enumerate(weights.items(), 1)
        }
        after = _read(network, moved, tokens)
    return Lesson(targets, before.detach(), after, slopes[0])


def _weights(network: GPT) -> dict[str, Tensor]:
    """The weights by name, to be followed by a gradient; they lie where the network has them."""
    return {name: each.detach().requires_grad_() for name, each in network.named_parameters()}


def _read(network: GPT, weights: dict[str, Tensor], tokens: Tensor) -> Tensor:
    """(T, V): the logits of one text, with these weights in the place of the network's."""
    with torch.device("meta"):
        formula = GPT(network.config)  # no numbers of its own
    logits: Tensor = functional_call(formula, weights, tokens)[0]
    return logits


def _surprises(logits: Tensor, targets: Tensor) -> Tensor:
    logs = logits.double().log_softmax(dim=-1)
    return -logs.gather(-1, targets.unsqueeze(-1)).squeeze(-1)
