"""One row of logits as a table: worked cases, and sums over the whole vocabulary."""

from __future__ import annotations

import math
from itertools import accumulate, pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.engine import Engine
from panels import logits
from panels.screen.state import SHOWN, State
from panels.screen.view import look
from tests.panels.conftest import view_of

FOUR = [0.1, 0.4, 0.3, 0.2]
BARE: dict[str, Any] = {"temperature": 1.0, "top_k": None, "top_p": None}

choosing = st.fixed_dictionaries(
    {
        "strategy": st.sampled_from(["greedy", "sampling"]),
        "temperature": st.floats(0.1, 2),
        "top_k": st.none() | st.integers(1, 100),
        "top_p": st.none() | st.floats(0.05, 1),
        "seed": st.integers(0, 1000),
    }
)


def worked(engine: Engine, probabilities: list[float], **state: Any) -> dict[str, Any]:
    """The table of a last row with these probabilities."""
    return logits.data(view_of(engine, probabilities, State(**{**BARE, **state})))


def shown(engine: Engine, **state: Any) -> dict[str, Any]:
    return logits.data(look(engine, State(**state)))


def column(drawn: dict[str, Any], name: str, count: int = 4) -> list[Any]:
    return [row[name] for row in drawn["rows"][:count]]


def test_a_worked_row(tiny: Engine) -> None:
    drawn = worked(tiny, FOUR)
    assert column(drawn, "id") == [1, 2, 3, 0]
    assert column(drawn, "rank") == [1, 2, 3, 4]
    assert column(drawn, "plain") == pytest.approx([0.4, 0.3, 0.2, 0.1])
    assert column(drawn, "probability") == pytest.approx([0.4, 0.3, 0.2, 0.1])
    assert column(drawn, "cumulative") == pytest.approx([0.4, 0.7, 0.9, 1.0])
    assert column(drawn, "logit") == pytest.approx([math.log(p) for p in (0.4, 0.3, 0.2, 0.1)])


def test_each_rule_is_named(tiny: Engine) -> None:
    # after top-k 3: 4/9, 3/9, 2/9; 4/9 + 3/9 = 0.78 crosses 0.75
    drawn = worked(tiny, FOUR, top_k=3, top_p=0.75)
    assert column(drawn, "rule") == ["kept", "kept", "top_p", "top_k"]
    assert column(drawn, "probability") == pytest.approx([4 / 7, 3 / 7, 0, 0])
    assert column(drawn, "tempered") == pytest.approx([4 / 9, 3 / 9, 2 / 9, 0])
    assert column(drawn, "cumulative", 3) == pytest.approx([4 / 9, 7 / 9, 1])
    assert column(drawn, "cumulative")[3] is None
    assert {row["rule"] for row in worked(tiny, FOUR)["rows"][4:]} == {"impossible"}


@given(choosing=choosing)
def test_every_column_is_computed_from_the_one_before_it(
    tiny: Engine, choosing: dict[str, Any]
) -> None:
    drawn = shown(tiny, prompt="Il était", shown=500, **choosing | {"strategy": "sampling"})
    rows, heat = drawn["rows"], choosing["temperature"]
    top = rows[0]["logit"]

    def softmax(heat: float, rows: list[dict[str, Any]]) -> list[float]:
        powers = [math.exp((row["logit"] - top) / heat) for row in rows]
        return [power / sum(powers) for power in powers]

    assert column(drawn, "plain", 320) == pytest.approx(softmax(1, rows))
    survivors = rows[: choosing["top_k"] or len(rows)]
    tempered = column(drawn, "tempered", len(survivors))
    assert tempered == pytest.approx(softmax(heat, survivors))
    assert column(drawn, "cumulative", len(survivors)) == pytest.approx(list(accumulate(tempered)))
    kept = [row for row in survivors if row["rule"] == "kept"]
    reached = sum(row["tempered"] for row in kept)
    assert reached >= (choosing["top_p"] or 1) - 1e-9
    assert [row["probability"] for row in kept] == pytest.approx(
        [row["tempered"] / reached for row in kept]
    )


def test_greedy_keeps_the_first_and_sums_the_plain_softmax(tiny: Engine) -> None:
    drawn = worked(tiny, FOUR, strategy="greedy", top_k=2)
    assert drawn["greedy"]
    assert column(drawn, "rule") == ["kept", "greedy", "greedy", "greedy"]
    assert column(drawn, "probability") == [1, 0, 0, 0]
    assert column(drawn, "cumulative") == pytest.approx([0.4, 0.7, 0.9, 1.0])


@given(choosing=choosing, shown=st.sampled_from(SHOWN), position=st.none() | st.just(1))
def test_each_column_sums_to_one_with_the_rest(
    tiny: Engine, choosing: dict[str, Any], shown: int, position: int | None
) -> None:
    state = State(prompt="Il était", shown=shown, position=position, **choosing)
    view = look(tiny, state)
    drawn = logits.data(view)
    for name in ("plain", "tempered", "probability"):
        total = sum(row[name] for row in drawn["rows"]) + drawn["rest"][name]
        assert total == pytest.approx(1, abs=1e-9)
    kept = sum(row["rule"] == "kept" for row in drawn["rows"]) + drawn["rest"]["kept"]
    assert kept == view.here.kept_count
    assert len(drawn["rows"]) + drawn["rest"]["count"] == drawn["vocabulary"] == 320


@given(choosing=choosing)
def test_every_row_is_that_of_the_distribution(tiny: Engine, choosing: dict[str, Any]) -> None:
    view = look(tiny, State(prompt="Il était", **choosing))
    drawn = logits.data(view)
    assert column(drawn, "rank", 20) == list(range(1, 21))
    for row in drawn["rows"]:
        id = row["id"]
        assert row["token"]["id"] == id
        assert row["plain"] == float(view.last.plain[id])
        assert row["probability"] == float(view.last.probabilities[id])
        assert row["rule"] == (view.last.excluded_by(id) or "kept")
        assert row["rule"] == "kept" or row["probability"] == 0
    for above, below in pairwise(drawn["rows"]):
        assert above["logit"] >= below["logit"]
        assert above["plain"] >= below["plain"]
        if above["cumulative"] is not None and below["cumulative"] is not None:
            assert above["cumulative"] <= below["cumulative"]


@given(seed=st.integers(0, 200))
def test_the_choice_is_marked_on_the_last_row(tiny: Engine, seed: int) -> None:
    view = look(tiny, State(prompt="Il", seed=seed, shown=500))
    marked = [row["id"] for row in logits.data(view)["rows"] if row["chosen"]]
    assert marked == [view.choice.token_id]


def test_what_came_is_marked_on_an_earlier_row(tiny: Engine) -> None:
    view = look(tiny, State(prompt="Il était", position=1, shown=500))
    drawn = logits.data(view)
    assert (drawn["position"], drawn["on_last"], drawn["start"]) == (1, False, False)
    assert [row["id"] for row in drawn["rows"] if row["came"]] == [view.reading.ids[2]]
    assert not any(row["chosen"] for row in drawn["rows"])
    assert drawn["after"]["id"] == view.reading.ids[1]


def test_the_row_after_the_start_token_says_so(tiny: Engine) -> None:
    assert shown(tiny, prompt="Il", position=0)["start"]
    assert shown(tiny)["start"]
    assert not shown(tiny, prompt="Il")["start"]


@pytest.mark.parametrize(
    ("asked", "rows", "more", "fewer"), [(20, 20, 100, None), (100, 100, 500, 20)]
)
def test_more_rows_can_be_asked_for(
    conteur: Engine, asked: int, rows: int, more: int, fewer: int | None
) -> None:
    drawn = shown(conteur, prompt="Il", shown=asked)
    assert (len(drawn["rows"]), drawn["more"], drawn["fewer"]) == (rows, more, fewer)


def test_at_most_five_hundred_rows_are_shown(conteur: Engine) -> None:
    drawn = shown(conteur, prompt="Il", shown=500)
    assert (len(drawn["rows"]), drawn["more"], drawn["fewer"]) == (500, None, 20)
    assert drawn["rest"]["count"] == 8192 - 500


def test_a_small_vocabulary_is_shown_whole(tiny: Engine) -> None:
    drawn = shown(tiny, prompt="Il", shown=500)
    assert (len(drawn["rows"]), drawn["more"], drawn["fewer"]) == (320, None, 20)
    nothing = {"count": 0, "plain": 0, "tempered": 0, "probability": 0, "kept": 0}
    assert drawn["rest"] == nothing


def test_a_search_finds_tokens_by_rank_and_counts_them_all(conteur: Engine) -> None:
    view = look(conteur, State(prompt="Il", search="E"))
    found = conteur.model.tokenizer.find("e")
    drawn = logits.data(view)
    assert drawn["found"] == len(found) > 500
    assert [row["id"] for row in drawn["rows"]] == [
        id for id in view.here.order.tolist() if id in set(found)
    ][:20]
    assert all(
        row["rank"] == view.here.order.tolist().index(row["id"]) + 1 for row in drawn["rows"]
    )
    assert (drawn["more"], drawn["rest"]["count"]) == (100, 8192 - 20)
    assert len(shown(conteur, prompt="Il", search="e", shown=500)["rows"]) == 500


def test_a_search_that_finds_little_shows_it_all(tiny: Engine) -> None:
    drawn = shown(tiny, prompt="Il", search="<|END")
    assert [row["id"] for row in drawn["rows"]] == [tiny.model.tokenizer.end_of_text]
    assert (drawn["found"], drawn["more"], drawn["fewer"]) == (1, None, None)
    assert drawn["rest"]["plain"] == pytest.approx(1 - drawn["rows"][0]["plain"])


@pytest.mark.parametrize("search", ["zzzzzz", "<script>", "\0\0", "\ufffd", "{x}", "😀😀"])
def test_a_search_may_find_nothing(tiny: Engine, search: str) -> None:
    drawn = shown(tiny, prompt="Il", search=search)
    assert (drawn["rows"], drawn["found"], drawn["more"]) == ([], 0, None)
    assert drawn["rest"]["count"] == 320
    assert drawn["rest"]["plain"] == pytest.approx(1)


def test_without_a_search_nothing_was_found(tiny: Engine) -> None:
    assert shown(tiny, prompt="Il")["found"] is None


def test_a_token_may_be_forced_after_the_prompt(tiny: Engine) -> None:
    size = len(tiny.model.read("Il était").ids)
    assert shown(tiny, prompt="Il était")["forcible"]
    for position in range(size + 2):
        drawn = shown(tiny, prompt="Il était", written=(5, 6), position=position)
        assert drawn["forcible"] == (position >= size - 1)


def test_nothing_is_forced_after_the_end_of_the_text(tiny: Engine) -> None:
    end = tiny.model.tokenizer.end_of_text
    assert not shown(tiny, prompt="Il", written=(5, end))["forcible"]
    position = len(tiny.model.read("Il").ids)
    assert shown(tiny, prompt="Il", written=(5, end), position=position)["forcible"]
