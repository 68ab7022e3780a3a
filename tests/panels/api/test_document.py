"""The document, the page and the examples: made of the same types, in both languages."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema_rs import Draft202012Validator

from engine.engine import Engine
from engine.shelf import Shelf
from panels.api import examples, reference, writing
from panels.api.calls import CALLS
from panels.api.document import KNOWN, document, told_of
from panels.api.questions import Chosen
from panels.lab.record import rounded
from panels.screen.state import State
from panels.screen.words import LANGUAGES
from tests.conftest import ROOT
from tests.panels.api.asking import ask, refused
from tests.panels.lab.test_record import assert_alike


def descriptions(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, each in value.items():
            if name == "properties":
                for field, schema in each.items():
                    yield f"{path}.{field}", schema.get("description", "")
            yield from descriptions(each, f"{path}.{name}")
    elif isinstance(value, list):
        for each in value:
            yield from descriptions(each, path)


def test_every_field_is_explained_in_both_languages() -> None:
    told = {language: dict(descriptions(document(language))) for language in LANGUAGES}
    assert told["fr"].keys() == told["en"].keys()
    assert len(told["fr"]) > 200
    for path, french in told["fr"].items():
        assert french
        assert french != told["en"][path] or path.endswith((".strategy", ".score")), path


def test_what_is_left_out_is_as_the_lab_opens() -> None:
    opened = State()
    for name, field in Chosen.model_fields.items():
        if name != "prompt":
            assert field.default == getattr(opened, name)


def test_every_answer_is_what_the_document_says(conteur: Engine) -> None:
    told_whole = document("en")
    for name in examples.ASKED:
        told = told_whole["paths"][f"/{name}"]["post"]
        asked = examples.asked(name, "fr")
        sent = told["requestBody"]["content"]["application/json"]["schema"]
        assert Draft202012Validator(sent).is_valid(asked)
        if name == writing.NAME:
            schema = told["responses"]["200"]["content"]["application/x-ndjson"]["schema"]
            body = json.dumps(asked).encode()
            given = [json.loads(line) for line in examples.lines(conteur, body, "fr")]
        else:
            schema = told["responses"]["200"]["content"]["application/json"]["schema"]
            given = [ask(conteur, name, **asked)]
        valid = Draft202012Validator({**schema, "components": told_whole["components"]})
        for each in given:
            assert [error.message for error in valid.iter_errors(each)] == []


def test_the_document_is_told_in_the_language_asked_for_and_names_the_models() -> None:
    told = told_of(Shelf(["gpt2"]))
    status, language, said = told["openapi.json"]({"lang": "fr"}, "en")
    assert (status, language) == (200, "fr")
    french = json.loads(said)
    assert french["info"]["title"] == "GPT à livre ouvert"
    schema = french["paths"]["/read"]["post"]["requestBody"]["content"]["application/json"][
        "schema"
    ]
    assert schema["properties"]["model"]["enum"] == ["conteur", "gpt2"]
    assert json.loads(told["models"]({}, "en")[2]) == {"models": ["conteur", "gpt2"]}
    assert told["models"]({"lang": "de"}, "en")[0] == 422


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_has_every_call_in_the_order_of_the_document(language: str) -> None:
    page = (ROOT / "docs" / language / "api.md").read_text("utf-8")
    shown = re.findall(r"^```api\n(.+)\n```$", page, re.MULTILINE)
    calls = [path.removeprefix("/") for path in document(language)["paths"]]
    assert sorted(shown) == sorted([*calls, "shared", "errors"])
    ours = [name for name in shown if name in {*CALLS, writing.NAME}]
    assert ours == [name for name in calls if name not in KNOWN]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_error_that_the_page_shows_is_the_real_one(conteur: Engine, language: str) -> None:
    page = (ROOT / "docs" / language / "api.md").read_text("utf-8")
    shown = re.search(r"```json\n(.+?)\n```", page, re.DOTALL)
    assert shown is not None
    error = refused(conteur, "read", language, prompt="", promt="")[1]
    assert json.loads(shown[1]) == {"error": error}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_answers_that_the_page_shows_are_what_the_model_gives_today(
    conteur: Engine, language: str
) -> None:
    now, then = examples.record(conteur, language), reference.recorded(language)
    assert_alike(whole(rounded(now)), whole(then))


def whole(value: Any) -> Any:
    """An answer without the marks that say how many items were cut."""
    if isinstance(value, dict):
        return {name: whole(each) for name, each in value.items()}
    if isinstance(value, list):
        return [whole(each) for each in value if not str(each).startswith("…")]
    return value


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_shown_answer_is_json_but_for_what_was_cut(language: str) -> None:
    for name in CALLS:
        shown = reference.call(name, language)["answer"]
        assert json.loads(shown) == reference.recorded(language)[name]
        assert max(map(len, shown.splitlines())) <= 110
