"""panels/screen/told.py: the token, its probability, the text's end, in a sentence each."""

from __future__ import annotations

import pytest

import gpt
from engine.engine import Engine
from panels.screen.acts import add, force
from panels.screen.state import State
from panels.screen.told import told
from panels.screen.view import look
from panels.screen.words import LANGUAGES, Words, words_of


@pytest.fixture(params=LANGUAGES)
def words(request: pytest.FixtureRequest) -> Words:
    return words_of(str(request.param))


def sentences(engine: Engine, state: State, words: Words) -> list[str]:
    return [each["text"] for each in told(look(engine, state), words)]


def test_a_written_token_its_probability_and_the_text_s_end(conteur: Engine, words: Words) -> None:
    before = State(prompt="Le petit chat")
    view = look(conteur, before)
    token = view.token(view.choice.token_id)
    plain = float(view.last.plain[token.id])
    written, text, following, row = sentences(conteur, add(conteur, before), words)
    share = words.percent(plain)
    assert written == words("told.written", number=1, token=token.text.strip(), share=share)
    assert text == words("told.text", end="Le petit chat" + token.text)
    after = look(conteur, add(conteur, before))
    assert words.number(gpt.draw(7, 1), 4) in following
    assert words.percent(after.choice.probability) in following
    assert row == words("told.last")


def test_only_another_draw_is_told_of_another_draw(conteur: Engine, words: Words) -> None:
    first = sentences(conteur, State(prompt="Le chat"), words)
    again = sentences(conteur, State(prompt="Le chat", draw=1), words)
    assert [one == two for one, two in zip(first, again, strict=True)] == [True, False, True]


def test_greedy_has_no_number_drawn(conteur: Engine, words: Words) -> None:
    view = look(conteur, State(prompt="Le chat", strategy="greedy"))
    first = int(view.last.order[0])
    share = words.percent(float(view.last.plain[first]))
    name = view.token(first).text.strip()
    assert told(view, words)[1]["text"] == words("told.greedy", token=name, share=share)


def test_a_row_that_is_looked_at(conteur: Engine, words: Words) -> None:
    view = look(conteur, State(prompt="Le chat", position=0))
    first = int(view.here.order[0])
    last = told(view, words)[-1]
    assert last == {
        "text": words(
            "told.row",
            position=0,
            after=words("tokens.start_name"),
            token=view.token(first).text.strip(),
            share=words.percent(float(view.here.plain[first])),
        ),
        "rest": False,
    }


def test_what_a_search_found(conteur: Engine, words: Words) -> None:
    found = len(conteur.model.tokenizer.find("zz"))
    asked = State(prompt="Le chat", search="zz")
    assert words("logits.found", count=found) in sentences(conteur, asked, words)
    asked = State(prompt="Le chat", search="qqqqqq")
    assert words("logits.none") in sentences(conteur, asked, words)


def test_the_end_is_a_token_too_and_nothing_follows(conteur: Engine, words: Words) -> None:
    end = conteur.model.tokenizer.end_of_text
    over = force(conteur, State(prompt="Le chat"), str(end))
    written, _, following, _ = sentences(conteur, over, words)
    assert words("tokens.end_name") in written
    assert following == words("choice.finished")


def test_a_long_text_is_told_from_a_word_on_and_an_empty_one_is_named(
    conteur: Engine, words: Words
) -> None:
    long = "Le petit chat dort. " * 20 + "\nIl se réveille"
    text = sentences(conteur, State(prompt=long), words)[0]
    assert words("told.text", end="… ").rstrip(".”» \u202f") in text
    assert "dort. Il se réveille" in text
    assert len(text) < 90
    assert sentences(conteur, State(), words)[0] == words("told.nothing")


def test_signs_and_parts_of_characters_have_a_name(conteur: Engine, words: Words) -> None:
    view = look(conteur, State(prompt="🦊\n"))
    last = len(view.reading.ids) - 1
    for position in range(1, last + 1):
        row = told(look(conteur, State(prompt="🦊\n", position=position)), words)[-1]["text"]
        assert "\ufffd" not in row
        assert "\n" not in row
