"""The text so far, each written token in the shade of its probability."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.engine import Engine
from gpt import Outcome, Reading, Row
from panels import text
from panels.screen.state import State
from panels.screen.view import look
from panels.screen.words import LANGUAGES, words_of
from panels.text import SHADES


def shown(engine: Engine, **state: Any) -> dict[str, Any]:
    return text.data(look(engine, State(**state)))


@pytest.mark.parametrize(
    ("probability", "shade"),
    [(1.0, 0), (0.51, 0), (0.5, 0), (0.499, 1), (0.2, 1), (0.199, 2), (0.05, 2), (0.049, 3),
     (0.01, 3), (0.0099, 4), (1e-12, 4), (0.0, 4)],
)  # fmt: skip
def test_a_shade_begins_at_its_bound(
    tiny: Engine, monkeypatch: pytest.MonkeyPatch, probability: float, shade: int
) -> None:
    def rows(reading: Reading, _guesses: int) -> list[Row]:
        return [Row((), Outcome(id, 3, probability, 1.0)) for id in reading.ids]

    monkeypatch.setattr(Reading, "rows", rows)
    assert shown(tiny, prompt="Il", written=(5,))["written"][0]["shade"] == shade


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_shade_has_its_words(language: str) -> None:
    shades = words_of(language).list("text.shades")
    bounds = [str(round(100 * bound)) for bound in SHADES]
    assert len(shades) == len(SHADES) + 1
    for number, shade in enumerate(shades):
        assert all(bound in shade for bound in bounds[max(0, number - 1) : number + 1])


@given(written=st.lists(st.integers(1, 319), max_size=12))
def test_prompt_and_written_tokens_are_the_text(tiny: Engine, written: list[int]) -> None:
    drawn = shown(tiny, prompt="Il était", written=tuple(written))
    tokenizer = tiny.model.tokenizer
    whole = drawn["prompt"] + "".join(piece["text"] for piece in drawn["written"])
    assert whole == tokenizer.decode([*tokenizer.encode("Il était"), *written])
    assert [piece["token"]["id"] for piece in drawn["written"]] == written


def test_a_written_token_has_its_plain_probability_and_rank(tiny: Engine) -> None:
    view = look(tiny, State(prompt="Il", written=(5, 6), strategy="greedy"))
    first = len(tiny.model.read("Il").ids)
    for number, piece in enumerate(text.data(view)["written"]):
        plain = view.reading.logits[first + number - 1].double().softmax(0)
        id = (5, 6)[number]
        assert piece["position"] == first + number
        assert piece["probability"] == pytest.approx(float(plain[id]), rel=1e-4)
        assert piece["rank"] == 1 + int((plain > plain[id]).sum())


def test_the_next_token_is_the_one_chosen(tiny: Engine) -> None:
    view = look(tiny, State(prompt="Il", seed=3))
    drawn = text.data(view)
    assert drawn["next"]["token"]["id"] == view.choice.token_id
    assert drawn["next"]["text"] == view.tokenizer.token(view.choice.token_id).text
    assert drawn["next"]["probability"] == view.choice.probability
    assert (drawn["finished"], drawn["written_count"], drawn["dropped"]) == (False, 0, 0)


def test_the_end_of_the_text_is_shown(tiny: Engine) -> None:
    end = tiny.model.tokenizer.end_of_text
    drawn = shown(tiny, prompt="Il", written=(5, end))
    assert drawn["finished"]
    assert drawn["written"][-1]["token"]["end"]


def test_a_character_in_pieces_comes_with_its_last_one(tiny: Engine) -> None:
    pieces = tuple(tiny.model.tokenizer.encode("😀"))
    drawn = shown(tiny, prompt="a", written=pieces)
    assert [piece["text"] for piece in drawn["written"]] == ["", "", "", "😀"]
    assert [piece["token"]["piece"] for piece in drawn["written"]][-1] == "4/4"


def test_the_prompt_is_shown_as_it_was_typed(tiny: Engine) -> None:
    prompt = " <b>\n\0é😀 <|endoftext|> "
    assert shown(tiny, prompt=prompt)["prompt"] == prompt


def test_of_a_text_that_does_not_fit_what_is_read_is_shown(tiny: Engine) -> None:
    prompt = "forêt " * 30
    drawn = shown(tiny, prompt=prompt, written=(5, 6))
    assert drawn["dropped"] > 0
    assert prompt.endswith(drawn["prompt"])
    assert 0 < len(drawn["prompt"]) < len(prompt)
    assert [piece["token"]["id"] for piece in drawn["written"]] == [5, 6]


@pytest.mark.parametrize("prompt", ["", "Il", "forêt " * 30])
def test_a_long_written_text_is_shown_whole_but_its_beginning_is_not_judged(
    tiny: Engine, prompt: str
) -> None:
    written = tuple(1 + n % 300 for n in range(100))
    view = look(tiny, State(prompt=prompt, written=written))
    drawn = text.data(view)
    assert drawn["written_count"] == 100
    ids = list(view.reading.ids)
    assert drawn["unread"] == tiny.model.tokenizer.decode(view.unread)
    assert drawn["prompt"] == tiny.model.tokenizer.decode(ids[1:2])
    assert [piece["token"]["id"] for piece in drawn["written"]] == ids[2:]
    assert [piece["position"] for piece in drawn["written"]] == list(range(2, len(ids)))
    whole = [*tiny.model.prompt_ids(prompt), *written]
    assert [*view.unread, *ids[1:]] == whole


def test_the_bundled_model_writes_what_its_steps_wrote(conteur: Engine) -> None:
    settings = State().settings
    steps = list(conteur.model.write("Il était une fois", settings, tokens=12))
    written = tuple(step.token.id for step in steps)
    drawn = shown(conteur, prompt="Il était une fois", written=written)
    assert [piece["text"] for piece in drawn["written"]] == [step.token.text for step in steps]
    for piece, step in zip(drawn["written"], steps, strict=True):
        plain = float(step.distribution.plain[step.token.id])
        assert piece["probability"] == pytest.approx(plain, rel=1e-3)
        assert piece["shade"] == sum(piece["probability"] < bound for bound in SHADES)
