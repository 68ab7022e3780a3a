"""What a field takes, in words: made of its schema, so that no sentence can say anything else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from panels.screen.words import Words, words_of


def bounds(schema: Mapping[str, Any], language: str) -> str:
    """ "A whole number from 1 to 100, or null"; "a text of at most 20,000 characters"."""
    words = words_of(language)
    either = schema.get("anyOf", [schema])
    told = [_one(each, words) for each in either if each.get("type") != "null"]
    if len(told) < len(either):
        told.append(words("api.bounds.null"))
    return f" {words('api.bounds.or')} ".join(told)


def _one(schema: Mapping[str, Any], words: Words) -> str:
    if "enum" in schema:
        return f" {words('api.bounds.or')} ".join(map(_quoted, schema["enum"]))
    if "const" in schema:
        return _quoted(schema["const"])
    kind = schema["type"]
    if kind in ("integer", "number"):
        written = {
            name: words.short(schema[key], 2) if isinstance(schema[key], float) else schema[key]
            for name, key in (("least", "minimum"), ("most", "maximum"))
        }
        return words(f"api.bounds.{kind}", **written)
    if kind == "array":
        item = _one(schema["items"], words)
        return words("api.bounds.array", most=schema["maxItems"], item=item)
    least = schema.get("minLength", 0)
    return words("api.bounds.string" if not least else "api.bounds.name", most=schema["maxLength"])


def _quoted(value: object) -> str:
    return f'"{value}"'
