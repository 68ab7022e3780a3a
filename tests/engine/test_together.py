"""Many texts in one pass: what each gives is what the plain network gives."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import gpt
from engine.together import Part, hidden_together
from gpt.model import ACTIVATIONS
from tests.gpt.conftest import randomise

texts = st.lists(st.lists(st.integers(1, 319), min_size=1, max_size=16), min_size=1, max_size=6)


def plain(network: gpt.GPT, ids: list[int]) -> torch.Tensor:
    with torch.no_grad():
        return network.hidden(torch.tensor([ids]))[0]


@given(beginnings=texts, ends=texts)
def test_every_text_is_read_as_if_it_were_alone(
    model: gpt.Model, beginnings: list[list[int]], ends: list[list[int]]
) -> None:
    network = model.network
    caches = [network.empty_cache() for _ in beginnings]
    with torch.no_grad():
        first = hidden_together(network, list(map(Part, beginnings, caches)))
        second = hidden_together(network, list(map(Part, ends, caches)))
    for begins, ends_with, before, after in zip(beginnings, ends, first, second, strict=False):
        whole = plain(network, begins + ends_with)
        torch.testing.assert_close(torch.cat([before, after]), whole, atol=1e-4, rtol=0)


@pytest.mark.parametrize(
    "options",
    [
        *({"activation": name} for name in ACTIVATIONS),
        {"neurons": 24},
        {"scaled": False},
        {"scaled_by_block": True},
    ],
    ids=str,
)
def test_the_choices_of_a_configuration_are_followed(options: dict[str, Any]) -> None:
    network = gpt.GPT(gpt.Config(320, 32, layers=3, heads=2, channels=16, **options))
    randomise(network, seed=4)
    texts = [[5, 6, 7], [8], [9, 10, 11, 12]]
    alone = [hidden_together(network, [Part(ids, network.empty_cache())])[0] for ids in texts]
    all_at_once = hidden_together(network, [Part(ids, network.empty_cache()) for ids in texts])
    for ids, one, another in zip(texts, alone, all_at_once, strict=True):
        torch.testing.assert_close(one, plain(network, ids), atol=1e-4, rtol=0)
        torch.testing.assert_close(another, plain(network, ids), atol=1e-4, rtol=0)


def test_two_texts_may_go_on_from_one_cache(model: gpt.Model) -> None:
    network, cache = model.network, model.network.empty_cache()
    with torch.no_grad():
        hidden_together(network, [Part([5, 6, 7], cache)])
        left, right, short = cache.copy(), cache.copy(), cache.copy(2)
        read = hidden_together(
            network, [Part([8], left), Part([9, 10], right), Part([11], short), Part([12], cache)]
        )
        again = hidden_together(network, [Part([13], left), Part([14], right)])
    for got, ids in (
        (read[0], [5, 6, 7, 8]),
        (read[1], [5, 6, 7, 9, 10]),
        (read[2], [5, 6, 11]),
        (read[3], [5, 6, 7, 12]),
        (again[0], [5, 6, 7, 8, 13]),
        (again[1], [5, 6, 7, 9, 10, 14]),
    ):
        torch.testing.assert_close(got[-1], plain(network, ids)[-1], atol=1e-4, rtol=0)


def test_a_text_longer_than_the_context_is_refused(model: gpt.Model) -> None:
    cache = model.network.empty_cache()
    hidden_together(model.network, [Part([1] * 30, cache)])
    with pytest.raises(ValueError, match="33 tokens do not fit a context of 32"):
        hidden_together(model.network, [Part([1] * 3, cache)])
