"""The network is GPT-2: number by number what `transformers` computes with the same weights."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import torch

from gpt import GPT, Config, Trace
from gpt.weights import TURNED, their_name
from tests.gpt.conftest import randomise
from tests.gpt.reference import gpt2

SIZES = [
    Config(vocabulary=40, context=16, layers=1, heads=1, channels=8),
    Config(vocabulary=97, context=24, layers=3, heads=4, channels=32),
    Config(vocabulary=300, context=33, layers=2, heads=3, channels=48, norm_epsilon=1e-3),
    Config(
        vocabulary=50, context=20, layers=3, heads=2, channels=16,
        activation="silu", neurons=24, scaled=False, scaled_by_block=True,
    ),
]  # fmt: skip


@pytest.fixture(
    params=SIZES, ids=lambda config: f"{config.layers}x{config.channels}", scope="module"
)
def pair(request: pytest.FixtureRequest) -> tuple[GPT, Any]:
    """Our network and the one of `transformers`, the same random weights in both."""
    config: Config = request.param
    network = GPT(config)
    randomise(network, seed=config.channels)
    reference = gpt2(
        vocab_size=config.vocabulary,
        n_positions=config.context,
        n_layer=config.layers,
        n_head=config.heads,
        n_embd=config.channels,
        layer_norm_epsilon=config.norm_epsilon,
        activation_function=config.activation,
        n_inner=config.neurons,
        scale_attn_weights=config.scaled,
        scale_attn_by_inverse_layer_idx=config.scaled_by_block,
    )
    weights = {
        their_name(name): tensor.T if name.endswith(TURNED) else tensor
        for name, tensor in network.state_dict().items()
    }
    reference.load_state_dict({**weights, "lm_head.weight": network.token_embedding.weight})
    return network, reference


def some_tokens(network: GPT, texts: int = 1) -> torch.Tensor:
    generator = torch.Generator().manual_seed(5)
    size = (texts, network.config.context)
    return torch.randint(network.config.vocabulary, size, generator=generator)


def close(one: torch.Tensor, other: torch.Tensor) -> None:
    torch.testing.assert_close(one, other, atol=1e-4, rtol=0)


def test_the_weights_have_no_zero_that_could_hide_a_missing_term(pair: tuple[GPT, Any]) -> None:
    network, reference = pair
    for module in (network, reference):
        for name, parameter in module.named_parameters():
            assert parameter.std() > 0.05, name


@torch.no_grad()
def test_logits_equal_the_reference(pair: tuple[GPT, Any]) -> None:
    network, reference = pair
    tokens = some_tokens(network, texts=3)
    expected = reference(tokens).logits
    assert expected.std() > 0.3
    close(network(tokens), expected)


@torch.no_grad()
def test_every_inner_tensor_equals_the_reference(pair: tuple[GPT, Any]) -> None:
    network, reference = pair
    config, tokens, trace = network.config, some_tokens(network), Trace()
    activations: list[torch.Tensor] = []
    for block in reference.transformer.h:
        block.mlp.act.register_forward_hook(lambda _module, _in, out: activations.append(out[0]))

    network(tokens, trace=trace)
    expected = reference(tokens, output_attentions=True, output_hidden_states=True)

    hidden = torch.cat(expected.hidden_states)  # (L + 1, T, C), the last one after the norm
    close(trace.embeddings, hidden[0])
    close(trace.residual[:-1], hidden[:-1])
    close(network.norm(trace.residual[-1]), hidden[-1])
    close(trace.attention, torch.cat(expected.attentions))
    close(trace.feed_forward, torch.stack(activations))
    size = config.context
    assert trace.attention.shape == (config.layers, config.heads, size, size)
    assert trace.residual.shape == (config.layers + 1, size, config.channels)
    assert trace.feed_forward.shape == (config.layers, size, config.wide)


@torch.no_grad()
def test_no_position_looks_at_a_later_one(pair: tuple[GPT, Any]) -> None:
    network, _ = pair
    trace = Trace()
    network(some_tokens(network), trace=trace)
    assert torch.all(trace.attention.triu(diagonal=1) == 0)
    close(trace.attention.sum(dim=-1), torch.ones(trace.attention.shape[:-1]))


@torch.no_grad()
@pytest.mark.parametrize("chunk", [1, 5])
def test_reading_on_with_a_cache_equals_reading_at_once(pair: tuple[GPT, Any], chunk: int) -> None:
    network, _ = pair
    tokens, cache = some_tokens(network), network.empty_cache()
    pieces = [network(piece, cache) for piece in torch.split(tokens, chunk, dim=1)]
    assert cache.length == tokens.shape[1]
    close(torch.cat(pieces, dim=1), network(tokens))


@torch.no_grad()
def test_a_copied_cache_goes_on_without_touching_the_first(pair: tuple[GPT, Any]) -> None:
    network, _ = pair
    tokens, cache = some_tokens(network), network.empty_cache()
    network(tokens[:, :4], cache)
    network(tokens[:, 4:6], cache.copy())
    assert cache.length == 4
    close(network(tokens[:, 4:], cache), network(tokens)[:, 4:])


@torch.no_grad()
def test_a_text_longer_than_the_context_is_refused(pair: tuple[GPT, Any]) -> None:
    network, _ = pair
    full, cache = some_tokens(network), network.empty_cache()
    network(full, cache)
    message = f"{network.config.context + 1} tokens do not fit"
    with pytest.raises(ValueError, match=message):
        network(full[:, :1], cache)
    with pytest.raises(ValueError, match=message):
        network(torch.cat([full, full[:, :1]], dim=1))


def test_a_trace_holds_one_text() -> None:
    network = GPT(SIZES[0])
    with pytest.raises(ValueError, match="not a batch of 2"):
        network(some_tokens(network, texts=2), trace=Trace())


@pytest.mark.parametrize(
    "wrong", [{"heads": 3}, {"heads": 0}, {"layers": 0}, {"vocabulary": 0}, {"context": -1}]
)
def test_an_impossible_shape_is_refused(wrong: dict[str, Any]) -> None:
    possible = Config(vocabulary=9, context=4, layers=1, heads=2, channels=8)
    with pytest.raises(ValueError, match=r"heads|at least 1"):
        replace(possible, **wrong)
