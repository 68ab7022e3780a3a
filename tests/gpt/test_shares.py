"""The shares of a logit: they add up to it, and each is what `transformers` lets one compute."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import torch

import gpt
from gpt import GPT, Trace
from gpt.shares import Written, direct, of_the_norm, output_rows, written
from tests.gpt.conftest import randomise
from tests.gpt.test_model import close, pair, some_tokens

__all__ = ["pair"]


def taken_apart(network: GPT, tokens: torch.Tensor, at: int) -> tuple[list[Written], Trace]:
    trace = Trace(())
    with torch.no_grad():
        network.hidden(tokens, trace=trace)
    return written(network, trace, int(tokens[0, at]), at), trace


@torch.no_grad()
def test_what_is_written_adds_up_to_the_stream_and_the_shares_to_the_logits(
    pair: tuple[GPT, Any],
) -> None:
    network, reference = pair
    tokens = some_tokens(network)
    logits = reference(tokens).logits[0].double()
    config = network.config
    for at in (0, 3, tokens.shape[1] - 1):
        found, trace = taken_apart(network, tokens, at)
        assert len(found) == 2 + config.layers * (config.heads + 2)
        vectors = torch.stack([each.vector for each in found])
        close(vectors.sum(dim=0), trace.residual[-1, at])
        rows = network.token_embedding.weight
        points = direct(network, vectors, trace.residual[-1, at], rows)
        close(points.sum(dim=0) + of_the_norm(network, rows), logits[at])


@torch.no_grad()
def test_every_part_wrote_what_the_reference_wrote(pair: tuple[GPT, Any]) -> None:
    network, reference = pair
    tokens, at = some_tokens(network), -1
    attention: list[torch.Tensor] = []
    forward: list[torch.Tensor] = []
    for block in reference.transformer.h:
        block.attn.register_forward_hook(lambda _m, _in, out: attention.append(out[0][0, at]))
        block.mlp.register_forward_hook(lambda _m, _in, out: forward.append(out[0, at]))
    reference(tokens)
    found, _ = taken_apart(network, tokens, tokens.shape[1] - 1)
    for layer in range(network.config.layers):
        here = [each for each in found if each.block == layer]
        heads = [each.vector for each in here if each.part == "head"]
        (bias,) = [each.vector for each in here if each.part == "attention_bias"]
        (made,) = [each.vector for each in here if each.part == "feed_forward"]
        close(torch.stack(heads).sum(dim=0) + bias, attention[layer])
        close(made, forward[layer])


@torch.no_grad()
def test_a_head_wrote_what_is_missing_without_it(pair: tuple[GPT, Any]) -> None:
    """In the last block, where nothing comes between but the feed-forward: the attention's sum."""
    network, reference = pair
    tokens, config = some_tokens(network), network.config
    last = reference.transformer.h[-1]
    outs: list[torch.Tensor] = []
    last.attn.register_forward_hook(lambda _m, _in, out: outs.append(out[0][0, -1]))
    found, _ = taken_apart(network, tokens, tokens.shape[1] - 1)
    heads = [each for each in found if each.part == "head" and each.block == config.layers - 1]
    for each in heads:
        assert each.head is not None
        first = each.head * last.attn.head_dim

        def without(_m: Any, given: Any, first: int = first) -> Any:
            x = given[0].clone()
            x[..., first : first + last.attn.head_dim] = 0
            return (x,)

        outs.clear()
        reference(tokens)
        handle = last.attn.c_proj.register_forward_pre_hook(without)
        reference(tokens)
        handle.remove()
        close(outs[0] - outs[1], each.vector)


@pytest.mark.parametrize("text", ["", "Il était une fois une petite fille qui", "a b " * 100])
def test_conteurs_shares_add_up_to_its_logits(text: str) -> None:
    model = gpt.load("conteur")
    reading = model.read(text, trace=Trace(()))
    at = len(reading.ids) - 1
    assert reading.trace is not None
    found = written(model.network, reading.trace, reading.ids[at], at)
    vectors = torch.stack([each.vector for each in found])
    best = reading.logits[at].topk(5).indices
    rows = model.network.token_embedding.weight[best]
    points = direct(model.network, vectors, reading.trace.residual[-1, at], rows)
    together = points.sum(dim=0) + of_the_norm(model.network, rows)
    torch.testing.assert_close(together.float(), reading.logits[at][best], atol=1e-3, rtol=0)


@torch.no_grad()
def test_an_untied_network_is_taken_apart_by_its_own_output(pair: tuple[GPT, Any]) -> None:
    network = GPT(replace(pair[0].config, tied=False))
    randomise(network, seed=3)
    tokens = some_tokens(network)
    at = tokens.shape[1] - 1
    found, trace = taken_apart(network, tokens, at)
    rows = output_rows(network)
    vectors = torch.stack([each.vector for each in found])
    points = direct(network, vectors, trace.residual[-1, at], rows)
    close(points.sum(dim=0) + of_the_norm(network, rows), network(tokens)[0, at].double())
