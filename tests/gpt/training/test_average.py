from __future__ import annotations

import torch

import gpt
from gpt.training.average import Average

CONFIG = gpt.Config(vocabulary=9, context=4, layers=1, heads=1, channels=4)


def moved(model: gpt.GPT, by: float) -> None:
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(by)


def test_it_lies_between_the_first_weights_and_the_last() -> None:
    model = gpt.GPT(CONFIG)
    first = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    average = Average(model, steps=20)
    for step in range(1, 400):
        moved(model, 1.0)
        average.follow(model, step)
    for name, tensor in average.weights.items():
        behind = (model.state_dict()[name] - tensor).mean()
        assert 18 < behind < 20  # an average over 20 steps is 19 behind what moves steadily
        assert (tensor > first[name]).all()


def test_the_beginning_is_soon_forgotten() -> None:
    model = gpt.GPT(CONFIG)
    average = Average(model, steps=1000)
    moved(model, 1.0)
    for step in range(1, 60):
        average.follow(model, step)
    for name, tensor in average.weights.items():
        torch.testing.assert_close(tensor, model.state_dict()[name], atol=1e-3, rtol=0)


def test_it_goes_on_from_where_it_was_saved() -> None:
    model = gpt.GPT(CONFIG)
    one, other = Average(model, 20), Average(model, 20)
    moved(model, 1.0)
    one.follow(model, 1)
    other.restore(one.weights)
    assert all(torch.equal(one.weights[name], other.weights[name]) for name in one.weights)
