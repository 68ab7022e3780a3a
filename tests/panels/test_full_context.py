"""A context that is full: what is dropped, kept and read again, and what the model then says."""

from __future__ import annotations

from typing import Any

import pytest
import torch

import gpt
from engine.engine import Engine
from engine.together import hidden_together
from gpt.forgetting import passes
from panels import full_context
from panels.pages.openings import openings, view_of
from panels.screen.drawing import draw
from panels.screen.state import State
from panels.screen.view import look
from panels.screen.words import LANGUAGES, words_of
from tests.panels.pages.test_pages import page
from tests.panels.reading_html import said

PROMPT = "Once upon a time, there was a little girl who"


def shown(engine: Engine, window: float = 16, more: float = 12, **state: Any) -> dict[str, Any]:
    return full_context.data(look(engine, State(**{"prompt": PROMPT} | state)), window, more)


def ids(drawn: dict[str, Any]) -> list[int]:
    return [each["token"]["id"] for each in drawn["text"]]


def fates(drawn: dict[str, Any]) -> str:
    return "".join(each["fate"][0] for each in drawn["text"])


def test_the_older_half_goes_when_the_context_is_full(tiny: Engine) -> None:
    prompt = tiny.model.tokenizer.decode([5] * 5)
    grown = [shown(tiny, 8, more, prompt=prompt) for more in range(6)]
    first = len(tiny.model.tokenizer.encode(prompt))
    lengths = [len(each["text"]) for each in grown]
    assert lengths == list(range(first, first + 6))
    for length, drawn in zip(lengths, grown, strict=True):
        over = max(0, length - 7)  # one of the 8 positions is the start token's
        dropped = 3 * -(-over // 3)
        assert drawn["dropped"] == dropped
        assert fates(drawn).count("d") == dropped
        assert drawn["kept"] + drawn["computed"] == 1 + length - dropped <= 8


@pytest.mark.parametrize("more", [0, 5, 6, 13, 20])
def test_tokens_and_passes_tell_the_same(conteur: Engine, more: float) -> None:
    drawn = shown(conteur, 16, more)
    last = drawn["passes"][-1]
    assert (last["dropped"], last["kept"], last["computed"]) == (
        drawn["dropped"], drawn["kept"], drawn["computed"],
    )  # fmt: skip
    assert last["length"] == len(drawn["text"])
    positions = [each["position"] for each in drawn["text"] if each["fate"] != "dropped"]
    assert positions == list(range(1, 1 + len(positions)))
    assert fates(drawn).count("c") == drawn["computed"] - (drawn["kept"] == 0)
    assert drawn["forgotten"] == conteur.model.tokenizer.decode(ids(drawn)[: drawn["dropped"]])
    fallen = [each["length"] for each in drawn["passes"] if each["full"]]
    assert fallen == [length for length in (16, 23, 30) if length <= last["length"]]


def test_what_is_written_is_what_a_model_of_that_context_writes(tiny: Engine) -> None:
    """The tiny model has 32 positions: the panel's window at 32 is its own context."""
    drawn = shown(tiny, 64, 48, prompt="Il était une fois", temperature=1.0, top_p=None)
    assert drawn["window"] == drawn["context"] == 32
    settings = State(temperature=1.0, top_p=None).settings
    steps = list(tiny.model.write("Il était une fois", settings, 48))
    assert ids(drawn)[-len(steps) :] == [step.token.id for step in steps]
    assert drawn["dropped"] > 0


def test_the_engine_reads_as_many_positions_as_the_columns_say(
    model: gpt.Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A text that grows in an engine whose context is really that small, and which knows none."""
    monkeypatch.setattr("engine.engine.load", lambda *_: model)
    engine = Engine("tiny")
    text = [290 + (n * n) % 29 for n in range(60)]
    counts: list[int] = []

    def counting(network: Any, parts: Any) -> list[torch.Tensor]:
        counts.append(sum(len(part.ids) for part in parts))
        return hidden_together(network, parts)

    monkeypatch.setattr("engine.engine.hidden_together", counting)
    for length in range(20, 61):
        engine.read(text[:length])
    assert counts == [each.computed for each in passes(20, 60, 32)]


def test_both_predictions_are_those_of_transformers(conteur: Engine) -> None:
    from transformers import GPT2LMHeadModel

    from gpt.weights import BUNDLED

    reference: Any = GPT2LMHeadModel.from_pretrained(BUNDLED["conteur"], dtype=torch.float32)
    reference.eval()
    drawn = shown(conteur)
    start, text = conteur.model.tokenizer.end_of_text, ids(drawn)
    assert drawn["dropped"] > 0
    with torch.no_grad():
        rows = [
            reference(torch.tensor([[start, *read]])).logits[0, -1].double().softmax(0)
            for read in (text, text[drawn["dropped"] :])
        ]
    for each in drawn["guesses"]:
        for share, row in zip(each["shares"], rows, strict=True):
            assert share == pytest.approx(float(row[each["token"]["id"]]), abs=1e-4)
    assert drawn["distance"] == pytest.approx(float((rows[0] - rows[1]).abs().sum()) / 2, abs=1e-3)


def test_without_loss_there_is_nothing_to_forget(conteur: Engine) -> None:
    drawn = shown(conteur, 64, 0)
    assert (drawn["dropped"], drawn["forgotten"]) == (0, "")
    assert drawn["distance"] == pytest.approx(0, abs=1e-6)
    assert fates(drawn) == "c" * len(drawn["text"])


def test_of_a_long_text_the_end_is_followed(conteur: Engine) -> None:
    drawn = shown(conteur, 32, 4, prompt="la petite fille " * 60)
    whole = len(conteur.model.tokenizer.encode("la petite fille " * 60))
    assert drawn["left_out"] == whole - full_context.LONGEST
    assert len(drawn["text"]) == full_context.LONGEST + 4
    assert drawn["passes"][0]["dropped"] > 0


def test_a_text_that_ends_stops(over: Engine) -> None:
    drawn = shown(over, 16, 12, prompt="Il", strategy="greedy")
    assert ids(drawn)[-1] == over.model.tokenizer.end_of_text
    assert drawn["more"] == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_fates_and_the_forgotten_text_stand_on_the_screen(
    conteur: Engine, language: str
) -> None:
    drawn, words = shown(conteur), words_of(language)
    html = draw("full_context", language, drawn)
    for fate in ("dropped", "kept", "computed"):
        many = fates(drawn).count(fate[0]) + (fate == "kept") + 1  # the start token, the legend
        assert html.count(f'class="fate {fate}') == many
    assert drawn["forgotten"] in said(html)
    assert words("full_context.forgotten") in said(html)
    assert words("full_context.nothing", count=64) in said(
        draw("full_context", language, shown(conteur, 64, 0))
    )


def test_what_the_page_asks_its_reader_to_count() -> None:
    (last,) = passes(16, 16, 16)
    assert (last.dropped, last.positions) == (7, 10)
    assert "7, half of 15, rounded down. 9 are left, 10 positions" in page("en", "full-context.md")
    assert "Il en reste 9" in page("fr", "full-context.md")


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_opens_where_the_older_half_has_just_gone_and_is_missed(
    conteur: Engine, language: str
) -> None:
    view = view_of(conteur, language, openings(language)["full_context"])
    drawn = full_context.data(view, 16, float(openings(language)["full_context"]["more"]))
    assert drawn["passes"][-1]["full"]
    assert drawn["distance"] > 0.1
