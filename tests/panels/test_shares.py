"""Who adds what: shares that add up to the logit, in a table that hides none of them."""

from __future__ import annotations

import re

import pytest

from engine.engine import Engine
from panels import shares
from panels.pages.routes import drawing
from panels.screen.state import State
from panels.screen.view import look
from panels.screen.words import LANGUAGES, words_of
from tests.panels.conftest import short
from tests.panels.reading_html import classed

PROMPTS = ["Once upon a time, there was a little", "", "é", "👩‍🚀", "la petite fille " * 200]


@pytest.mark.parametrize("prompt", PROMPTS, ids=short)
@pytest.mark.parametrize("rank", [0, 1, 2, 7, 8192, 1_000_000])
@pytest.mark.parametrize("position", [None, 0])
def test_the_shares_add_up_to_the_logit(
    conteur: Engine, prompt: str, rank: int, position: int | None
) -> None:
    view = look(conteur, State(prompt=prompt, position=position))
    drawn = shares.data(view, rank)
    config = view.model.network.config
    assert len(drawn["parts"]) == 3 + config.layers * (config.heads + 2)
    assert sum(each["points"] for each in drawn["parts"]) == pytest.approx(drawn["logit"], abs=1e-3)
    beside = sum(each["beside"] for each in drawn["parts"])
    assert beside == pytest.approx(drawn["logit_beside"], abs=1e-3)
    shown = sum(bar["points"] for bar in drawn["bars"]) + drawn["rest"]["points"]
    assert shown == pytest.approx(drawn["logit"], abs=1e-3)
    points = [bar["points"] for bar in drawn["bars"]]
    assert points == sorted(points, reverse=True)
    assert max(bar["share"] for bar in drawn["bars"]) == pytest.approx(1)
    hidden = len(drawn["parts"]) - len(drawn["bars"])
    assert drawn["rest"]["count"] == hidden


def test_the_chosen_token_is_taken_apart_until_another_is_asked_for(conteur: Engine) -> None:
    view = look(conteur, State(prompt="Le petit chat", seed=12))
    order = view.last.order.tolist()
    chosen = view.choice.token_id
    assert chosen != order[0]
    drawn = shares.data(view, 0)
    assert drawn["of"]["id"] == chosen
    assert drawn["beside"]["id"] == order[0]
    assert [each["rank"] for each in drawn["guesses"] if each["selected"]] == [
        order.index(chosen) + 1
    ]
    third = shares.data(view, 3)
    assert third["of"]["id"] == order[2]
    first = shares.data(view, 1)
    assert first["beside"]["id"] == order[1]
    earlier = look(conteur, State(prompt="Le petit chat", position=1))
    assert shares.data(earlier, 0)["of"]["id"] == int(earlier.here.order[0])


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_table_names_every_part_once(conteur: Engine, language: str) -> None:
    drawn = drawing(conteur, language, "shares", {"prompt": "Le petit chat"})
    assert drawn is not None
    (table,) = classed(drawn, "plain")
    words, config = words_of(language), conteur.model.network.config
    names = [words(f"shares.{part}") for part in ("token", "position", "norm")]
    for block in range(1, config.layers + 1):
        names += [
            words("shares.head", block=block, head=head) for head in range(1, config.heads + 1)
        ]
        names += [
            words(f"shares.{part}", block=block) for part in ("attention_bias", "feed_forward")
        ]
    for name in names:
        assert len(re.findall(rf"{re.escape(name)}[+−\d]", table.text)) == 1, name
    (panel,) = classed(drawn, "shares-panel")
    view = look(conteur, State(prompt="Le petit chat"))
    total = float(str(panel.attributes["data-total"]))
    assert total == pytest.approx(float(view.last.logits[view.choice.token_id]), abs=1e-3)
