"""A question put to the API's functions, without a network."""

from __future__ import annotations

import json
from typing import Any

from engine.shelf import Models
from panels.api import calls


def ask(models: Models, name: str, language: str = "en", **question: Any) -> dict[str, Any]:
    """The answer to a question that is right."""
    status, told = sent(models, name, json.dumps(question).encode(), language)
    assert status == 200, told
    assert isinstance(told, dict)
    return told


def refused(models: Models, name: str, language: str = "en", **question: Any) -> tuple[int, Any]:
    """The status and the error of a question that is not."""
    status, told = sent(models, name, json.dumps(question).encode(), language)
    assert told.keys() == {"error"}
    return status, told["error"]


def sent(models: Models, name: str, body: bytes, language: str = "en") -> tuple[int, Any]:
    status, said_in, answer = calls.answered(models, name, body, {}, language)
    assert said_in == language
    return status, json.loads(answer)
