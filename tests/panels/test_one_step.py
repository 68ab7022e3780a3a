"""A training step by hand: the losses, the gradient of a row, and what one real step changes."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch

from engine.engine import Engine
from panels import one_step
from panels.screen.drawing import draw
from panels.screen.example import first_state
from panels.screen.state import State
from panels.screen.view import look
from panels.screen.words import LANGUAGES, words_of
from tests.panels.reading_html import said

PROMPT = "The cat sat on the piano and sang."


def shown(engine: Engine, rate: float = 10, **state: Any) -> dict[str, Any]:
    return one_step.data(look(engine, State(**{"prompt": PROMPT} | state)), rate)


def test_the_losses_are_the_surprises_of_the_rows_in_nats(conteur: Engine) -> None:
    drawn = shown(conteur)
    rows = look(conteur, State(prompt=PROMPT)).rows
    outcomes = [row.outcome for row in rows if row.outcome is not None]
    assert [each["loss"] for each in drawn["rows"]] == pytest.approx(
        [outcome.surprise * math.log(2) for outcome in outcomes], abs=1e-4
    )
    assert [each["came"]["id"] for each in drawn["rows"]] == [each.token_id for each in outcomes]
    for when in ("loss", "loss_after"):
        mean = sum(each[when] for each in drawn["rows"]) / len(drawn["rows"])
        assert drawn[when] == pytest.approx(mean)


def test_before_and_after_are_those_of_transformers(conteur: Engine) -> None:
    """The same step with the classes and the optimizer of others: logits to 1e-4."""
    from transformers import GPT2LMHeadModel

    from gpt.weights import BUNDLED

    reference: Any = GPT2LMHeadModel.from_pretrained(
        BUNDLED["conteur"], dtype=torch.float32, attn_implementation="eager"
    )
    reference.eval()
    ids = look(conteur, State(prompt=PROMPT)).reading.ids
    tokens = torch.tensor([ids])
    before = reference(tokens, labels=tokens)
    before.loss.backward()
    torch.optim.SGD(reference.parameters(), lr=0.01).step()
    with torch.no_grad():
        after = reference(tokens, labels=tokens)

    drawn = shown(conteur, 10, position=4)
    assert drawn["loss"] == pytest.approx(before.loss.item(), abs=1e-4)
    assert drawn["loss_after"] == pytest.approx(after.loss.item(), abs=1e-4)
    for each in drawn["tokens"]:
        id = each["token"]["id"]
        assert each["logit"] == pytest.approx(before.logits[0, 4, id].item(), abs=1e-4)
        assert each["logit_after"] == pytest.approx(after.logits[0, 4, id].item(), abs=1e-4)


@pytest.mark.parametrize("position", [0, 3, None])
def test_the_gradient_is_what_was_said_less_what_came(conteur: Engine, position: int) -> None:
    drawn = shown(conteur, position=position)
    (selected,) = [each for each in drawn["rows"] if each["selected"]]
    came = [each for each in drawn["tokens"] if each["came"]]
    assert [each["token"]["id"] for each in came] == [selected["came"]["id"]]
    for each in drawn["tokens"]:
        assert each["gradient"] == pytest.approx(each["probability"] - each["came"], abs=1e-5)
    assert drawn["rest"]["gradient"] == pytest.approx(drawn["rest"]["probability"], abs=1e-5)
    for column in ("probability", "probability_after"):
        total = sum(each[column] for each in drawn["tokens"]) + drawn["rest"][column]
        assert total == pytest.approx(1)
    everything = sum(each["gradient"] for each in drawn["tokens"]) + drawn["rest"]["gradient"]
    assert everything == pytest.approx(0, abs=1e-5)
    assert drawn["rest"]["count"] + len(drawn["tokens"]) == 8192


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_small_step_lowers_the_loss_and_none_leaves_it(conteur: Engine, language: str) -> None:
    view = look(conteur, first_state(language))
    step, still = one_step.data(view, 10), one_step.data(view, 0)
    assert step["loss_after"] < step["loss"]
    assert still["loss_after"] == still["loss"]


def test_a_step_is_computed_once_and_changes_no_answer(conteur: Engine) -> None:
    before = conteur.model.read(PROMPT).logits
    shown(conteur, 40)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("engine.engine.one_step", lambda *_: pytest.fail("it was computed again"))
        shown(conteur, 40, position=2)
    assert torch.equal(conteur.model.read(PROMPT).logits, before)


def test_a_long_text_is_learnt_from_its_beginning_only(conteur: Engine) -> None:
    prompt = "la petite fille " * 40
    drawn = shown(conteur, prompt=prompt)
    assert len(drawn["rows"]) == one_step.POSITIONS
    whole = len(conteur.model.tokenizer.encode(prompt))
    assert drawn["left_out"] == whole - one_step.POSITIONS > 0
    assert drawn["rows"][0]["start"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_text_of_no_token_teaches_nothing_and_this_is_said(
    conteur: Engine, language: str
) -> None:
    drawn = shown(conteur, prompt="")
    assert drawn["rows"] == []
    words = words_of(language)
    assert words("one_step.nothing") in said(draw("one_step", language, drawn))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_numbers_stand_on_the_screen(conteur: Engine, language: str) -> None:
    drawn, words = shown(conteur, 100), words_of(language)
    html = said(draw("one_step", language, drawn))
    for number in (drawn["loss"], drawn["loss_after"], drawn["rows"][0]["loss"]):
        assert words.number(number, 3) in html
    verdict = "higher" if drawn["loss_after"] > drawn["loss"] else "lower"
    assert words(f"one_step.{verdict}") in html
