"""A sentence is written to its end, and its tokens are the model's."""

from __future__ import annotations

import math

import pytest

from engine.engine import Engine
from panels import sentence
from panels.pages import routes
from panels.pages.openings import openings
from panels.screen.state import State
from panels.screen.view import look
from panels.screen.words import LANGUAGES, words_of
from tests.panels.reading_html import classed


def drawn(engine: Engine, language: str = "en", **query: str) -> str:
    drawing = routes.drawing(engine, language, "sentence", query)
    assert drawing is not None
    return drawing.partition("</section>")[0] + "</section>"


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_opens_on_a_whole_sentence_of_the_models(conteur: Engine, language: str) -> None:
    opening = openings(language)["sentence"]
    assert opening["prompt"] in words_of(language).list("sentence.beginnings")
    pieces = [each.text for each in classed(drawn(conteur, language), "made")]
    settings = State(seed=int(opening["seed"])).settings
    steps = list(conteur.model.write(opening["prompt"], settings, len(pieces)))
    assert pieces == [step.token.text for step in steps]
    assert pieces[-1].endswith(sentence.ENDS)
    assert not any(piece.endswith(sentence.ENDS) for piece in pieces[:-1])


def test_each_token_has_the_probability_that_the_model_gave_it(conteur: Engine) -> None:
    state = State("Once upon a time", seed=2)
    told = sentence.data(look(conteur, state))
    steps = conteur.model.write(state.prompt, state.settings, len(told["tokens"]))
    ids = conteur.prompt_ids(state.prompt) + tuple(step.token.id for step in steps)
    rows = conteur.read(ids).rows()[-len(told["tokens"]) - 1 : -1]
    for token, row in zip(told["tokens"], rows, strict=True):
        assert row.outcome is not None
        assert math.isclose(token["probability"], row.outcome.probability, rel_tol=1e-3)
        assert token["rank"] >= 1


def test_a_sentence_that_will_not_end_is_cut_and_a_text_that_is_over_is_left(
    tiny: Engine, over: Engine
) -> None:
    cut = sentence.data(look(tiny, State("a", strategy="greedy")))
    assert (cut["whole"], len(cut["tokens"])) in {
        (False, sentence.MOST),
        (True, len(cut["tokens"])),
    }
    ended = sentence.data(look(over, State("a", strategy="greedy")))
    assert [token["token"].get("end") for token in ended["tokens"]] == [True]


def test_what_was_written_before_is_part_of_the_beginning(conteur: Engine) -> None:
    html = drawn(conteur, prompt="Once", written="300.301")
    (given,) = classed(html, "given")
    assert given.text == "Once" + conteur.model.tokenizer.decode((300, 301))
