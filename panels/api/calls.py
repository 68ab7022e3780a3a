"""From a question to its answer, or to the refusal; nothing is kept of who asked."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from engine.shelf import Models
from engine.turns import turns
from panels import attention, blocks, feed_forward, heads, shares, vectors, weight
from panels.api import answers, questions
from panels.api.comparing import compared
from panels.api.computing import (
    distribution,
    of_a_panel,
    read,
    step,
    switched,
    tokenize,
    whole_row,
)
from panels.api.refusals import RefusalError, not_valid
from panels.screen.view import View
from panels.screen.words import LANGUAGES

Q = TypeVar("Q", bound=questions.Question)

PROMPT = re.compile(rb'"prompt"\s*:\s*"((?:[^"\\]|\\.)*)"')

Answered = tuple[int, str, bytes]
"""The status, the language of its sentences, the JSON."""


@dataclass(frozen=True)
class Call:
    """One thing to ask for: its question, its answer, and how the one becomes the other."""

    question: type[questions.Question]
    answer: type[BaseModel]
    work: Callable[[Models, Any], BaseModel]
    refusals: tuple[str, ...] = ()


@turns.at_work()
def answered(
    models: Models, name: str, body: bytes, query: Mapping[str, str], preferred: str
) -> Answered:
    """The answer to what was sent to `/api/v1/<name>`, or why there is none."""

    def work(language: str) -> BaseModel:
        call = CALLS[name]
        return call.work(models, asked(call.question, body, language))

    return told(work, query, preferred)


def about(body: bytes) -> bytes:
    """What a call is about, for whoever remembers what was read: its prompt, found at a glance."""
    found = PROMPT.search(body)
    return found[1] if found else body


def told(work: Callable[[str], BaseModel], query: Mapping[str, str], preferred: str) -> Answered:
    """What `work` gives in a language, or the refusal that it raises."""
    language = preferred
    try:
        language = language_of(query, preferred)
        return 200, language, json(work(language))
    except RefusalError as refusal:
        return refusal.status, language, json(refusal.told(language))


def json(answer: BaseModel) -> bytes:
    return answer.model_dump_json().encode()


def language_of(query: Mapping[str, str], preferred: str) -> str:
    """What `lang` asks for, else what is preferred. Raises RefusalError."""
    for name in query:
        if name != "lang":
            raise RefusalError("unknown_field", name)
    language = query.get("lang", preferred)
    if language not in LANGUAGES:
        either = " · ".join(f'"{each}"' for each in LANGUAGES)
        raise RefusalError("out_of_bounds", "lang", bounds=either)
    return language


def asked(kind: type[Q], body: bytes, language: str) -> Q:
    """The question in a body. Raises RefusalError."""
    try:
        return kind.model_validate_json(body)
    except ValidationError as error:
        raise not_valid(error, kind, language) from None


PLACE = ("no_such_model", "no_such_token", "no_such_position", "model_opening", "model_unavailable")
TEXT = tuple(code for code in PLACE if code != "no_such_position")
PART = (*PLACE, "no_such_part")


def _part(
    question: type[questions.Question],
    answer: type[BaseModel],
    data: Callable[[View, Any], Mapping[str, Any]],
) -> Call:
    return Call(question, answer, of_a_panel(answer, data), PART)


CALLS: dict[str, Call] = {
    "tokenize": Call(
        questions.Tokenize,
        answers.Tokenized,
        tokenize,
        ("no_such_model", "model_opening", "model_unavailable"),
    ),
    "read": Call(questions.Read, answers.Rows, read, PLACE),
    "row": Call(questions.WholeRow, answers.WholeRow, whole_row, PLACE),
    "distribution": Call(questions.Distribution, answers.Distribution, distribution, PLACE),
    "step": Call(questions.Step, answers.Stepped, step, (*TEXT, "text_is_over")),
    "trace/vectors": _part(questions.Vectors, answers.Vectors, lambda view, _: vectors.data(view)),
    "trace/blocks": _part(questions.Blocks, answers.Blocks, lambda view, _: blocks.data(view)),
    "trace/attention": _part(
        questions.Attention,
        answers.Attention,
        lambda view, given: attention.data(view, given.block, given.head, given.shown),
    ),
    "trace/weight": _part(
        questions.Weight,
        answers.Weight,
        lambda view, given: weight.data(view, given.block, given.head, given.looked),
    ),
    "trace/heads": _part(questions.Heads, answers.Heads, lambda view, _: heads.data(view, 1, 1)),
    "trace/feed-forward": _part(
        questions.FeedForward,
        answers.FeedForward,
        lambda view, given: feed_forward.data(view, given.block, given.neuron or 0),
    ),
    "trace/shares": _part(
        questions.Shares, answers.Shares, lambda view, given: shares.data(view, given.rank)
    ),
    "trace/switches": Call(
        questions.Switches,
        answers.Switched,
        of_a_panel(answers.Switched, switched),
        (*TEXT, "no_such_part"),
    ),
    "compare": Call(questions.Compare, answers.Compared, compared, (*TEXT, "nothing_to_compare")),
}
"""What is answered at once, by the rest of its address; `writing` answers line by line."""
