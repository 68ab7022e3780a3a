"""The page of the API: each call's tables, example and answer, out of the document itself."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from panels.api import examples, writing
from panels.api.bounds import bounds
from panels.api.document import ADDRESS, KNOWN, SCHEMAS, document
from panels.api.refusals import STATUS
from panels.screen.words import SITE, Words, words_of

NAMES = (*KNOWN, *examples.ASKED)
"""Every call, by the rest of its address."""

SHARED = ("About", "Settings", "Token", "Piece")
"""Types that stand in many answers, told once."""

WIDEST = 72
"""Characters of an answer's line; what fits one is written on one."""


def call(name: str, language: str) -> dict[str, Any]:
    """What the page shows of one call."""
    words, whole = words_of(language), document(language)
    if name in KNOWN:
        told = whole["paths"][f"/{name}"]["get"]
        return {"method": "GET", "address": f"{ADDRESS}/{name}", "what": told["description"]}
    told = whole["paths"][f"/{name}"]["post"]
    schema = told["requestBody"]["content"]["application/json"]["schema"]
    answer = told["responses"]["200"]["content"]
    lines = answer.get("application/x-ndjson")
    kinds = lines["schema"]["oneOf"] if lines else [answer["application/json"]["schema"]]
    schemas = whole["components"]["schemas"]
    return {
        "method": "POST",
        "address": f"{ADDRESS}/{name}",
        "what": told["description"],
        "asked": [
            _asked(field, each, schema, language) for field, each in schema["properties"].items()
        ],
        "lines": bool(lines),
        "given": [row for kind in kinds for row in _rows(schemas[_named(kind)], schemas, words)],
        "ways": {way: told_as(name, language) for way, told_as in examples.WAYS.items()},
        "answer": shown(recorded(language)[name])
        if name != writing.NAME
        else "\n".join(json.dumps(line, ensure_ascii=False) for line in recorded(language)[name]),
        "errors": [
            code
            for status, each in told["responses"].items()
            if status != "200"
            for code in each["description"].split(" · ")
            if code in STATUS and STATUS[code] in (404, 409, 503)
        ],
    }


def shared(language: str) -> list[dict[str, Any]]:
    """The types that stand in many answers."""
    words, schemas = words_of(language), document(language)["components"]["schemas"]
    return [{"name": name, "given": list(_rows(schemas[name], schemas, words))} for name in SHARED]


def errors(language: str) -> list[dict[str, Any]]:
    """Every code with its status and its sentence, examples in its blanks."""
    words = words_of(language)
    door = tomllib.loads((SITE / "words" / f"errors.{language}.toml").read_text("utf-8"))["api"]
    found = [{"status": int(status), **each} for status, each in door.items() if status != "other"]
    blanks = {name: words(f"api.blanks.{name}") for name in ("where", "bounds", "name", "most")}
    for code, status in STATUS.items():
        filled = blanks | ({"where": "head"} if code == "no_such_part" else {})
        sentence = words(f"api.errors.{code}", **filled)
        found.append({"status": status, "code": code, "sentence": sentence})
    return sorted(found, key=lambda each: int(each["status"]))


@cache
def recorded(language: str) -> dict[str, Any]:
    """The answers to the examples, as `make pages` recorded them."""
    path = SITE / "recorded" / f"api.{language}.json"
    found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return found


def shown(value: Any, indent: str = "") -> str:
    """JSON as one reads it: an object or a list on one line where it fits."""
    flat = json.dumps(value, ensure_ascii=False)
    if len(indent) + len(flat) <= WIDEST or not isinstance(value, dict | list) or not value:
        return flat
    deeper = indent + "  "
    if isinstance(value, list):
        return "[\n" + ",\n".join(deeper + shown(each, deeper) for each in value) + f"\n{indent}]"
    fields = [f"{deeper}{json.dumps(k)}: {shown(v, deeper)}" for k, v in value.items()]
    return "{\n" + ",\n".join(fields) + f"\n{indent}}}"


def _asked(
    name: str, field: Mapping[str, Any], schema: Mapping[str, Any], language: str
) -> dict[str, Any]:
    required = name in schema["required"]
    return {
        "name": name,
        "takes": bounds(field, language),
        "left_out": None if required else json.dumps(field.get("default")),
        "says": field["description"],
    }


def _rows(
    schema: Mapping[str, Any], schemas: Mapping[str, Any], words: Words, before: str = ""
) -> Iterator[dict[str, Any]]:
    """A line for each field of an answer; what lies within it follows, but for what is shared."""
    for name, field in schema["properties"].items():
        inner, kind = _kind(field, words)
        yield {"name": before + name, "kind": kind, "inner": inner, "says": field["description"]}
        if inner and inner not in SHARED:
            listed = "[]" if "array" in str(field) else ""
            yield from _rows(schemas[inner], schemas, words, f"{before}{name}{listed}.")


def _kind(field: Mapping[str, Any], words: Words) -> tuple[str, str]:
    """The type within a field, if it is one of ours, and what kind it is in words."""
    if "$ref" in field:
        inner = _named(field)
        return inner, inner if inner in SHARED else words("api.kinds.object")
    if "anyOf" in field:
        told = [_kind(each, words) for each in field["anyOf"] if each.get("type") != "null"]
        kind = f" {words('api.bounds.or')} ".join(dict.fromkeys(kind for _, kind in told))
        if len(told) < len(field["anyOf"]) and kind:
            kind = words("api.or_null", kind=kind)
        return told[0][0], kind
    if "enum" in field or "const" in field:
        given = field.get("enum", [field.get("const")])
        return "", f" {words('api.bounds.or')} ".join(f'"{each}"' for each in given)
    if field["type"] == "array":
        inner, kind = _kind(field.get("items") or field["prefixItems"][0], words)
        return inner, words("api.list_of", item=kind) if kind else ""
    return "", words(f"api.kinds.{field['type']}")


def _named(reference: Mapping[str, Any]) -> str:
    return str(reference["$ref"]).removeprefix(SCHEMAS)
