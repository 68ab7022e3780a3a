"""The GPT by hand is GPT: `gpt.model.GPT`, given its numbers, computes the same at every step."""

from __future__ import annotations

import math
from itertools import product

import pytest
import torch

from gpt import by_hand
from gpt.by_hand import CONFIG, TEXT, follow, network
from gpt.model import Block
from gpt.sizes import parameters
from gpt.trace import Trace
from gpt.weights.names import TURNED, their_name
from tests.gpt.reference import gpt2

NEAR = 2.1e-4
"""Two units of the last decimal that is shown, and what rounding leaves."""

TEXTS = [ids for length in (1, 2, 3) for ids in product(range(CONFIG.vocabulary), repeat=length)]


def test_every_text_gets_the_logits_that_the_model_gives() -> None:
    model = network()
    for ids in TEXTS:
        logits = model(torch.tensor([ids]))[0, -1]
        assert follow(ids).logits.tolist() == pytest.approx(logits.tolist(), abs=1e-12)


def test_every_step_is_the_models() -> None:
    model, trace = network(), Trace()
    hidden = model.hidden(torch.tensor([TEXT]), trace=trace)[0]
    steps, block = follow(TEXT), model.blocks[0]
    assert isinstance(block, Block)
    assert steps.x.tolist() == trace.embeddings.tolist()
    assert steps.weights.tolist() == pytest.approx(trace.attention[0, 0, -1].tolist(), abs=1e-6)
    assert steps.activations.tolist() == pytest.approx(trace.feed_forward[0, -1].tolist(), abs=1e-6)
    assert steps.x_end.tolist() == pytest.approx(trace.residual[1, -1].tolist(), abs=1e-6)
    assert steps.hidden.tolist() == pytest.approx(hidden[-1].tolist(), abs=1e-12)
    normed = block.norm_1(steps.x)
    query, key, value = block.attention.query_key_value(normed).chunk(3, dim=-1)
    assert torch.allclose(steps.normed, normed, atol=1e-12)
    assert torch.allclose(steps.query, query[-1], atol=1e-12)
    assert torch.allclose(steps.keys, key, atol=1e-12)
    assert torch.allclose(steps.values, value, atol=1e-12)
    assert torch.allclose(
        steps.x_end, steps.x_attended + block.feed_forward(block.norm_2(steps.x_attended)),
        atol=1e-12,
    )  # fmt: skip
    assert torch.allclose(steps.probabilities, steps.logits.softmax(-1), atol=1e-12)


def test_transformers_computes_the_same() -> None:
    theirs = gpt2(vocab_size=6, n_positions=3, n_embd=2, n_layer=1, n_head=1).double()
    ours = {
        their_name(name): each.T if name.endswith(TURNED) else each
        for name, each in network().state_dict().items()
    }
    missing, odd = theirs.load_state_dict(ours, strict=False)
    assert (missing, odd) == (["lm_head.weight"], [])
    with torch.no_grad():
        logits = theirs(torch.tensor([TEXT])).logits[0, -1]
    assert follow(TEXT).logits.tolist() == pytest.approx(logits.tolist(), abs=1e-9)


def test_the_numbers_are_short() -> None:
    for numbers in network().state_dict().values():
        assert all(abs(number) <= 2 and number == int(number) for number in numbers.flatten())
    steps = follow(TEXT)
    assert {abs(round(number, 4)) for number in steps.normed.flatten().tolist()} == {1}


def test_the_matrices_do_what_the_panel_says() -> None:
    vector = torch.tensor([3.0, 5.0], dtype=torch.float64)
    for matrix, bias, expected in [
        (by_hand.QUERY, by_hand.QUERY_BIAS, [3, 5]),
        (by_hand.KEY, by_hand.KEY_BIAS, [-3, -5]),
        (by_hand.VALUE, by_hand.VALUE_BIAS, [5 + 1, 3 - 1]),
        (by_hand.OUTPUT, by_hand.OUTPUT_BIAS, [5, 3]),
    ]:
        assert (matrix @ vector + bias).tolist() == expected
    assert by_hand.EXPAND[:2].tolist() == [[-1, 1], [1, -1]]
    assert by_hand.EXPAND_BIAS[:2].tolist() == [-1, -1]
    assert not by_hand.EXPAND[2:].any()
    assert not by_hand.EXPAND_BIAS[2:].any()
    assert not by_hand.CONTRACT[:, 2:].any()
    assert by_hand.FACTORS.tolist() == [1, 1]
    assert not by_hand.SHIFTS.any()
    assert len(by_hand.EXPAND) == 4 * CONFIG.channels == 2 + by_hand.ASLEEP


def test_by_hand_with_four_decimals_it_comes_out_the_same() -> None:
    """Each step from the rounded numbers of the one before, as somebody with a calculator does."""

    def shown(numbers: list[float]) -> list[float]:
        return [round(number, 4) for number in numbers]

    steps = follow(TEXT)
    powers = shown([math.exp(score) for score in shown(steps.scores.tolist())])
    assert powers == pytest.approx(shown(steps.score_powers.tolist()), abs=NEAR)
    weights = shown([power / sum(powers) for power in powers])
    assert weights == pytest.approx(shown(steps.weights.tolist()), abs=NEAR)
    attended = shown([-2 * weights[1], 2 * weights[1]])
    assert attended == pytest.approx(shown(steps.attended.tolist()), abs=NEAR)
    x = shown([3 + attended[0], 1 + attended[1]])
    assert x == pytest.approx(shown(steps.x_attended.tolist()), abs=NEAR)
    one, two = shown(steps.activations.tolist())[:2]
    end = [x[0] - one + two, x[1] + one - two]
    assert end == pytest.approx(shown(steps.x_end.tolist()), abs=NEAR)
    powers = shown([math.exp(logit) for logit in shown(steps.logits.tolist())])
    shares = [power / sum(powers) for power in powers]
    assert shares == pytest.approx(shown(steps.probabilities.tolist()), abs=NEAR)


def test_attention_decides_between_the_two_adjectives() -> None:
    she, he = follow((0, 1, 3)), follow((0, 2, 3))
    assert int(she.probabilities.argmax()) == 4
    assert int(he.probabilities.argmax()) == 5
    assert int(she.weights.argmax()) == 1
    assert he.weights.tolist() == pytest.approx([1 / 3] * 3)
    assert he.attended.tolist() == pytest.approx([0, 0], abs=1e-5)


def test_all_its_parameters_are_counted() -> None:
    counted = sum(each.numel() for each in network().parameters())
    assert counted == parameters(CONFIG) == 12 + 6 + 12 + 6 + 4 + 2 + 16 + 8 + 16 + 2 + 3 * 4 == 96
