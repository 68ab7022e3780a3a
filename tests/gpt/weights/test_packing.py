"""Packed weights: what they give is what the plain network gives."""

from __future__ import annotations

import pytest
import torch

import gpt
from gpt.weights.packing import PackedGPT, PackedLinear
from tests.gpt.conftest import randomise


@pytest.mark.parametrize("tied", [True, False])
def test_packed_weights_give_the_same_numbers_under_the_same_names(tied: bool) -> None:
    config = gpt.Config(320, 32, layers=2, heads=2, channels=16, tied=tied)
    network, packed = gpt.GPT(config), PackedGPT(config)
    randomise(network, seed=3)
    packed.load_state_dict(network.state_dict())
    packed.pack()
    assert sum(isinstance(layer, PackedLinear) for layer in packed.modules()) == 2 * 4
    assert list(packed.state_dict()) == list(network.state_dict())
    numbers = sum(parameter.numel() for parameter in packed.parameters())
    assert numbers == sum(parameter.numel() for parameter in network.parameters())
    ids = torch.randint(0, 320, (2, 20), generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        torch.testing.assert_close(packed(ids), network(ids), atol=1e-4, rtol=1e-5)


def test_the_shipped_model_agrees_with_its_unpacked_self() -> None:
    model = gpt.load("conteur")
    unpacked = gpt.GPT(model.network.config)
    unpacked.load_state_dict(model.network.state_dict())
    ids = model.fit(model.prompt_ids("Il était une fois une petite fille qui vivait"))[0]
    with torch.no_grad():
        theirs = unpacked(torch.tensor([ids]))[0]
    ours = model.read_ids(ids[1:]).logits
    assert torch.equal(ours[-1].topk(20).indices, theirs[-1].topk(20).indices)
    torch.testing.assert_close(ours.softmax(-1), theirs.softmax(-1), atol=1e-5, rtol=0)
