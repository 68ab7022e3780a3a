"""What the API answers is what the panels show, to the last digit."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

import pytest

import gpt
from engine.engine import Engine
from engine.shelf import Shelf
from gpt.weights import BUNDLED
from panels import (
    attention,
    blocks,
    choice,
    compare,
    feed_forward,
    heads,
    logits,
    probabilities,
    rows,
    shares,
    switches,
    tokens,
    vectors,
    weight,
)
from panels.api.calls import CALLS
from panels.api.looking import GLYPHS
from panels.screen import acts
from panels.screen.state import State
from panels.screen.view import View, look
from tests.panels.api.asking import ask, refused
from tests.panels.api.writing_down import written

PROMPT = "Il était une fois, dans la forêt, un œuf 😀"


@pytest.fixture(scope="session")
def view(conteur: Engine) -> View:
    return look(conteur, State(prompt=PROMPT))


def same(told: Any, drawn: Any) -> None:
    """Every field of an answer is the panel's of that name; a token is the drawn one by its id."""
    if isinstance(drawn, dict) and drawn.keys() >= GLYPHS:
        assert told["id"] == drawn["id"]
    elif isinstance(told, dict) and isinstance(drawn, dict):
        for name in told.keys() - {"about"}:
            if name in drawn:
                same(told[name], drawn[name])
            else:
                assert name in ("start", "position"), name
    elif isinstance(told, list):
        assert len(told) == len(drawn)
        for one, other in zip(told, drawn, strict=True):
            same(one, other)
    else:
        assert told == drawn


INSIDE: dict[str, tuple[dict[str, Any], Callable[[View], Any]]] = {
    "trace/vectors": ({}, lambda view: vectors.data(view)),
    "trace/blocks": ({}, lambda view: blocks.data(view)),
    "trace/attention": ({"block": 3, "head": 2}, lambda view: attention.data(view, 3, 2)),
    "trace/weight": (
        {"block": 3, "head": 2, "looked": 4},
        lambda view: weight.data(view, 3, 2, 4),
    ),
    "trace/heads": ({}, lambda view: heads.data(view, 1, 1)),
    "trace/feed-forward": (
        {"block": 2, "neuron": 5},
        lambda view: feed_forward.data(view, 2, 5),
    ),
    "trace/shares": ({"rank": 3}, lambda view: shares.data(view, 3)),
    "trace/switches": (
        {"kind": "neuron", "block": 2, "which": 7},
        lambda view: switches.data(view, 3, 2, 7, 1, 1),
    ),
}


def test_all_that_looks_inside_is_compared_here() -> None:
    assert INSIDE.keys() == {name for name in CALLS if name.startswith("trace/")}


@pytest.mark.parametrize("name", INSIDE)
def test_inside_is_what_the_panel_of_that_name_shows(
    conteur: Engine, view: View, name: str
) -> None:
    question, panel = INSIDE[name]
    told, drawn = ask(conteur, name, prompt=PROMPT, **question), panel(view)
    if name == "trace/vectors":
        for one in drawn["vectors"]:
            one["numbers"] = [each["value"] for each in one["numbers"]]
    assert len(told) > 3
    same(told, drawn)


def test_tokens_are_the_chips(conteur: Engine, view: View) -> None:
    told, drawn = ask(conteur, "tokenize", prompt=PROMPT), tokens.data(view)
    for name in ("count", "characters", "bytes", "dropped", "context"):
        assert told[name] == drawn[name]
    assert [told["start"]["id"], *(each["id"] for each in told["tokens"])] == [
        chip["token"]["id"] for chip in drawn["chips"]
    ]
    assert "".join(each["text"] for each in told["tokens"]) == PROMPT
    spelled = b"".join(bytes.fromhex(each["bytes"]) for each in told["tokens"])
    assert spelled == PROMPT.encode()
    pieces = [each["piece"] for each in told["tokens"] if each["piece"]]
    assert {each["character"] for each in pieces} == {"😀"}


def test_a_text_longer_than_the_context_is_cut_whole(conteur: Engine) -> None:
    told = ask(conteur, "tokenize", prompt="mot " * 1000)
    assert told["count"] == len(told["tokens"]) > told["context"]
    assert told["dropped"] == conteur.model.read("mot " * 1000).dropped > 0


def test_rows_are_the_rows(conteur: Engine, view: View) -> None:
    told, drawn = ask(conteur, "read", prompt=PROMPT), rows.data(view)
    for one, other in zip(told["rows"], drawn["rows"], strict=True):
        assert [(each["token"]["id"], each["plain"]) for each in one["guesses"]] == [
            (each["token"]["id"], each["probability"]) for each in other["guesses"]
        ]
        came = one["came"]
        assert came == other["came"] or (
            came["token"]["id"],
            came["rank"],
            came["plain"],
            came["surprise"],
        ) == (
            other["came"]["token"]["id"],
            *(other["came"][name] for name in ("rank", "probability", "surprise")),
        )
        row = view.reading.row_logits(one["position"])
        for guess in one["guesses"]:
            assert guess["logit"] == pytest.approx(float(row[guess["token"]["id"]]), abs=1e-4)
    assert [one["last"] for one in told["rows"]].count(True) == 1


def test_more_guesses_and_some_positions_change_no_other_answer(conteur: Engine) -> None:
    three = ask(conteur, "read", prompt=PROMPT)
    many = ask(conteur, "read", prompt=PROMPT, guesses=20, positions=[4, 2])
    assert [row["position"] for row in many["rows"]] == [4, 2]
    for row in many["rows"]:
        assert len(row["guesses"]) == 20
        for one, other in zip(
            row["guesses"], three["rows"][row["position"]]["guesses"], strict=False
        ):
            assert one["token"] == other["token"]
            assert one["plain"] == pytest.approx(other["plain"], rel=1e-4)
    assert ask(conteur, "read", prompt=PROMPT) == three


def test_a_whole_row_is_every_logit_by_id(conteur: Engine, view: View) -> None:
    told = ask(conteur, "row", prompt=PROMPT, position=3)
    assert told["at"]["position"] == 3
    assert told["logits"] == view.reading.row_logits(3).double().tolist()
    assert ask(conteur, "row", prompt=PROMPT)["logits"] == view.last.logits.tolist()


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"strategy": "greedy"},
        {"temperature": 1.7, "top_k": 5, "top_p": None, "seed": 3, "draw": 2},
        {"temperature": 0.1, "top_k": 100, "top_p": 0.05},
        {"position": 2, "search": "a", "shown": 7},
    ],
)
def test_a_distribution_is_the_labs_table_and_a_step_the_labs_choice(
    conteur: Engine, settings: dict[str, Any]
) -> None:
    view = look(conteur, State(prompt=PROMPT, **settings))
    told = ask(conteur, "distribution", prompt=PROMPT, **settings)
    drawn = logits.data(view)
    same(told["rows"], drawn["rows"])
    same(told["rest"], drawn["rest"])
    assert told["found"] == drawn["found"]
    bars = probabilities.data(view)
    assert list(told["entropy"].values()) == bars["entropy"]
    assert list(told["choices"].values()) == bars["choices"]
    if not {"position", "search"} & settings.keys():
        drawn = choice.data(view)
        stepped = ask(conteur, "step", prompt=PROMPT, **settings)
        same(stepped["chosen"] | {"token": stepped["chosen"]["token"]["id"]}, drawn | {
            "token": drawn["token_id"],
            "logit": float(view.last.logits[drawn["token_id"]]),
            "plain": float(view.last.plain[drawn["token_id"]]),
        })  # fmt: skip
        for name in ("kept", "vocabulary", "mass", "reached"):
            assert stepped[name] == drawn[name]
            assert name == "vocabulary" or told.get(name, drawn[name]) == drawn[name]
        assert stepped["about"]["seed"] == view.state.seed
        assert stepped["about"]["settings"]["temperature"] == view.state.temperature


def test_steps_are_the_labs_and_so_is_what_is_written(conteur: Engine) -> None:
    """Token by token with `step`, in one call of `write`, and in the lab: the same text."""
    ids: list[int] = []
    for _ in range(6):
        ids = ask(conteur, "step", prompt=PROMPT, written=ids, seed=5)["written"]
    lab = acts.write(conteur, State(prompt=PROMPT, seed=5), 6)
    lines = written(conteur, prompt=PROMPT, seed=5, tokens=6)
    assert tuple(ids) == lab.written
    assert lines[-1]["written"] == ids
    assert [line["kind"] for line in lines] == ["begin", *["step"] * 6, "end"]
    assert lines[-1]["reason"] == "tokens"
    assert [line["chosen"]["token"]["id"] for line in lines[1:-1]] == ids
    assert "".join(line["chosen"]["token"]["text"] for line in lines[1:-1]) == lines[-1]["text"]


def test_another_draw_is_of_the_first_token_as_in_the_lab(conteur: Engine) -> None:
    lab = acts.write(conteur, State(prompt=PROMPT, draw=3), 4)
    assert written(conteur, prompt=PROMPT, draw=3, tokens=4)[-1]["written"] == list(lab.written)


def test_writing_ends_where_the_text_does(over: Engine) -> None:
    lines = written(over, prompt="a", strategy="greedy", tokens=9)
    assert [line["kind"] for line in lines] == ["begin", "step", "end"]
    assert (lines[-1]["reason"], lines[-1]["text"]) == ("end_of_text", "")
    end = lines[-1]["written"]
    assert ask(over, "step", prompt="a", strategy="greedy")["finished"]
    assert refused(over, "step", prompt="a", written=end)[1]["code"] == "text_is_over"


def test_writing_ends_where_no_more_may_be_written(tiny: Engine) -> None:
    lines = written(tiny, prompt="a", written=[5] * 1999, tokens=9, strategy="greedy")
    assert [line["kind"] for line in lines] == ["begin", "step", "end"]
    assert lines[-1]["reason"] == "full"
    full = written(tiny, prompt="a", written=[5] * 2000)
    assert [line["kind"] for line in full] == ["begin", "end"]


def test_two_texts_are_as_far_apart_as_the_panel_measures(conteur: Engine) -> None:
    told = ask(conteur, "compare", prompt="Le chat", other="The cat")
    one, other = (look(conteur, State(prompt=text)) for text in ("Le chat", "The cat"))
    assert told["distance"] == compare.distance(one, other).whole
    assert 0 < told["distance"] < 1
    assert told["read"] is None
    same(told["sides"], [compare.side(one), compare.side(other)])
    assert refused(conteur, "compare", prompt="Le chat")[1]["code"] == "nothing_to_compare"


def test_two_models_are_set_side_by_side_as_on_the_panel(
    tiny: Engine, over: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf = Shelf()
    engines = {"conteur": tiny, "other": over}
    monkeypatch.setattr(Shelf, "names", property(lambda _: tuple(engines)))
    monkeypatch.setattr(Shelf, "named", lambda _, name: engines[name])
    told = ask(shelf, "compare", prompt="Once upon a time")
    drawn = compare.data(look(shelf, State(prompt="Once upon a time")))
    assert [side["about"]["model"] for side in told["sides"]] == ["conteur", "other"]
    same(told["sides"], drawn["sides"])
    for name in ("distance", "others", "same_vocabulary"):
        assert told[name] == drawn["shared"][name]
    same(told["pairs"], drawn["shared"]["pairs"])
    assert told["read"]["bits"] == drawn["shared"]["bits"]
    shown = drawn["shared"]["stretches"]
    for stretch, drawn_one in zip(told["read"]["stretches"][-len(shown) :], shown, strict=True):
        same(stretch["sides"], drawn_one["sides"])
    assert "".join(each["text"] for each in told["read"]["stretches"]) == "Once upon a time"


def test_an_answer_says_what_it_takes_to_find_it_again(conteur: Engine) -> None:
    """The hash is that of the files, one after another."""
    digest = hashlib.sha256()
    for file in sorted(BUNDLED["conteur"].glob("*.safetensors")):
        digest.update(file.read_bytes())
    about = ask(conteur, "step", prompt=PROMPT, seed=9)["about"]
    assert about == {
        "model": "conteur",
        "weights": digest.hexdigest(),
        "settings": {"strategy": "sampling", "temperature": 0.8, "top_k": None, "top_p": 0.9},
        "seed": 9,
        "draw": 0,
    }
    assert gpt.load("conteur").fingerprint == digest.hexdigest()
    for name, call in CALLS.items():
        question = {"kind": "positions"} if name == "trace/switches" else {}
        question |= {"other": ""} if name == "compare" else {}
        told = ask(conteur, name, prompt=PROMPT, **question)["about"]
        assert told["weights"] == about["weights"]
        assert (told["settings"] is None) == ("seed" not in call.question.model_fields), name


def test_line_ends_are_read_as_the_panels_read_them(conteur: Engine) -> None:
    one, other = (ask(conteur, "read", prompt=text) for text in ("a\r\nb\rc", "a\nb\nc"))
    assert one == other


@pytest.mark.parametrize("prompt", ["", " ", "\x00\x07", "e\u0301", "<script>", "mot " * 4_000])
@pytest.mark.parametrize("name", CALLS)
def test_any_text_is_answered(tiny: Engine, name: str, prompt: str) -> None:
    question = {"kind": "head"} if name == "trace/switches" else {}
    question |= {"other": "b"} if name == "compare" else {}
    told = ask(tiny, name, prompt=prompt, **question)
    assert json.dumps(told, allow_nan=False)
