"""Why there is no answer: a code for programs, a sentence for people, and where it is wrong."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from gpt import CheckpointError
from panels.api.answers import Error, Refused
from panels.api.bounds import bounds
from panels.api.questions import Question
from panels.screen.words import words_of

STATUS = {
    "not_json": 400,
    "not_an_object": 422,
    "missing_field": 422,
    "unknown_field": 422,
    "out_of_bounds": 422,
    "no_such_model": 404,
    "no_such_token": 404,
    "no_such_position": 404,
    "no_such_part": 404,
    "text_is_over": 409,
    "nothing_to_compare": 409,
    "model_opening": 503,
    "model_unavailable": 503,
}
"""The status of each code; those that `serve` gives by itself stand with it."""

OF_PYDANTIC = {
    "json_invalid": "not_json",
    "model_type": "not_an_object",
    "missing": "missing_field",
    "extra_forbidden": "unknown_field",
}
"""All its other errors say that a value is not what its field takes."""

NAME_SHOWN = 80


class RefusalError(Exception):
    """There is no answer: the code says why, `where` is the field, the blanks fill the sentence."""

    def __init__(self, code: str, where: str = "", **blanks: Any) -> None:
        super().__init__(code)
        self.code = code
        self.where = where[:NAME_SHOWN]
        self.blanks = blanks

    @property
    def status(self) -> int:
        return STATUS[self.code]

    def told(self, language: str) -> Error:
        """The same in a sentence."""
        blanks = {"where": self.where, **self.blanks}
        sentence = words_of(language)(f"api.errors.{self.code}", **blanks)
        return Error(
            error=Refused(code=self.code, sentence=sentence, where=self.where or None),
        )


def not_valid(error: ValidationError, kind: type[Question], language: str) -> RefusalError:
    """The first thing that is wrong with a question."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    code = OF_PYDANTIC.get(first["type"], "out_of_bounds")
    where = ".".join(map(str, first["loc"]))
    if code != "out_of_bounds":
        return RefusalError(code, where)
    name = str(first["loc"][0])
    field = kind.model_json_schema()["properties"][name]
    return RefusalError(code, name, bounds=bounds(field, language))


def not_there(reason: CheckpointError, name: str) -> RefusalError:
    """A model that cannot answer, or not yet."""
    code = {"not_offered": "no_such_model", "opening": "model_opening"}.get(
        reason.kind, "model_unavailable"
    )
    return RefusalError(code, "model", name=name[:NAME_SHOWN])
