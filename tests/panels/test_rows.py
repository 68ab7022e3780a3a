"""A row per position: what was expected there, and how what came was judged."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.engine import Engine
from panels import rows
from panels.screen.state import State
from panels.screen.view import look


def shown(engine: Engine, **state: Any) -> dict[str, Any]:
    return rows.data(look(engine, State(**state)))


@given(written=st.lists(st.integers(1, 319), min_size=1, max_size=25))
def test_every_row_says_what_the_logits_say(tiny: Engine, written: list[int]) -> None:
    view = look(tiny, State(written=tuple(written)))
    logits = view.reading.logits.double()
    for row in rows.data(view)["rows"]:
        probabilities = logits[row["position"]].softmax(0)
        order = probabilities.argsort(descending=True).tolist()
        assert [guess["token"]["id"] for guess in row["guesses"]] == order[:3]
        for guess in row["guesses"]:
            expected = float(probabilities[guess["token"]["id"]])
            assert guess["probability"] == pytest.approx(expected, abs=1e-6)
        if not row["last"]:
            came = view.reading.ids[row["position"] + 1]
            assert row["came"]["token"]["id"] == came
            assert row["came"]["rank"] == 1 + order.index(came)
            probability = float(probabilities[came])
            assert row["came"]["probability"] == pytest.approx(probability, rel=1e-4)
            assert row["came"]["surprise"] == pytest.approx(-math.log2(probability), abs=1e-3)


def test_the_bundled_model_is_judged_alike(conteur: Engine) -> None:
    view = look(conteur, State(prompt="Il était une fois une petite fille"))
    for row, outcome in zip(
        rows.data(view)["rows"], (row.outcome for row in view.reading.rows()), strict=True
    ):
        if outcome is None:
            assert row["came"] is None
            assert row["last"]
        else:
            assert row["came"]["rank"] == outcome.rank
            assert row["came"]["probability"] == outcome.probability
            assert row["came"]["surprise"] == outcome.surprise


def test_only_the_last_row_has_nothing_to_judge(tiny: Engine) -> None:
    drawn = shown(tiny, prompt="Il était une fois")["rows"]
    assert [row["came"] is None for row in drawn] == [row["last"] for row in drawn]
    assert [row["last"] for row in drawn] == [False] * (len(drawn) - 1) + [True]


def test_there_are_as_many_rows_as_tokens_read(tiny: Engine) -> None:
    drawn = shown(tiny, prompt="Il était", written=(5, 6))
    assert drawn["count"] == len(drawn["rows"]) == len(tiny.model.read("Il était").ids) + 2
    assert drawn["vocabulary"] == 320
    assert [row["start"] for row in drawn["rows"]] == [True] + [False] * (drawn["count"] - 1)
    assert shown(tiny)["count"] == 1


def test_a_row_is_named_by_its_token(tiny: Engine) -> None:
    view = look(tiny, State(prompt="Il était", position=1))
    drawn = rows.data(view)["rows"]
    assert [row["token"]["id"] for row in drawn] == list(view.reading.ids)
    assert [row["position"] for row in drawn if row["selected"]] == [1]


def test_of_a_long_text_the_last_rows_are_shown_until_all_are_asked_for(tiny: Engine) -> None:
    written = tuple(range(1, 31))
    drawn = shown(tiny, written=written)
    assert (drawn["count"], drawn["earlier"]) == (31, 31 - rows.ROWS)
    assert [row["position"] for row in drawn["rows"]] == list(range(31 - rows.ROWS, 31))
    whole = shown(tiny, written=written, everything=True)
    assert (whole["earlier"], len(whole["rows"])) == (0, 31)


def test_a_selected_early_row_stays_in_sight(tiny: Engine) -> None:
    drawn = shown(tiny, written=tuple(range(1, 31)), position=2)
    assert [row["position"] for row in drawn["rows"]][:2] == [2, 31 - rows.ROWS]
    assert drawn["earlier"] == 31 - rows.ROWS - 1
    assert drawn["rows"][0]["selected"]


def test_the_other_rows_are_looked_at_when_asked(tiny: Engine) -> None:
    assert not shown(tiny, prompt="Il")["others"]
    assert shown(tiny, prompt="Il", others=True)["others"]
