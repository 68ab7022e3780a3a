"""The API as OpenAPI 3.1, in a language: made of the types, their bounds and the words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import deepcopy
from functools import cache
from typing import Any

from pydantic import BaseModel, RootModel
from pydantic.json_schema import models_json_schema

from engine.shelf import Models
from livre_ouvert import root
from panels.api import answers, writing
from panels.api.calls import CALLS, Answered, told
from panels.api.computing import listed
from panels.api.questions import Question, Write
from panels.api.refusals import STATUS
from panels.screen.words import LANGUAGES, Words, words_of

ADDRESS = "/api/v1"
SCHEMAS = "#/components/schemas/"
KNOWN = ("models", "openapi.json")
"""What is told without computing anything."""

ALWAYS = ("not_json", "not_an_object", "missing_field", "unknown_field", "out_of_bounds")
BY_THE_DOOR = ("too_large", "not_json_type", "too_many")
"""Codes of `serve`, which looks at a request before its question is read."""

STATUSES = STATUS | {"too_large": 413, "not_json_type": 415, "too_many": 429}


@cache
def document(language: str, models: Sequence[str] = ()) -> dict[str, Any]:
    """The whole document; `models` are the names that may be asked for, where they are known."""
    words = words_of(language)
    paths: dict[str, Any] = {}
    for name in KNOWN:
        paths[f"/{name}"] = {"get": _known(name, words)}
    for name, call in CALLS.items():
        paths[f"/{name}"] = {
            "post": _operation(name, call.question, models, words)
            | {"responses": {"200": _json(call.answer)} | _refusals(call.refusals)}
        }
        if name == "step":
            paths[f"/{writing.NAME}"] = {"post": _written(models, words)}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": words("api.title"),
            "version": "1",
            "description": words("api.what"),
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": root() + ADDRESS}],
        "paths": paths,
        "components": {"schemas": _schemas(words)},
    }


def told_of(models: Models) -> dict[str, Callable[[Mapping[str, str], str], Answered]]:
    """What is answered without computing anything, by its name."""
    names = tuple(models.names)
    return {
        "models": lambda query, preferred: told(lambda _: listed(models), query, preferred),
        "openapi.json": lambda query, preferred: told(
            lambda language: _Document(document(language, names)), query, preferred
        ),
    }


class _Document(RootModel[dict[str, Any]]):
    """The document, to be sent."""


def asked_for(name: str, schema: dict[str, Any], words: Words) -> dict[str, Any]:
    """The schema of a question, each field with what it is."""
    said = deepcopy(schema)
    for field, value in said["properties"].items():
        value.pop("title", None)
        value["description"] = _word(words, "named", name, field)
    return {key: said[key] for key in ("type", "properties", "required", "additionalProperties")}


def _operation(
    name: str,
    question: type[Question],
    models: Sequence[str],
    words: Words,
) -> dict[str, Any]:
    schema = asked_for(question.__name__, question.model_json_schema(), words)
    if models:
        schema["properties"]["model"]["enum"] = list(models)
    return {
        "operationId": name.replace("/", "_").replace("-", "_"),
        "summary": words(f"api.calls.{name}.title"),
        "description": words(f"api.calls.{name}.what"),
        "parameters": [_language(words)],
        "requestBody": {"required": True, "content": {"application/json": {"schema": schema}}},
    }


def _known(name: str, words: Words) -> dict[str, Any]:
    key = name.partition(".")[0]
    content = _json(answers.Models) if name == "models" else _content({"type": "object"})
    return {
        "operationId": key,
        "summary": words(f"api.calls.{key}.title"),
        "description": words(f"api.calls.{key}.what"),
        "parameters": [_language(words)],
        "responses": {"200": content} | _error_responses(("unknown_field", "out_of_bounds")),
    }


def _written(models: Sequence[str], words: Words) -> dict[str, Any]:
    lines = [{"$ref": SCHEMAS + line.__name__} for line in writing.LINES]
    body = {"description": "200", "content": {"application/x-ndjson": {"schema": {"oneOf": lines}}}}
    return _operation(writing.NAME, Write, models, words) | {
        "responses": {"200": body} | _refusals(writing.REFUSALS)
    }


def _json(answer: type[BaseModel]) -> dict[str, Any]:
    return _content({"$ref": SCHEMAS + answer.__name__})


def _content(schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": "200", "content": {"application/json": {"schema": schema}}}


def _refusals(codes: Sequence[str]) -> dict[str, Any]:
    return _error_responses((*ALWAYS, *BY_THE_DOOR, *codes))


def _error_responses(codes: Iterable[str]) -> dict[str, Any]:
    by_status: defaultdict[int, list[str]] = defaultdict(list)
    for code in codes:
        by_status[STATUSES[code]].append(code)
    return {
        str(status): {
            "description": " · ".join(named),
            "content": {"application/json": {"schema": {"$ref": SCHEMAS + "Error"}}},
        }
        for status, named in sorted(by_status.items())
    }


def _language(words: Words) -> dict[str, Any]:
    return {
        "name": "lang",
        "in": "query",
        "required": False,
        "description": words("api.lang"),
        "schema": {"type": "string", "enum": list(LANGUAGES)},
    }


def _schemas(words: Words) -> dict[str, Any]:
    """Every type that is answered, each field with what it is."""
    kinds = [call.answer for call in CALLS.values()]
    kinds += [*writing.LINES, answers.Models, answers.Error]
    _, found = models_json_schema(
        [(kind, "serialization") for kind in kinds], ref_template=SCHEMAS + "{model}"
    )
    schemas: dict[str, Any] = found["$defs"]
    for name, schema in schemas.items():
        for of_python in ("title", "description"):
            schema.pop(of_python, None)
        for field, value in schema["properties"].items():
            value.pop("title", None)
            value["description"] = _word(words, "said", name, field)
    return schemas


def _word(words: Words, table: str, kind: str, field: str) -> str:
    """What a field is: in the words of its type, else in those of all fields of this name."""
    try:
        return words(f"api.{table}.{kind}.{field}")
    except KeyError:
        return words(f"api.{table}.{field}")
