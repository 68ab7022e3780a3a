"""How large models of this shape are: counted from five numbers, as their weights are counted."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gpt.model import GPT, Config
from gpt.sizes import PUBLISHED, parameters

SMALL = Config(vocabulary=50, context=7, layers=3, heads=2, channels=6)


@pytest.mark.parametrize(
    "config",
    [SMALL, replace(SMALL, tied=False), replace(SMALL, layers=1), replace(SMALL, neurons=7)],
)
def test_the_formula_counts_what_the_network_holds(config: Config) -> None:
    assert parameters(config) == sum(each.numel() for each in GPT(config).parameters())


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("GPT-2 small", 124_439_808),
        ("GPT-2 medium", 354_823_168),
        ("GPT-2 large", 774_030_080),
        ("GPT-2 XL", 1_557_611_200),
    ],
)
def test_gpt2_has_as_many_as_its_published_weights(name: str, count: int) -> None:
    assert parameters(PUBLISHED[name]) == count


def test_gpt3_has_what_its_paper_rounds_to() -> None:
    assert round(parameters(PUBLISHED["GPT-3 175B"]) / 1e9) == 175
