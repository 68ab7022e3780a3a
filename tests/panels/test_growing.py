"""Two texts that grow from one prompt: what greedy writes, what the draws write, and the signs."""

from __future__ import annotations

import math
from typing import Any

import pytest

from engine.engine import Engine
from gpt import Settings
from gpt.repeats import said_before
from panels import growing
from panels.pages.openings import openings
from panels.screen.drawing import draw
from panels.screen.state import State
from panels.screen.view import look
from panels.screen.words import LANGUAGES, words_of
from tests.panels.reading_html import said

PROMPT = "Il était une fois"


def shown(engine: Engine, length: float = 24, **state: Any) -> dict[str, Any]:
    return growing.data(look(engine, State(**{"prompt": PROMPT} | state)), length)


def ids(way: dict[str, Any]) -> list[int]:
    return [each["token"]["id"] for each in way["tokens"]]


@pytest.mark.parametrize("strategy", ["greedy", "sampling"])
def test_each_way_writes_what_the_model_writes(conteur: Engine, strategy: str) -> None:
    drawn = shown(conteur, strategy=strategy, temperature=1.1, top_k=50, seed=3)
    for way, settings in zip(
        drawn["ways"], [Settings("greedy"), Settings("sampling", 1.1, 50, 0.9, 3)], strict=True
    ):
        steps = list(conteur.model.write(PROMPT, settings, 24))
        assert ids(way) == [step.token.id for step in steps]
        assert [each["text"] for each in way["tokens"]] == [step.token.text for step in steps]
        for each, step in zip(way["tokens"], steps, strict=True):
            plain = float(step.distribution.plain[step.token.id])
            assert each["probability"] == pytest.approx(plain, rel=1e-3)
            assert each["rank"] == step.choice.rank


def test_the_probabilities_are_those_of_transformers(conteur: Engine) -> None:
    import torch
    from transformers import GPT2LMHeadModel

    from gpt.weights import BUNDLED

    reference: Any = GPT2LMHeadModel.from_pretrained(BUNDLED["conteur"], dtype=torch.float32)
    reference.eval()
    way = shown(conteur)["ways"][1]
    before = list(conteur.model.read(PROMPT).ids)
    with torch.no_grad():
        rows = reference(torch.tensor([before + ids(way)])).logits[0, len(before) - 1 : -1]
    plain = rows.double().softmax(-1)
    for each, row in zip(way["tokens"], plain, strict=True):
        assert each["probability"] == pytest.approx(float(row[each["token"]["id"]]), abs=1e-4)


def test_the_measures_are_counted_from_the_tokens(conteur: Engine) -> None:
    for way in shown(conteur, 40)["ways"]:
        written = ids(way)
        marks = said_before([*conteur.model.prompt_ids(PROMPT), *written])[-len(written) :]
        assert [each["again"] for each in way["tokens"]] == marks
        assert way["again"] == sum(marks)
        assert way["different"] == len(set(written))
        bits = [-math.log2(each["probability"]) for each in way["tokens"]]
        assert way["surprise"] == pytest.approx(sum(bits) / len(bits))


def test_a_longer_text_begins_with_the_shorter_one(conteur: Engine) -> None:
    short, long = shown(conteur, 5), shown(conteur, 24)
    for one, other in zip(short["ways"], long["ways"], strict=True):
        assert len(one["tokens"]) == 5
        assert ids(other)[:5] == ids(one)


def test_it_goes_on_from_what_was_written(conteur: Engine) -> None:
    first = ids(shown(conteur, 4)["ways"][1])
    further = shown(conteur, 4, written=tuple(first))
    assert ids(shown(conteur, 8)["ways"][1]) == first + ids(further["ways"][1])
    assert further["prompt"].startswith(PROMPT)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_text_that_ends_stops_and_one_that_is_over_does_not_begin(
    over: Engine, language: str
) -> None:
    drawn = shown(over, 24)
    end = over.model.tokenizer.end_of_text
    assert ids(drawn["ways"][0]) == [end]
    done = shown(over, 24, written=(5, end))
    assert [way["tokens"] for way in done["ways"]] == [[], []]
    words = words_of(language)
    assert words("choice.finished") in said(draw("growing", language, done))


def test_a_text_longer_than_the_context_goes_on(tiny: Engine) -> None:
    drawn = shown(tiny, 24, prompt="forêt " * 30)
    assert drawn["dropped"] > 0
    assert len(drawn["ways"][0]["tokens"]) == 24


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_loop_grows_surer_as_the_page_says(conteur: Engine, language: str) -> None:
    """After the beginning it opens on, the repeated tokens are likelier than the others."""
    way = shown(conteur, 40, prompt=openings(language)["growing"]["prompt"])["ways"][0]
    bits: dict[bool, list[float]] = {True: [], False: []}
    for each in way["tokens"]:
        bits[each["again"]].append(-math.log2(each["probability"]))
    mean = {again: sum(some) / len(some) for again, some in bits.items()}
    assert mean[True] < 0.75 * mean[False]


def test_a_high_temperature_is_odd(conteur: Engine) -> None:
    """At 1.5, nothing cut: the wavy lines that the page speaks of, and no loop."""
    tame, wild = shown(conteur, 40), shown(conteur, 40, temperature=1.5, top_p=None)
    odd = [sum(each["shade"] == 4 for each in way["tokens"]) for way in wild["ways"]]
    assert odd[0] == sum(each["shade"] == 4 for each in tame["ways"][0]["tokens"]) <= 2
    assert odd[1] > 10
    assert wild["ways"][1]["surprise"] > 2 * tame["ways"][1]["surprise"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_signs_stand_on_the_screen_and_in_words(conteur: Engine, language: str) -> None:
    drawn = shown(conteur, 40, prompt=openings(language)["growing"]["prompt"])
    html = draw("growing", language, drawn)
    words = words_of(language)
    assert html.count("made shade-") == sum(len(way["tokens"]) for way in drawn["ways"]) + 6
    assert words("growing.said_before") in said(html)
    for way in drawn["ways"]:
        assert words("growing.of", part=way["again"], whole=len(way["tokens"])) in said(html)
