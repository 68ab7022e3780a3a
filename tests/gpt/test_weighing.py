"""gpt/weighing.py: every step of one weight is what `transformers` computes on its way."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from gpt import GPT, Trace
from gpt.weighing import weigh
from tests.gpt.test_model import close, pair, some_tokens

__all__ = ["pair"]


@torch.no_grad()
def test_every_step_equals_the_reference(pair: tuple[GPT, Any]) -> None:
    network, reference = pair
    config, tokens, trace = network.config, some_tokens(network), Trace()
    network(tokens, trace=trace)
    made, mixed = [], []
    for block in reference.transformer.h:
        block.attn.c_attn.register_forward_hook(lambda _module, _in, out: made.append(out[0]))
        block.attn.c_proj.register_forward_pre_hook(lambda _module, given: mixed.append(given[0]))
    attentions = reference(tokens, output_attentions=True).attentions

    width = config.channels // config.heads
    for block in range(config.layers):
        queries, keys, values = made[block].split(config.channels, dim=-1)
        for head in range(config.heads):
            mine = slice(head * width, (head + 1) * width)
            for position in (0, 5, config.context - 1):
                steps = weigh(network, trace.residual[block], block, head, position)
                close(steps.query, queries[position, mine])
                close(steps.keys, keys[:, mine])
                close(steps.values, values[:, mine])
                close(steps.weights, attentions[block][0, head, position])
                close(steps.gathered, mixed[block][0, position, mine])


@torch.no_grad()
def test_the_steps_follow_from_each_other(pair: tuple[GPT, Any]) -> None:
    network, trace, position = pair[0], Trace(), 4
    network(some_tokens(network), trace=trace)
    steps = weigh(network, trace.residual[0], 0, 0, position)
    for n, score in enumerate(steps.scores.tolist()):
        assert score == pytest.approx(float((steps.query * steps.keys[n]).sum()), abs=1e-5)
    close(steps.scaled, steps.scores / network.config.divisor(0))
    assert torch.equal(steps.masked[: position + 1], steps.scaled[: position + 1])
    assert torch.isneginf(steps.masked[position + 1 :]).all()
    powers = steps.masked.exp()
    close(steps.weights, powers / powers.sum())
