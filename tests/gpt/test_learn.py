"""gpt/learn.py: the loss, its gradient, and one step on weights of its own."""

from __future__ import annotations

import math

import pytest
import torch
from torch.nn import functional as F

import gpt
from gpt.learn import cross_entropy, one_step
from gpt.training.loss import sliced_cross_entropy
from tests.gpt.conftest import randomise

IDS = [0, 5, 17, 300, 17, 5, 44, 8]


@pytest.fixture
def trained() -> gpt.GPT:
    """A network that may be trained, of the shape of the tiny one."""
    network = gpt.GPT(gpt.Config(vocabulary=320, context=32, layers=2, heads=2, channels=16))
    randomise(network, seed=3)
    return network


def test_the_loss_is_the_mean_surprise_at_the_tokens_that_came() -> None:
    logits = torch.tensor([[0.0, 0.0, 0.0, 0.0], [2.0, 0.0, 0.0, 0.0]])
    came = torch.tensor([1, 0])
    by_hand = (math.log(4) - math.log(math.exp(2) / (math.exp(2) + 3))) / 2
    assert float(cross_entropy(logits, came)) == pytest.approx(by_hand)
    torch.testing.assert_close(cross_entropy(logits, came), F.cross_entropy(logits, came))


def test_the_loss_is_that_of_the_training() -> None:
    """What the training computes in slices, and what the page quotes: one number, one gradient."""
    torch.manual_seed(0)
    hidden = torch.randn(70, 24, requires_grad=True)
    embedding = torch.randn(50, 24, requires_grad=True)
    targets = torch.randint(0, 50, (70,))

    loss = cross_entropy(hidden @ embedding.T, targets)
    told = sliced_cross_entropy(hidden, embedding, targets)
    torch.testing.assert_close(loss, told)
    torch.testing.assert_close(
        torch.autograd.grad(loss, [hidden, embedding]),
        torch.autograd.grad(told, [hidden, embedding]),
    )


def test_the_gradient_of_a_row_is_what_was_said_less_what_came(model: gpt.Model) -> None:
    lesson = one_step(model.network, IDS, 0.1)
    came = F.one_hot(lesson.targets, 320)
    torch.testing.assert_close(
        lesson.gradient * len(IDS[1:]), lesson.before.softmax(-1) - came, atol=1e-6, rtol=1e-4
    )


def test_a_step_is_that_of_plain_gradient_descent(trained: gpt.GPT) -> None:
    lesson = one_step(trained, IDS, 0.05)
    tokens = torch.tensor([IDS[:-1]])
    optimizer = torch.optim.SGD(trained.parameters(), lr=0.05)
    torch.testing.assert_close(lesson.before, trained(tokens)[0].detach())
    F.cross_entropy(trained(tokens)[0], torch.tensor(IDS[1:])).backward()  # type: ignore[no-untyped-call]
    optimizer.step()
    torch.testing.assert_close(lesson.after, trained(tokens)[0].detach())


def test_a_small_step_lowers_the_loss_and_the_rate_0_changes_nothing(model: gpt.Model) -> None:
    before, after = one_step(model.network, IDS, 0.001).losses
    assert float(after.mean()) < float(before.mean())
    still = one_step(model.network, IDS, 0.0)
    assert torch.equal(still.before, still.after)


@pytest.mark.parametrize("name", ["tiny", "conteur"])
def test_the_weights_that_are_served_stay_as_they_are(model: gpt.Model, name: str) -> None:
    network = model.network if name == "tiny" else gpt.load("conteur").network
    weights = {key: each.clone() for key, each in network.state_dict().items()}
    asks = [each.requires_grad for each in network.parameters()]
    one_step(network, IDS, 0.5)
    assert all(torch.equal(each, weights[key]) for key, each in network.state_dict().items())
    assert [each.requires_grad for each in network.parameters()] == asks
    assert all(each.grad is None for each in network.parameters())


def test_the_rows_before_are_those_of_a_reading() -> None:
    model = gpt.load("conteur")
    reading = model.read("Le petit chat dort.")
    lesson = one_step(model.network, reading.ids, 0.01)
    torch.testing.assert_close(lesson.before, reading.logits[:-1], atol=1e-4, rtol=1e-4)


def test_a_single_token_teaches_nothing(model: gpt.Model) -> None:
    with pytest.raises(ValueError, match="two tokens or more"):
        one_step(model.network, [0], 0.1)
