"""The model goes on after a question: token after token, or at one go."""

from __future__ import annotations

import re

import pytest

from engine.engine import Engine
from panels import continues
from panels.pages import routes
from panels.screen.acts import ANSWER_TOKENS
from panels.screen.state import State
from panels.screen.view import look
from panels.screen.words import LANGUAGES, words_of
from tests.panels.reading_html import classed

WRITTEN = re.compile(r'name="written" value="([\d.]+)"')


def drawn(engine: Engine, language: str = "en", **query: str) -> str:
    drawing = routes.drawing(engine, language, "continues", query)
    assert drawing is not None
    return drawing


def shown(html: str, name: str) -> list[str]:
    """The texts of a class; what the drawing carries stands behind it."""
    return [each.text for each in classed(html.partition("</section>")[0] + "</section>", name)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_opens_on_a_question_that_was_gone_on_with(conteur: Engine, language: str) -> None:
    html = drawn(conteur, language)
    (question,) = shown(html, "question")
    words = words_of(language)
    assert [question, *shown(html, "pill")] == words.list("continues.questions")
    steps = conteur.model.write(question, State().settings, ANSWER_TOKENS)
    end = words("tokens.end_name")
    written = [end if step.token.is_end_of_text else step.token.text for step in steps]
    assert shown(html, "made") == written


def test_token_by_token_it_is_the_text_that_comes_at_one_go(conteur: Engine) -> None:
    whole = drawn(conteur, prompt="Who are you?", seed="3", act="answer")
    html = drawn(conteur, prompt="Who are you?", seed="3", act="ask", value="1")
    steps = 1
    while "data-over" not in html:
        ids = WRITTEN.search(html)
        assert ids is not None
        html = drawn(conteur, prompt="Who are you?", seed="4", written=ids[1], act="add")
        steps += 1
    assert steps <= ANSWER_TOKENS
    assert html == whole


def test_the_drawing_carries_the_question_and_the_seed(conteur: Engine) -> None:
    html = drawn(conteur, prompt="Who are “you”?", act="answer")
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', html))
    assert fields["prompt"] == "Who are “you”?"
    assert fields["seed"] == str(State().seed + 1)
    assert WRITTEN.search(html)


def test_a_text_that_ends_is_over(over: Engine) -> None:
    view = look(over, State(prompt="Il", written=(over.model.tokenizer.end_of_text,)))
    data = continues.data(view)
    assert data["over"]
    assert data["finished"]
    assert not continues.data(look(over, State(prompt="Il")))["over"]


def test_the_questions_are_questions(conteur: Engine) -> None:
    for language in LANGUAGES:
        for question in words_of(language).list("continues.questions"):
            assert question.endswith("?")
            assert not look(conteur, State(prompt=question)).loose_space
