"""gpt/forgetting.py: what is dropped, kept and read again, held to what the model really does."""

from __future__ import annotations

from itertools import pairwise

import pytest
import torch

import gpt
from gpt.forgetting import passes
from gpt.reading import Reading


def test_a_context_of_eight_fills_and_its_older_half_goes() -> None:
    found = passes(5, 12, context=8)
    assert [each.dropped for each in found] == [0, 0, 0, 3, 3, 3, 6, 6]
    assert [each.positions for each in found] == [6, 7, 8, 6, 7, 8, 6, 7]
    assert [each.kept for each in found] == [0, 6, 7, 1, 6, 7, 1, 6]
    assert [each.computed for each in found] == [6, 1, 1, 5, 1, 1, 5, 1]


def test_without_a_start_token_nothing_is_left_of_the_cache() -> None:
    found = passes(6, 10, context=8, start=0)
    assert [(each.dropped, each.kept, each.computed) for each in found] == [
        (0, 0, 6), (0, 6, 1), (0, 7, 1), (4, 0, 5), (4, 5, 1),
    ]  # fmt: skip


@pytest.mark.parametrize("first", [1, 20, 70])
def test_the_model_reads_what_is_said_here(model: gpt.Model, first: int) -> None:
    """What `Model.read_ids` drops, keeps and computes as a text of 32 positions grows."""
    ids = [1 + n % 300 for n in range(90)]
    readings = list[Reading]()
    for each in passes(first, len(ids), model.network.config.context):
        before = readings[-1] if readings else None
        reading = model.read_ids(ids[: each.length], before)
        assert reading.dropped == each.dropped
        assert len(reading.ids) == each.positions
        if before is not None and before.ids == reading.ids[: len(before.ids)]:
            assert each.kept == len(before.ids)
        else:
            assert each.kept in (0, 1)
        readings.append(reading)
    assert any(one.dropped != other.dropped for one, other in pairwise(readings))


def test_the_keys_of_the_start_token_stay_and_those_of_the_others_do_not(model: gpt.Model) -> None:
    ids = [1 + n % 300 for n in range(33)]
    whole, cut = model.read_ids(ids[:31]), model.read_ids(ids[:32])
    assert cut.dropped
    first = whole.cache.memory != cut.cache.memory
    assert first
    torch.testing.assert_close(whole.hidden[0], cut.hidden[0], atol=1e-5, rtol=1e-5)
    same_token = whole.hidden[1 + cut.dropped]
    assert not torch.allclose(same_token, cut.hidden[1], atol=1e-2)
