"""What is switched off adds nothing: as `transformers` has it with the same part zeroed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch

import gpt
from gpt import GPT
from gpt.switches import KINDS, Switch, switched_off
from gpt.weights import BUNDLED
from tests.gpt.test_model import close, pair, some_tokens

__all__ = ["pair"]


def every_switch(network: GPT) -> list[Switch]:
    """All of them, but of the neurons the first, the last and one between."""
    config = network.config
    wide = config.wide
    switches = [Switch("positions")]
    for block in range(config.layers):
        switches += [Switch("head", block, head) for head in range(config.heads)]
        switches += [Switch("attention", block), Switch("feed_forward", block)]
        switches += [Switch("neuron", block, which) for which in (0, wide // 3, wide - 1)]
    return switches


def zeroed(reference: Any, switch: Switch) -> Callable[[], None]:
    """The same done to the model of `transformers`, in its own terms; undone by what is given."""

    def nothing(_layer: Any, _given: Any, made: Any) -> Any:
        if isinstance(made, tuple):
            return (torch.zeros_like(made[0]), *made[1:])
        return torch.zeros_like(made)

    def some(first: int, last: int) -> Any:
        def hook(_layer: Any, given: Any) -> Any:
            x = given[0].clone()
            x[..., first:last] = 0
            return (x,)

        return hook

    if switch.kind == "positions":
        handle = reference.transformer.wpe.register_forward_hook(nothing)
    else:
        block = reference.transformer.h[switch.block]
        wide = block.attn.head_dim
        if switch.kind == "attention":
            handle = block.attn.register_forward_hook(nothing)
        elif switch.kind == "feed_forward":
            handle = block.mlp.register_forward_hook(nothing)
        elif switch.kind == "neuron":
            hook = some(switch.which, switch.which + 1)
            handle = block.mlp.c_proj.register_forward_pre_hook(hook)
        else:
            hook = some(switch.which * wide, (switch.which + 1) * wide)
            handle = block.attn.c_proj.register_forward_pre_hook(hook)
    undo: Callable[[], None] = handle.remove
    return undo


@torch.no_grad()
def compare(network: GPT, reference: Any, tokens: torch.Tensor) -> set[Switch]:
    whole = network(tokens)
    seen = set()  # those that make a difference
    for switch in every_switch(network):
        undo = zeroed(reference, switch)
        expected = reference(tokens).logits
        undo()
        with switched_off(network, switch):
            close(network(tokens), expected)
        if float((expected - whole).abs().max()) > 1e-3:  # else the test could not fail
            seen.add(switch)
    assert torch.equal(network(tokens), whole)
    return seen


def test_each_part_switched_off_equals_the_reference(pair: tuple[GPT, Any]) -> None:
    network, reference = pair
    seen = compare(network, reference, some_tokens(network, texts=2))
    assert seen == set(every_switch(network))
    assert {switch.kind for switch in seen} == set(KINDS)


def test_each_part_of_conteur_switched_off_equals_the_reference() -> None:
    from transformers import GPT2LMHeadModel

    model = gpt.load("conteur")
    reference = GPT2LMHeadModel.from_pretrained(
        BUNDLED["conteur"], dtype=torch.float32, attn_implementation="eager"
    )
    reference.train(False)
    ids = torch.tensor([model.prompt_ids("Le petit chat a")])
    seen = compare(model.network, reference, ids)
    whole = {switch for switch in every_switch(model.network) if switch.kind != "neuron"}
    assert seen > whole


@torch.no_grad()
def test_a_switch_is_undone_whatever_happens(pair: tuple[GPT, Any]) -> None:
    network, _ = pair
    tokens = some_tokens(network)
    whole = network(tokens)
    for switch in every_switch(network):
        with pytest.raises(RuntimeError, match="halfway"), switched_off(network, switch):
            raise RuntimeError("halfway")
    assert torch.equal(network(tokens), whole)


@pytest.mark.parametrize("switch", [
    Switch("head", 9), Switch("head", 0, 99), Switch("neuron", 0, -1), Switch("attention", -1),
    Switch("attention", 0, 1), Switch("wheel"),
])  # fmt: skip
def test_a_part_that_is_not_there_is_refused(pair: tuple[GPT, Any], switch: Switch) -> None:
    network, _ = pair
    with (
        pytest.raises(ValueError, match=r"nothing is called|the network has no"),
        switched_off(network, switch),
    ):
        pass
