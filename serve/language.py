"""Which language a reader is answered in: the address decides, then the browser."""

from __future__ import annotations

from typing import Literal

from starlette.datastructures import Headers, QueryParams
from starlette.types import Scope

Language = Literal["fr", "en"]

LANGUAGES: tuple[Language, ...] = ("fr", "en")

API = "/api/v1/"

PLACES: dict[str, Language] = {"fr": "fr", "labo": "fr", "en": "en", "lab": "en"}
"""The first part of an address that belongs to one language."""


def language_of(scope: Scope) -> Language:
    """The language of a request: that of its address, else the one the browser prefers.

    A program may say `?lang=fr`.
    """
    for part in scope["path"].split("/"):
        if part in PLACES:
            return PLACES[part]
    if scope["path"].startswith(API):
        asked = QueryParams(scope["query_string"]).get("lang")
        for language in LANGUAGES:
            if asked == language:
                return language
    return preferred(Headers(scope=scope).get("accept-language", ""))


def preferred(accept: str) -> Language:
    """French where an Accept-Language header wants it more than English, or as much and first."""
    french, english = _weight(accept, "fr"), _weight(accept, "en")
    return "fr" if french[0] > 0 and french > english else "en"


def _weight(accept: str, language: Language) -> tuple[float, int]:
    """How much a header wants a language: its quality, then its place (first is 0, then -1, …)."""
    named: list[tuple[float, int]] = []
    anything = (0.0, -len(accept))
    for place, item in enumerate(accept.split(",")):
        tag, *parameters = (part.strip().lower() for part in item.split(";"))
        if tag.split("-")[0] == language:
            named.append((_quality(parameters), -place))
        elif tag == "*":
            anything = (_quality(parameters), -len(accept))
    return max(named, default=anything)


def _quality(parameters: list[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                return min(max(float(value), 0.0), 1.0)
            except ValueError:
                return 0.0
    return 1.0
