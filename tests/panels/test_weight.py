"""One weight by hand: each number follows from those before it, and is the model's."""

from __future__ import annotations

import math
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import pytest
import tokenizers

from engine.engine import Engine
from gpt.weighing import weigh
from panels import weight
from panels.pages.openings import ENOUGH, openings, view_of
from panels.pages.routes import drawing
from panels.screen.state import State
from panels.screen.view import View, look
from panels.screen.words import LANGUAGES, words_of
from tests.gpt.reference import gpt2, save

CASES = [
    ("Once upon a time, there was a little girl who", None, 1, 1, 3),
    ("Le chat a vu le chien. Le chien a vu le chat.", 6, 4, 1, 5),
    ("la petite fille " * 30, 70, 2, 2, 12),
    ("a", None, 5, 3, 0),
    ("", None, 1, 1, 0),
]


def short(case: Any) -> str:
    return ascii(case)[:16]


@pytest.fixture(params=["openings fr", "openings en", *CASES], ids=short)
def case(request: pytest.FixtureRequest, conteur: Engine) -> tuple[View, dict[str, Any]]:
    if isinstance(request.param, str):
        language = request.param.split()[1]
        opening = openings(language)["weight"]
        controls = [float(opening[name]) for name in ("block", "head", "looked")]
        view = view_of(conteur, language, opening)
    else:
        prompt, position, *controls = request.param
        view = look(conteur, State(prompt=prompt, position=position))
    return view, weight.data(view, *controls)


def by_hand(value: float | Decimal, kind: str) -> float:
    step = Decimal(1).scaleb(-weight.DIGITS[kind])
    return float(Decimal(str(value)).quantize(step, ROUND_HALF_UP))


def test_a_calculator_finds_every_number_from_those_before_it(
    case: tuple[View, dict[str, Any]],
) -> None:
    drawn = case[1]
    exactly = {name: Decimal(str(drawn[name])) for name in ("highest", "total", "divisor")}
    for each in drawn["products"]:
        product = Decimal(str(each["query"])) * Decimal(str(each["key"]))
        assert each["product"] == by_hand(product, "number")
    shown = [drawn["products"][n - 1]["product"] for n in drawn["channels"]]
    assert sum(shown) + drawn["other_channels"] == pytest.approx(drawn["product"], abs=1e-9)
    assert sum(each["product"] for each in drawn["products"]) == pytest.approx(drawn["product"])
    powers, takes = Decimal(0), Decimal(0)
    for row in drawn["rows"]:
        assert row["scaled"] == by_hand(Decimal(str(row["score"])) / exactly["divisor"], "scaled")
        if row["looked"]:
            assert row["score"] == by_hand(drawn["product"], "score")
        if row["power"] is None:
            assert row["position"] > drawn["selected"]["position"]
            continue
        lowered = Decimal(str(row["scaled"])) - exactly["highest"]
        assert row["power"] == by_hand(lowered.exp(), "power")
        assert row["weight"] == by_hand(Decimal(str(row["power"])) / exactly["total"], "weight")
        value = Decimal(str(row["weight"])) * Decimal(str(row["value"]))
        assert row["takes"] == by_hand(value, "value")
        powers += Decimal(str(row["power"]))
        takes += Decimal(str(row["takes"]))
    rest = drawn["rest"]
    assert float(powers) + by_hand(rest["power"], "power") == pytest.approx(drawn["total"])
    assert float(takes) + by_hand(rest["takes"], "value") == pytest.approx(drawn["gathered"])


def test_every_number_is_the_models_but_for_two_units_of_its_last_digit(
    case: tuple[View, dict[str, Any]],
) -> None:
    view, drawn = case
    at, to = drawn["selected"]["position"], drawn["looked"]["position"]
    block, head = drawn["block"] - 1, drawn["head"] - 1
    steps = weigh(view.model.network, view.trace().residual[block], block, head, at)
    two = {kind: 2.01 * 10.0**-digits for kind, digits in weight.DIGITS.items()}
    for n, each in enumerate(drawn["products"]):
        assert each["query"] == pytest.approx(float(steps.query[n]), abs=two["number"])
        assert each["key"] == pytest.approx(float(steps.keys[to, n]), abs=two["number"])
    powers = (steps.masked - steps.masked.max()).double().exp().tolist()
    channel = drawn["channel"] - 1
    for row in drawn["rows"]:
        n = row["position"]
        assert row["score"] == pytest.approx(float(steps.scores[n]), abs=two["score"])
        assert row["scaled"] == pytest.approx(float(steps.scaled[n]), abs=two["scaled"])
        if n <= at:
            assert row["power"] == pytest.approx(powers[n], abs=two["power"])
            assert row["weight"] == pytest.approx(float(steps.weights[n]), abs=two["weight"])
            assert row["value"] == pytest.approx(float(steps.values[n, channel]), abs=two["value"])
    assert drawn["gathered"] == pytest.approx(float(steps.gathered[channel]), abs=0.005)
    assert drawn["exact"]["weight"] == pytest.approx(
        float(view.trace(block).attention_in(block)[head, at, to]), abs=1e-5
    )


def test_a_position_is_never_looked_at_from_before_it(conteur: Engine) -> None:
    drawn = weight.data(look(conteur, State(prompt="Le petit chat", position=1)), 1, 1, 500)
    assert drawn["looked"]["position"] == drawn["selected"]["position"] == 1
    assert [row["power"] is None for row in drawn["rows"]] == [False, False, True, True]
    assert drawn["last"] == 3


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_opens_where_there_is_something_to_see(conteur: Engine, language: str) -> None:
    """No longer so: give the words other sentences, or a lower measure its reason."""
    opening = openings(language)["weight"]
    view = view_of(conteur, language, opening)
    drawn = weight.data(view, *(float(opening[name]) for name in ("block", "head", "looked")))
    assert drawn["exact"]["weight"] >= ENOUGH
    assert drawn["rows"][-1]["power"] is None  # the mask has something to hide
    marked = {sentence.replace("*", ""): sentence.split("*")
              for sentence in words_of(language).list("weight.sentences")}  # fmt: skip
    _, noun, _, verb, _ = marked[opening["prompt"]]
    texts = [view.tokenizer.token(drawn[which]["token"]["id"]).text.strip()
             for which in ("looked", "selected")]  # fmt: skip
    assert texts == [noun, verb]
    weights = view.trace(*range(drawn["blocks"])).attention
    at, to = drawn["selected"]["position"], drawn["looked"]["position"]
    assert drawn["exact"]["weight"] == pytest.approx(float(weights[:, :, at, to].max()), abs=1e-5)
    assert math.isclose(sum(row["weight"] or 0 for row in drawn["rows"]), 1, abs_tol=0.001)


@pytest.mark.parametrize(
    ("options", "divisors"),
    [
        ({"scaled": False}, ("1", "1")),
        ({"scaled": False, "scaled_by_block": True}, ("1", "2")),
        ({"scaled_by_block": True}, ("2.8284", "5.6569")),
    ],
)
def test_a_model_that_divides_by_something_else_says_by_what(
    encoder: tokenizers.Tokenizer, tmp_path: Path, options: dict[str, Any], divisors: list[str]
) -> None:
    names = {"scaled": "scale_attn_weights", "scaled_by_block": "scale_attn_by_inverse_layer_idx"}
    reference = gpt2(**{names[name]: value for name, value in options.items()})
    engine = Engine(str(save(reference, encoder, tmp_path / "other")))
    for block, divisor in enumerate(divisors, start=1):
        query = {"prompt": "Once upon a time", "block": str(block)}
        data = weight.data(look(engine, State(prompt="Once upon a time")), block, 1, 0)
        for row in data["rows"]:
            if row["looked"]:
                assert row["scaled"] == pytest.approx(data["exact"]["scaled"], abs=2e-3)
        drawn = drawing(engine, "en", "weight", query)
        assert drawn is not None
        assert f"the model divides by {divisor}: its configuration" in drawn
        assert "√8" not in drawn
