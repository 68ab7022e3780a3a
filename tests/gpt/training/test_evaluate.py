"""Bits per byte: each token once, with the context that its window gives."""

from __future__ import annotations

import math
import random

import pytest
import torch

from gpt.model import GPT, Config
from gpt.training.evaluate import total_bits, windows

V = 23
CONTEXT = 8


@pytest.fixture
def network() -> GPT:
    torch.manual_seed(0)
    network = GPT(Config(vocabulary=V, context=CONTEXT, layers=2, heads=2, channels=16))
    for parameter in network.parameters():
        torch.nn.init.normal_(parameter, std=0.5)
    return network.eval().requires_grad_(False)


def documents() -> list[list[int]]:
    rng = random.Random(3)
    return [[0, *(rng.randrange(V) for _ in range(n))] for n in (1, 5, 8, 9, 12, 13, 40, 0, 31)]


def bits_one_by_one(network: GPT, document: list[int], context: int) -> float:
    """The same sum, a forward pass a token: its window is the first that reaches it."""
    bits, stride = 0.0, context // 2
    for position in range(len(document) - 1):
        first = 0
        while first + context <= position:
            first += stride
        logits = network(torch.tensor([document[first : position + 1]]))[0, -1]
        bits -= float(logits.double().log_softmax(-1)[document[position + 1]]) / math.log(2)
    return bits


@pytest.mark.parametrize("context", [2, 4, 8])
def test_windows_in_batches_are_the_sum_token_by_token(network: GPT, context: int) -> None:
    naive = sum(bits_one_by_one(network, document, context) for document in documents())
    assert total_bits(network, documents(), context) == pytest.approx(naive, rel=1e-5)


def test_a_model_that_knows_nothing_pays_log2_v_a_token(network: GPT) -> None:
    network.token_embedding.weight.zero_()
    tokens = sum(len(document) - 1 for document in documents())
    assert total_bits(network, documents(), CONTEXT) == pytest.approx(math.log2(V) * tokens)


@pytest.mark.parametrize("length", range(1, 30))
def test_each_target_is_scored_once_with_at_least_half_a_context(length: int) -> None:
    scored = [
        (target, target - window.first)
        for window in windows(0, length, CONTEXT)
        for target in range(window.first + window.known, window.first + window.length)
    ]
    assert [target for target, _ in scored] == list(range(length))
    assert all(known >= min(target, CONTEXT // 2) for target, known in scored)


@pytest.mark.parametrize("context", [0, 7, 10])
def test_a_context_that_does_not_fit_is_refused(network: GPT, context: int) -> None:
    with pytest.raises(ValueError, match=f"not {context}"):
        total_bits(network, documents(), context)
