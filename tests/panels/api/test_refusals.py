"""A bad question is answered with a code, a sentence and the field: it is never a fault of ours."""

from __future__ import annotations

import json
from typing import Any

import pytest

from engine.engine import Engine
from engine.shelf import Shelf
from gpt import CheckpointError
from panels.api import calls, writing
from panels.api.calls import CALLS
from panels.api.refusals import STATUS, not_there
from panels.screen.words import LANGUAGES, words_of
from tests.panels.api.asking import ask, refused, sent
from tests.panels.conftest import short

NOT_JSON = [
    b"", b"{", b"\xff\xfe", b'{"prompt": "\\ud800"}', b'{"prompt": "\xed\xa0\x80"}',
    b"\xef\xbb\xbf{}",
    b'{"prompt": "a", "model": ' + b"[" * 50_000 + b"]" * 50_000 + b"}",
    b'{"prompt": "a", "seed": ' + b"9" * 5_000 + b"}",
    '{"prompt": "a"}'.encode("utf-16"),
]  # fmt: skip


@pytest.mark.parametrize("body", NOT_JSON, ids=short)
def test_what_is_no_json(tiny: Engine, body: bytes) -> None:
    status, told = sent(tiny, "read", body)
    assert (status, told["error"]["code"], told["error"]["where"]) == (400, "not_json", None)


@pytest.mark.parametrize("body", [b"[]", b"null", b"5", b'"prompt"', b"true"])
def test_what_is_no_object(tiny: Engine, body: bytes) -> None:
    status, told = sent(tiny, "read", body)
    assert (status, told["error"]["code"]) == (422, "not_an_object")


WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({}, "missing_field", "prompt"),
    ({"prompt": None}, "out_of_bounds", "prompt"),
    ({"prompt": 5}, "out_of_bounds", "prompt"),
    ({"prompt": ["a"]}, "out_of_bounds", "prompt"),
    ({"prompt": "a" * 20_001}, "out_of_bounds", "prompt"),
    ({"prompt": "a", "promt": "a"}, "unknown_field", "promt"),
    ({"prompt": "a", "x" * 500: 1}, "unknown_field", "x" * 80),
    ({"prompt": "a", "state": {}}, "unknown_field", "state"),
    ({"prompt": "a", "temperature": "1"}, "out_of_bounds", "temperature"),
    ({"prompt": "a", "temperature": 0}, "out_of_bounds", "temperature"),
    ({"prompt": "a", "temperature": 2.1}, "out_of_bounds", "temperature"),
    ({"prompt": "a", "temperature": float("nan")}, "out_of_bounds", "temperature"),
    ({"prompt": "a", "temperature": float("inf")}, "out_of_bounds", "temperature"),
    ({"prompt": "a", "temperature": True}, "out_of_bounds", "temperature"),
    ({"prompt": "a", "top_k": 0}, "out_of_bounds", "top_k"),
    ({"prompt": "a", "top_k": 1.5}, "out_of_bounds", "top_k"),
    ({"prompt": "a", "top_p": 0}, "out_of_bounds", "top_p"),
    ({"prompt": "a", "seed": -1}, "out_of_bounds", "seed"),
    ({"prompt": "a", "seed": 2**31}, "out_of_bounds", "seed"),
    ({"prompt": "a", "seed": None}, "out_of_bounds", "seed"),
    ({"prompt": "a", "strategy": "beam"}, "out_of_bounds", "strategy"),
    ({"prompt": "a", "written": "1.2"}, "out_of_bounds", "written"),
    ({"prompt": "a", "written": [True]}, "out_of_bounds", "written"),
    ({"prompt": "a", "written": [-1]}, "out_of_bounds", "written"),
    ({"prompt": "a", "written": [[1]]}, "out_of_bounds", "written"),
    ({"prompt": "a", "written": [1] * 2_001}, "out_of_bounds", "written"),
    ({"prompt": "a", "model": ""}, "out_of_bounds", "model"),
]  # fmt: skip


def test_a_whole_number_may_be_written_with_a_point(tiny: Engine) -> None:
    assert ask(tiny, "step", prompt="a", seed=3.0, written=[5.0]) == ask(
        tiny, "step", prompt="a", seed=3, written=[5]
    )


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("question", "code", "where"), WRONG, ids=short)
def test_what_a_field_does_not_take(
    tiny: Engine, question: dict[str, Any], code: str, where: str, language: str
) -> None:
    for name in ("step", writing.NAME):
        if name == "step":
            status, told = refused(tiny, name, language, **question)
        else:
            body = json.dumps(question).encode()
            (status, _, answer), so_far = writing.written(tiny, body, {}, language, ())
            told = json.loads(answer)["error"]
            assert so_far is None
        assert (status, told["code"], told["where"]) == (422, code, where)
        assert where in told["sentence"]
        assert told["sentence"].endswith(".")


def test_a_sentence_tells_the_bounds_in_the_language_asked_for(tiny: Engine) -> None:
    english = refused(tiny, "step", "en", prompt="a", temperature=9)[1]["sentence"]
    french = refused(tiny, "step", "fr", prompt="a", temperature=9)[1]["sentence"]
    assert english == "The field temperature takes a number from 0.1 to 2."
    assert french == "Le champ temperature attend un nombre de 0,1 à 2."
    body = b'{"prompt": "a", "top_k": 900}'
    status, language, said = calls.answered(tiny, "step", body, {"lang": "fr"}, "en")
    assert (status, language) == (422, "fr")
    assert "un entier de 1 à 100 ou null" in said.decode()


@pytest.mark.parametrize(
    ("query", "where"), [({"lang": "de"}, "lang"), ({"lang": ""}, "lang"), ({"x": "1"}, "x")]
)
def test_an_address_may_say_the_language_and_nothing_else(
    tiny: Engine, query: dict[str, str], where: str
) -> None:
    status, language, said = calls.answered(tiny, "read", b'{"prompt": "a"}', query, "fr")
    assert (status, language) == (422, "fr")
    assert json.loads(said)["error"]["where"] == where


THERE: list[tuple[str, dict[str, Any], str, str]] = [
    ("read", {"written": [320]}, "no_such_token", "written"),
    ("read", {"positions": [0, 9]}, "no_such_position", "positions"),
    ("row", {"position": 9}, "no_such_position", "position"),
    ("distribution", {"position": 1_000_000}, "no_such_position", "position"),
    ("trace/attention", {"block": 3}, "no_such_part", "block"),
    ("trace/attention", {"head": 3}, "no_such_part", "head"),
    ("trace/weight", {"looked": 9}, "no_such_part", "looked"),
    ("trace/feed-forward", {"neuron": 65}, "no_such_part", "neuron"),
    ("trace/shares", {"rank": 321}, "no_such_part", "rank"),
    ("trace/switches", {"kind": "head", "which": 3}, "no_such_part", "which"),
    ("trace/switches", {"kind": "neuron", "block": 3}, "no_such_part", "block"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "question", "code", "where"), THERE)
def test_what_this_model_or_this_text_does_not_have(
    tiny: Engine, name: str, question: dict[str, Any], code: str, where: str
) -> None:
    status, told = refused(tiny, name, prompt="a", **question)
    assert (status, told["code"], told["where"]) == (404, code, where)


@pytest.mark.parametrize("name", CALLS)
def test_a_model_that_is_not_offered(name: str) -> None:
    question = {"kind": "head"} if name == "trace/switches" else {}
    status, told = refused(Shelf(), name, prompt="a", model="/etc/passwd", **question)
    assert (status, told["code"], told["where"]) == (404, "no_such_model", "model")


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("opening", "model_opening"),
        ("unreachable", "model_unavailable"),
        ("memory", "model_unavailable"),
    ],
)
def test_a_model_that_cannot_answer_is_no_fault_of_who_asks(kind: str, code: str) -> None:
    refusal = not_there(CheckpointError("not here", kind), "gpt2")
    assert (refusal.code, refusal.status) == (code, 503)
    assert "gpt2" in refusal.told("fr").error.sentence


def test_a_text_that_breaks_off_says_so_in_a_last_line() -> None:
    class Gone(Shelf):
        def named(self, name: str) -> Engine:
            raise CheckpointError(f"{name} made room.", "opening")

    body = b'{"prompt": "a", "tokens": 3}'
    (status, _, said), so_far = writing.written(Gone(), body, {}, "en", (5,))
    line = json.loads(said)
    assert (status, line["kind"], line["error"]["code"], so_far) == (
        200, "error", "model_opening", None,
    )  # fmt: skip
    assert writing.written(Gone(), body, {}, "en", ())[0][0] == 503


def test_every_refusal_that_a_call_names_has_its_words_and_its_status() -> None:
    named = {code for call in CALLS.values() for code in call.refusals} | set(writing.REFUSALS)
    assert named <= STATUS.keys()
    for language in LANGUAGES:
        for code in STATUS:
            blanks = dict.fromkeys(("where", "bounds", "name", "most"), "x")
            assert words_of(language)(f"api.errors.{code}", **blanks)
