"""From logits to a choice: worked cases, every edge, and `transformers` as the witness."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest
import torch
from hypothesis import assume, example, given
from hypothesis import strategies as st
from torch import Tensor
from transformers.generation.logits_process import (
    TemperatureLogitsWarper,
    TopKLogitsWarper,
    TopPLogitsWarper,
)

from gpt import Distribution, Settings, distribution, draw

GREEDY = Settings(strategy="greedy", temperature=0.3, top_k=2, top_p=0.5)

numbers = st.floats(-12, 12, width=32)
rows = st.lists(numbers, min_size=1, max_size=40).map(torch.tensor)
settings = st.builds(
    Settings,
    temperature=st.floats(0.05, 4),
    top_k=st.none() | st.integers(1, 45),
    top_p=st.none() | st.floats(0, 1),
    seed=st.integers(0, 2**40),
)
us = st.floats(0, 1, exclude_max=True)


def of(*probabilities: float) -> Tensor:
    """Logits whose softmax is these probabilities."""
    return torch.tensor(probabilities, dtype=torch.float64).log()


def listed(tensor: Tensor) -> list[float]:
    return [round(float(number), 6) for number in tensor]


WRITTEN_DOWN = (0.7860105012251736, 0.3512119356165331, 0.37961822231004616)


def test_softmax_alone() -> None:
    here = distribution(of(0.2, 0.5, 0.3), Settings())
    assert listed(here.plain) == listed(here.probabilities) == [0.2, 0.5, 0.3]
    assert listed(here.cumulative) == [1.0, 0.5, 0.8]
    assert here.order.tolist() == [1, 2, 0]
    assert here.kept.tolist() == [True, True, True]
    assert here.kept_count == 3
    assert here.mass == pytest.approx(1)


def test_temperature_one_half_squares_the_odds() -> None:
    # 0.2² : 0.5² : 0.3² = 4 : 25 : 9, of 38
    here = distribution(of(0.2, 0.5, 0.3), Settings(temperature=0.5))
    assert here.probabilities.tolist() == pytest.approx([4 / 38, 25 / 38, 9 / 38])
    assert listed(here.plain) == [0.2, 0.5, 0.3]


def test_temperature_two_takes_the_root_of_the_odds() -> None:
    # √0.64 : √0.36 = 8 : 6
    here = distribution(of(0.64, 0.36), Settings(temperature=2))
    assert here.probabilities.tolist() == pytest.approx([8 / 14, 6 / 14])


def test_top_k_keeps_the_first_and_shares_their_mass() -> None:
    here = distribution(of(0.1, 0.4, 0.3, 0.2), Settings(top_k=2))
    assert here.probabilities.tolist() == pytest.approx([0, 4 / 7, 3 / 7, 0])
    assert here.mass == pytest.approx(0.7)
    assert [here.excluded_by(id) for id in range(4)] == ["top_k", None, None, "top_k"]
    assert [math.isnan(sum_) for sum_ in here.cumulative.tolist()] == [True, False, False, True]


def test_top_p_keeps_the_token_that_crosses() -> None:
    # 0.4 is below 0.6; 0.4 + 0.3 crosses it, and that token is kept
    here = distribution(of(0.1, 0.4, 0.3, 0.2), Settings(top_p=0.6))
    assert here.kept.tolist() == [False, True, True, False]
    assert listed(here.cumulative) == [1.0, 0.4, 0.7, 0.9]
    assert [here.excluded_by(id) for id in range(4)] == ["top_p", None, None, "top_p"]


@given(
    shares=st.lists(st.integers(1, 5), min_size=1, max_size=60),
    hundredths=st.integers(0, 100),
)
@example(shares=[1] * 10, hundredths=90)
@example(shares=[1] * 10, hundredths=30)
def test_top_p_keeps_what_exact_arithmetic_keeps(shares: list[int], hundredths: int) -> None:
    """Whole numbers as odds, so that many are equal and many sums meet p."""
    here = distribution(of(*shares), Settings(top_p=hundredths / 100))
    total, reached, kept = sum(shares), 0, 0
    for share in sorted(shares, reverse=True):
        reached, kept = reached + share, kept + 1
        if Fraction(reached, total) >= Fraction(hundredths, 100):
            break
    assert here.kept_count == kept


@pytest.mark.parametrize("count", [10, 1000, 50_000])
def test_nine_tenths_of_equal_tokens_are_kept(count: int) -> None:
    here = distribution(torch.full((count,), -3.7), Settings(top_p=0.9))
    assert here.kept_count == 9 * count // 10


def test_top_p_looks_at_the_softmax_of_the_top_k_survivors() -> None:
    # after top-k 3: 4/9, 3/9, 2/9; 4/9 + 3/9 = 0.78 crosses 0.75, while 0.4 + 0.3 would not
    here = distribution(of(0.1, 0.4, 0.3, 0.2), Settings(top_k=3, top_p=0.75))
    assert here.probabilities.tolist() == pytest.approx([0, 4 / 7, 3 / 7, 0])
    assert here.tempered.tolist() == pytest.approx([0, 4 / 9, 3 / 9, 2 / 9])
    assert here.cumulative[1:].tolist() == pytest.approx([4 / 9, 7 / 9, 1])
    assert [here.excluded_by(id) for id in range(4)] == ["top_k", None, None, "top_p"]


def test_temperature_comes_before_top_p() -> None:
    # at T = 0.5: 16 : 9 : 4 : 1 of 30; 16/30 crosses 0.5, while 0.4 would not
    here = distribution(of(0.1, 0.4, 0.3, 0.2), Settings(temperature=0.5, top_p=0.5))
    assert here.kept.tolist() == [False, True, False, False]


def test_entropy_is_in_bits() -> None:
    # four equal tokens are 2 bits; ½, ¼, ¼ are 1.5 bits
    assert distribution(torch.zeros(4), Settings()).entropy == pytest.approx(2)
    here = distribution(of(0.5, 0.25, 0.25), Settings(top_k=1))
    assert here.plain_entropy == pytest.approx(1.5)
    assert here.plain_effective_choices == pytest.approx(2**1.5)
    assert (here.entropy, here.effective_choices) == (0, 1)


def test_a_draw_falls_into_the_slice_of_its_token() -> None:
    here = distribution(of(0.2, 0.5, 0.3), Settings())
    for u, token_id, rank in [(0.0, 1, 1), (0.49, 1, 1), (0.51, 2, 2), (0.79, 2, 2), (0.81, 0, 3)]:
        choice = here.choose(u)
        assert (choice.token_id, choice.rank, choice.u) == (token_id, rank, u)
    assert here.choose(0.6).probability == pytest.approx(0.3)
    assert here.choose(0.6).interval == pytest.approx((0.5, 0.8))


def test_greedy_takes_the_first_and_looks_at_no_setting() -> None:
    here = distribution(of(0.2, 0.5, 0.3), GREEDY)
    choice = here.choose()
    assert (choice.token_id, choice.rank, choice.probability) == (1, 1, 1)
    assert (choice.u, choice.interval) == (None, (0, 1))
    assert here.choose(0.99) == choice
    assert [here.excluded_by(id) for id in range(3)] == ["greedy", None, "greedy"]
    assert listed(here.cumulative) == [1.0, 0.5, 0.8]
    assert here.mass == pytest.approx(0.5)


@pytest.mark.parametrize("setting", [GREEDY, Settings(top_k=1), Settings(top_p=0)])
def test_ties_go_to_the_lowest_id(setting: Settings) -> None:
    here = distribution(torch.tensor([1.0, 3.0, 3.0, 2.0, 3.0]), setting)
    assert here.choose(0.999).token_id == 1
    assert here.order.tolist() == [1, 2, 4, 3, 0]


@pytest.mark.parametrize("values", [2, 400, 200_000], ids=["runs", "some runs", "pairs"])
def test_many_ties_among_many_tokens_are_ordered_by_id(values: int) -> None:
    drawn = torch.Generator().manual_seed(values)
    logits = torch.randint(0, values, (8192,), generator=drawn) / 7.0
    order = distribution(logits, Settings()).order
    assert torch.equal(order, logits.sort(descending=True, stable=True).indices)
    assert len(set(logits.tolist())) < len(logits)


@given(row=rows, top_k=st.integers(1, 45))
def test_top_k_keeps_k_tokens_even_in_a_tie(row: Tensor, top_k: int) -> None:
    here = distribution(row.round(), Settings(top_k=top_k))
    assert here.kept_count == min(top_k, len(row))


@pytest.mark.parametrize("temperature", [1e-3, 1e-30, 5e-324])
def test_a_temperature_near_zero_is_greedy(temperature: float) -> None:
    here = distribution(torch.tensor([1.0, 2.5, 2.0, -7.0]), Settings(temperature=temperature))
    assert here.probabilities.tolist() == pytest.approx([0, 1, 0, 0], abs=1e-200)
    assert here.choose(1 - 2**-53).token_id == 1


def test_a_huge_temperature_makes_all_equal() -> None:
    here = distribution(torch.tensor([1.0, 2.5, -80.0]), Settings(temperature=1e300))
    assert here.probabilities.tolist() == pytest.approx([1 / 3] * 3)


@given(row=rows)
def test_top_p_of_one_keeps_everything(row: Tensor) -> None:
    here = distribution(row, Settings(top_p=1))
    assert here.kept_count == len(row)


@given(row=rows, temperature=st.floats(0.05, 4))
def test_top_p_near_zero_keeps_the_first(row: Tensor, temperature: float) -> None:
    for top_p in (0.0, 1e-300):
        here = distribution(row, Settings(temperature=temperature, top_p=top_p))
        assert here.kept_count == 1
        assert here.choose(0.999).token_id == int(row.argmax())


@given(setting=settings, u=us)
def test_a_vocabulary_of_one_token(setting: Settings, u: float) -> None:
    here = distribution(torch.tensor([-3.0]), setting)
    choice = here.choose(u)
    assert (choice.token_id, choice.probability, choice.interval) == (0, 1, (0, 1))
    assert (here.entropy, here.mass) == (0, 1)


def test_minus_infinity_can_never_come() -> None:
    row = torch.tensor([-math.inf, 0.0, 0.0, -math.inf])
    here = distribution(row, Settings())
    assert here.probabilities.tolist() == [0, 0.5, 0.5, 0]
    assert [here.excluded_by(id) for id in range(4)] == ["impossible", None, None, "impossible"]
    limited = distribution(row, Settings(top_k=3))
    assert [limited.excluded_by(id) for id in (0, 3)] == ["impossible", "top_k"]


def test_plus_infinities_share_everything() -> None:
    here = distribution(torch.tensor([math.inf, 900.0, math.inf, math.inf]), Settings())
    assert here.probabilities.tolist() == pytest.approx([1 / 3, 0, 1 / 3, 1 / 3])
    assert here.choose(1 - 2**-53).token_id == 3
    assert here.excluded_by(1) == "impossible"


def test_logits_of_any_size_do_not_overflow() -> None:
    here = distribution(torch.tensor([3e38, -3e38, 3e38]), Settings(temperature=0.1))
    assert here.probabilities.tolist() == [0.5, 0, 0.5]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (torch.tensor([0.0, math.nan]), "NaN"),
        (torch.tensor([]), r"\(V,\)"),
        (torch.zeros(2, 3), r"\(V,\)"),
        (torch.tensor([-math.inf, -math.inf]), "no token"),
    ],
)
def test_rows_that_are_no_scores_are_refused(row: Tensor, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        distribution(row, Settings())


def test_temperature_zero_is_told_of_greedy() -> None:
    with pytest.raises(ValueError, match=r"not 0\.0; strategy='greedy' always takes the first"):
        Settings(temperature=0.0)
    with pytest.raises(ValueError, match=r"not -1\.0$"):
        Settings(temperature=-1.0)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"strategy": "beam"}, "strategy"),
        ({"temperature": 0}, "temperature"),
        ({"temperature": -1.0}, "temperature"),
        ({"temperature": math.nan}, "temperature"),
        ({"temperature": math.inf}, "temperature"),
        ({"top_k": 0}, "top_k"),
        ({"top_p": -0.1}, "top_p"),
        ({"top_p": 1.1}, "top_p"),
        ({"top_p": math.nan}, "top_p"),
    ],
)
def test_settings_out_of_bounds_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=f"^{message} is"):
        Settings(**options)


@pytest.mark.parametrize("u", [None, -0.1, 1.0, math.nan])
def test_sampling_needs_a_number_below_one(u: float | None) -> None:
    with pytest.raises(ValueError, match="u from 0 to 1"):
        distribution(torch.zeros(3), Settings()).choose(u)


def test_the_row_is_left_as_it_was() -> None:
    row = torch.tensor([1.0, 2.0, 3.0], dtype=torch.float64)
    distribution(row, Settings(temperature=0.5, top_k=1))
    assert row.tolist() == [1, 2, 3]


@given(row=rows, setting=settings)
def test_the_kept_tokens_are_the_first_by_rank_and_sum_to_one(
    row: Tensor, setting: Settings
) -> None:
    here = distribution(row, setting)
    assert float(here.probabilities.sum()) == pytest.approx(1)
    assert float(here.plain.sum()) == pytest.approx(1)
    assert here.kept[here.order].tolist() == sorted(here.kept.tolist(), reverse=True)
    assert here.logits[here.order].tolist() == sorted(here.logits.tolist(), reverse=True)
    assert torch.all(here.probabilities[~here.kept] == 0)
    assert 0 <= here.entropy <= math.log2(here.kept_count) + 1e-9
    for id, kept in enumerate(here.kept.tolist()):
        assert (here.excluded_by(id) is None) == kept


@given(row=rows, setting=settings)
def test_the_intervals_tile_zero_to_one(row: Tensor, setting: Settings) -> None:
    here = distribution(row, setting)
    intervals, u = [], 0.0
    while u < 1:
        choice = here.choose(u)
        assert choice.interval[0] <= u < choice.interval[1]
        intervals.append(choice.interval)
        u = choice.interval[1]
    assert intervals[0][0] == 0
    assert intervals[-1][1] == 1
    assert all(one[1] == other[0] for one, other in pairwise(intervals))


@given(row=rows, setting=settings, u=us)
def test_a_choice_is_kept_and_its_interval_as_wide_as_its_probability(
    row: Tensor, setting: Settings, u: float
) -> None:
    here = distribution(row, setting)
    choice = here.choose(u)
    low, high = choice.interval
    assert here.kept[choice.token_id]
    assert int(here.order[choice.rank - 1]) == choice.token_id
    assert choice.probability > 0
    assert high - low == pytest.approx(choice.probability, abs=1e-12)


@given(row=rows, setting=settings, numbers=st.lists(us, max_size=30))
def test_many_draws_at_once_are_the_same_draws(
    row: Tensor, setting: Settings, numbers: list[float]
) -> None:
    here = distribution(row, setting)
    counts = [0] * len(row)
    for u in numbers:
        counts[here.choose(u).token_id] += 1
    assert here.shares(torch.tensor(numbers, dtype=torch.float64)).tolist() == counts


@given(row=rows, setting=settings, step=st.integers(0, 1000), again=st.integers(0, 9))
def test_the_same_number_gives_the_same_choice(
    row: Tensor, setting: Settings, step: int, again: int
) -> None:
    u = draw(setting.seed, step, again)
    assert u == draw(setting.seed, step, again)
    assert 0 <= u < 1
    assert distribution(row, setting).choose(u) == distribution(row, setting).choose(u)


def test_draws_are_the_same_on_any_machine() -> None:
    assert draw(7, 0) == WRITTEN_DOWN[0]
    assert draw(7, 1) == WRITTEN_DOWN[1]
    assert draw(7, 0, draw=1) == WRITTEN_DOWN[2]
    assert len({draw(s, t, d) for s in range(9) for t in range(9) for d in range(9)}) == 729


def test_draws_match_the_probabilities() -> None:
    here = distribution(of(0.4, 0.3, 0.15, 0.1, 0.05), Settings(temperature=1.3, top_k=4))
    for seed in (1, 2, 3):
        drawn = here.shares(torch.tensor([draw(seed, step) for step in range(4000)]).double())
        expected = 4000 * here.probabilities
        chi_square = float(((drawn - expected) ** 2 / expected)[here.kept].sum())
        assert chi_square < 16.27  # three degrees of freedom: one fair wheel in 1,000 is above
        assert int(drawn[~here.kept].sum()) == 0


def test_the_numbers_themselves_are_even() -> None:
    for seed in (1, 2, 3):
        tenths = [int(10 * draw(seed, step)) for step in range(2000)]
        chi_square = sum((tenths.count(tenth) - 200) ** 2 / 200 for tenth in range(10))
        assert chi_square < 27.88  # nine degrees of freedom, one in 1,000


def reference(row: Tensor, setting: Settings) -> Tensor:
    """The scores that `transformers` leaves, −∞ for every token that it excludes."""
    scores = TemperatureLogitsWarper(setting.temperature)(None, row[None].double())
    if setting.top_k is not None:
        scores = TopKLogitsWarper(setting.top_k)(None, scores)
    if setting.top_p is not None and setting.top_p < 1:
        scores = TopPLogitsWarper(setting.top_p)(None, scores)
    result: Tensor = scores[0]
    return result


def far_from_the_edge(here: Distribution) -> bool:
    """No running sum is so near to p that rounding decides."""
    top_p = here.settings.top_p
    return top_p is None or not bool(((here.cumulative - top_p).abs() < 1e-9).any())


@given(
    row=st.lists(numbers, min_size=1, max_size=40, unique=True).map(torch.tensor), setting=settings
)
@example(row=torch.arange(6.0), setting=Settings(top_k=3, top_p=0.9))
def test_the_kept_set_and_probabilities_equal_those_of_transformers(
    row: Tensor, setting: Settings
) -> None:
    here = distribution(row, setting)
    assume(far_from_the_edge(here))
    expected = reference(row, setting)
    assert torch.equal(here.kept, expected > -math.inf)
    torch.testing.assert_close(here.probabilities, expected.softmax(0), atol=1e-12, rtol=1e-9)


def test_the_crossing_token_is_kept_as_in_transformers() -> None:
    row, setting = of(0.1, 0.4, 0.3, 0.2), Settings(top_p=0.6)
    kept = (reference(row, setting) > -math.inf).tolist()
    assert distribution(row, setting).kept.tolist() == kept == [False, True, True, False]


@given(st.lists(st.sampled_from([-math.inf, -1.5, -0.0, 0.0, 2.0, 7.25, math.inf]), min_size=1))
def test_the_order_is_that_of_a_stable_sort(scores: list[float]) -> None:
    row = torch.tensor(scores, dtype=torch.float64)
    assume(max(scores) > -math.inf)
    wanted = row.sort(descending=True, stable=True).indices
    assert torch.equal(distribution(row, Settings()).order, wanted)
