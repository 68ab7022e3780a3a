"""gpt/habits.py: what heads do with a text, on maps made by hand and on those of a network."""

from __future__ import annotations

import pytest
import torch

import gpt
from gpt import Trace
from gpt.habits import FIRST, HABITS, Glance, even, habits

IDS = (0, 7, 8, 7, 9, 8)


def by_name(maps: torch.Tensor, ids: tuple[int, ...] = IDS) -> dict[str, float]:
    return dict(zip(HABITS, habits(maps, ids)[0].tolist(), strict=True))


@pytest.mark.parametrize(
    ("habit", "looks_at"),
    [("before", (0, 0, 1, 2, 3, 4)), ("start", (0,) * 6), ("itself", range(6)),
     ("same", (0, 0, 0, 1, 0, 2))],
)  # fmt: skip
def test_a_head_that_does_one_thing_alone_is_known_by_it(habit: str, looks_at: list[int]) -> None:
    one = torch.zeros(1, 6, 6)
    for position, other in enumerate(looks_at):
        one[0, position, other] = 1
    found = by_name(one)
    assert found.pop(habit) == 1
    others = {"start": 0.5} if habit == "same" else {}
    assert found == {name: others.get(name, 0) for name in found}


def test_an_even_map_gives_each_place_its_part() -> None:
    found = by_name(even(6))
    mean = sum(1 / (t + 1) for t in range(FIRST, 6)) / (6 - FIRST)
    for name in ("before", "start", "itself"):
        assert found[name] == pytest.approx(mean)
    assert found["same"] == pytest.approx((1 / 4 + 1 / 6) / 2)


def test_what_the_text_does_not_have_is_not_a_number() -> None:
    assert habits(even(4), (0, 1, 2, 3))[0].isnan().tolist() == [False, False, True, False]
    assert habits(even(2), (0, 1))[0].isnan().all()


def test_all_positions_with_the_same_token_count() -> None:
    one = torch.zeros(1, 4, 4)
    one[0, 3, 1:3] = torch.tensor([0.25, 0.5])
    assert by_name(one, (0, 5, 5, 5))["same"] == pytest.approx((0 + 0.75) / 2)


def test_a_glance_keeps_what_the_whole_maps_say(model: gpt.Model) -> None:
    ids = model.prompt_ids("Il était une fois un petit garçon")
    whole = model.read_ids(ids, trace=True)
    assert whole.trace is not None
    glance = Glance(ids=whole.ids, shown=5)
    read = model.read_ids(ids, trace=glance)
    assert torch.equal(read.hidden, whole.hidden)
    for block, maps in enumerate(whole.trace.attention):
        torch.testing.assert_close(
            glance.habits[block], habits(maps, whole.ids), equal_nan=True, atol=1e-6, rtol=0
        )
        assert torch.equal(glance.corners[block], maps[:, -5:, -5:])
    assert isinstance(glance, Trace)
    with pytest.raises(ValueError, match="block 0"):
        glance.feed_forward_in(0)
