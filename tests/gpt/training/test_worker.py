"""The copies that compute gradients give those of the model itself."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

import gpt
from gpt.training import worker as module
from gpt.training.hands import copy_weights, hands
from gpt.training.loop import initial_model
from gpt.training.loss import slice_loss
from gpt.training.worker import Way, Worker, measured_precision

CONFIG = gpt.Config(vocabulary=60, context=300, layers=2, heads=2, channels=16)
WAY = Way(tokens_at_once=600)


@pytest.fixture
def model() -> gpt.GPT:
    torch.manual_seed(3)
    model = initial_model(CONFIG)
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.3)
    return model


@pytest.fixture
def batch() -> tuple[Tensor, Tensor]:
    rows = torch.randint(0, 60, (5, 151), generator=torch.Generator().manual_seed(1))
    return rows[:, :-1], rows[:, 1:]


def by_definition(model: gpt.GPT, inputs: Tensor, targets: Tensor) -> float:
    loss = F.cross_entropy(model(inputs).flatten(0, 1), targets.flatten())
    loss.backward()  # type: ignore[no-untyped-call]
    return loss.item()


def test_a_worker_gives_the_gradient_of_the_formula(
    model: gpt.GPT, batch: tuple[Tensor, Tensor]
) -> None:
    worker = Worker(CONFIG, WAY)
    copy_weights(model, worker.network)
    for _ in range(2):  # the second time must not add to the first
        loss = worker.learn(*batch)
    assert loss == pytest.approx(by_definition(model, *batch), rel=1e-5)
    for one, other in zip(model.parameters(), worker.network.parameters(), strict=True):
        torch.testing.assert_close(one.grad, other.grad, rtol=1e-3, atol=1e-5)
    assert model.state_dict().keys() == worker.network.state_dict().keys()


def test_a_worker_divides_scores_as_the_configuration_says(batch: tuple[Tensor, Tensor]) -> None:
    config = replace(CONFIG, scaled=False, scaled_by_block=True, activation="relu", neurons=24)
    torch.manual_seed(3)
    model = initial_model(config)
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.2)
    worker = Worker(config, WAY)
    copy_weights(model, worker.network)
    loss = worker.learn(*batch)
    assert loss == pytest.approx(by_definition(model, *batch), rel=1e-5)


@pytest.mark.parametrize("count", [1, 2])
def test_several_hands_give_the_same_gradient(
    model: gpt.GPT, batch: tuple[Tensor, Tensor], count: int
) -> None:
    other = initial_model(CONFIG)
    with hands(CONFIG, WAY, count) as working:
        for source in (initial_model(CONFIG), model):  # new weights are seen by all of them
            working.take(source)
            loss = working.learn(*batch)
        working.give(other)
    assert loss == pytest.approx(by_definition(model, *batch), rel=1e-5)
    for one, given in zip(model.parameters(), other.parameters(), strict=True):
        torch.testing.assert_close(one.grad, given.grad, rtol=1e-3, atol=1e-5)


def test_a_batch_may_have_fewer_rows_than_there_are_hands(model: gpt.GPT) -> None:
    row = torch.arange(20).unsqueeze(0)
    with hands(CONFIG, WAY, 2) as working:
        working.take(model)
        assert working.learn(row[:, :-1], row[:, 1:]) == pytest.approx(
            by_definition(model, row[:, :-1], row[:, 1:]), rel=1e-5
        )


def test_the_faster_precision_is_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    for faster in (torch.float32, torch.bfloat16):
        seconds = {torch.float32: 2.0, torch.bfloat16: 2.0, faster: 1.0}
        monkeypatch.setattr(
            module, "_seconds_a_product", lambda *how, seconds=seconds: seconds[how[-1]]
        )
        assert measured_precision(CONFIG) is faster


def test_products_are_really_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MEASURED_SECONDS", 0.01)
    assert measured_precision(CONFIG) in (torch.float32, torch.bfloat16)
    assert 0 < module._seconds_a_product(CONFIG, "cpu", torch.float32) < 0.01


def test_what_else_the_machine_does_is_not_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    """A clock on which every product but the third takes long: the third counts."""
    readings = iter([0.0, 0.0, 5.0, 5.0, 9.0, 9.0, 9.5, 9.5, 20.0, 100.0])
    monkeypatch.setattr(module, "MEASURED_SECONDS", 10.0)
    monkeypatch.setattr("time.perf_counter", lambda: next(readings))
    assert module._seconds_a_product(CONFIG, "cpu", torch.float32) == 0.5


def test_without_a_compiler_the_plain_way_is_taken(
    model: gpt.GPT,
    batch: tuple[Tensor, Tensor],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def no_compiler(function: object) -> object:
        del function
        raise RuntimeError("no C++ compiler\nmore")

    monkeypatch.setattr(torch, "compile", no_compiler)
    worker = Worker(CONFIG, Way(tokens_at_once=600, compiled=True))
    assert capsys.readouterr().out == "without torch.compile: no C++ compiler\n"
    copy_weights(model, worker.network)
    assert worker.learn(*batch) == pytest.approx(by_definition(model, *batch), rel=1e-5)


def test_what_is_compiled_gives_the_same_loss() -> None:
    torch.manual_seed(0)
    hidden, embedding = torch.randn(7, 16), torch.randn(60, 16)
    targets = torch.randint(0, 60, (7,))
    torch.testing.assert_close(
        torch.compile(slice_loss, backend="aot_eager")(hidden, embedding, targets),
        slice_loss(hidden, embedding, targets),
    )
