"""The copy that computes gradients gives those of the model itself."""

from __future__ import annotations

import pytest
import torch

import gpt
from gpt.training.loop import copy_weights, gradient, initial_model
from gpt.training.worker import make_worker, working_precision

CONFIG = gpt.Config(vocabulary=60, context=24, layers=2, heads=2, channels=16)


def test_its_gradients_are_those_of_attention_written_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gpt.training.worker.working_precision", lambda: torch.float32)
    torch.manual_seed(3)
    model, worker = initial_model(CONFIG), make_worker(CONFIG)
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.3)
    copy_weights(model, worker)
    batch = torch.randint(0, 60, (6, 25))
    inputs, targets = batch[:, :-1], batch[:, 1:]
    losses = [gradient(each, inputs, targets, tokens_at_once=48) for each in (model, worker)]
    assert losses[0] == pytest.approx(losses[1], rel=1e-5)
    for one, other in zip(model.parameters(), worker.parameters(), strict=True):
        torch.testing.assert_close(one.grad, other.grad, rtol=1e-3, atol=1e-5)
    assert model.state_dict().keys() == worker.state_dict().keys()


@pytest.mark.parametrize(("tiles", "precision"), [(True, torch.bfloat16), (False, torch.float32)])
def test_it_computes_in_bfloat16_where_there_are_tiles_for_it(
    tiles: bool, precision: torch.dtype, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("torch.cpu._is_amx_tile_supported", lambda: tiles)
    assert working_precision() is precision
    assert {each.dtype for each in make_worker(CONFIG).parameters()} == {precision}
