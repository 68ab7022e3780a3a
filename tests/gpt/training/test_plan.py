from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
import torch

from gpt.training.plan import Plan, rate, shorten, snapshot_steps

PLAN = Plan(rows=16, tokens=1000 * 16 * 512, warm_up_steps=100, falling_share=0.4, short_share=0.5)


def test_the_rate_rises_stays_and_falls_to_zero() -> None:
    assert PLAN.steps == 1000
    rates = [rate(step, PLAN) for step in range(PLAN.steps + 1)]
    assert rates[0] == pytest.approx(0.01)
    assert rates[:100] == sorted(rates[:100])
    assert set(rates[99:601]) == {1.0}
    assert rates[600:] == sorted(rates[600:], reverse=True)
    assert rates[800] == pytest.approx(0.5)
    assert rates[1000] == 0


def test_the_first_part_reads_the_same_tokens_in_shorter_rows() -> None:
    inputs = torch.arange(16 * 512).reshape(16, 512)
    short, targets = shorten(inputs, inputs + 1, 499, PLAN)
    assert short.shape == (32, 256)
    assert torch.equal(short.flatten(), inputs.flatten())
    assert torch.equal(targets, short + 1)
    assert shorten(inputs, inputs, 500, PLAN)[0].shape == (16, 512)


def test_snapshots_are_taken_at_about_sixteen_steps() -> None:
    steps = sorted(snapshot_steps(3906))
    assert (steps[0], steps[-1], len(steps)) == (0, 3906, 16)
    gaps = [after / before for before, after in pairwise(steps[5:])]
    assert max(gaps) / min(gaps) < 1.2


def test_a_plan_is_written_and_read(tmp_path: Path) -> None:
    PLAN.write(tmp_path / "plan.json")
    assert Plan.read(tmp_path / "plan.json") == PLAN
