from __future__ import annotations

import pytest
import torch
from torch.nn import functional as F

from gpt.training.loss import SLICE, sliced_cross_entropy


@pytest.mark.parametrize("positions", [1, SLICE, SLICE + 7])
def test_the_loss_and_its_gradients_are_those_of_cross_entropy(positions: int) -> None:
    torch.manual_seed(0)
    hidden = torch.randn(positions, 24, requires_grad=True)
    embedding = torch.randn(50, 24, requires_grad=True)
    targets = torch.randint(0, 50, (positions,))

    ours = sliced_cross_entropy(hidden, embedding, targets) * 0.5
    ours.backward()  # type: ignore[no-untyped-call]
    found = [tensor.grad for tensor in (hidden, embedding)]
    hidden.grad = embedding.grad = None

    theirs = F.cross_entropy(hidden @ embedding.T, targets) * 0.5
    theirs.backward()  # type: ignore[no-untyped-call]
    torch.testing.assert_close(ours, theirs)
    torch.testing.assert_close(found, [hidden.grad, embedding.grad])
