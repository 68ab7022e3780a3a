"""Writing, a line of JSON for every token as soon as it is chosen.

Newline-delimited JSON and not server-sent events: a text is sent in a body, which a browser's
EventSource cannot do, and a line is read by one call of any JSON library, without a format around.
Each token is asked for by itself, so that a long text keeps nobody waiting: between two of them,
others have their turn.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel

from engine.shelf import Models
from engine.turns import turns
from panels.api import answers, questions
from panels.api.calls import TEXT, Answered, asked, json, language_of
from panels.api.computing import chosen
from panels.api.looking import all_of, looked_at
from panels.api.refusals import RefusalError
from panels.screen.state import WRITTEN_TOKENS
from panels.screen.view import View

NAME = "write"
REFUSALS = (*TEXT, "text_is_over")
LINES: tuple[type[BaseModel], ...] = (
    answers.Begin,
    answers.Wrote,
    answers.End,
    answers.Broken,
)
"""What a line may be, told apart by its `kind`."""

SoFar = tuple[int, ...] | None
"""The ids written since the beginning; None when it is over."""

Reason = Literal["tokens", "end_of_text", "full"]


@turns.at_work()
def written(
    models: Models,
    body: bytes,
    query: Mapping[str, str],
    preferred: str,
    so_far: tuple[int, ...],
) -> tuple[Answered, SoFar]:
    """The next lines, and what is written now.

    What goes wrong before the first token is an answer of its own, later a last line.
    """
    language = preferred
    try:
        language = language_of(query, preferred)
        lines, now = _next(models, asked(questions.Write, body, language), so_far)
    except RefusalError as refusal:
        error = refusal.told(language)
        if not so_far:
            return (refusal.status, language, json(error)), None
        lines, now = [answers.Broken(error=error.error)], None
    return (200, language, b"".join(json(line) + b"\n" for line in lines)), now


def _next(
    models: Models, given: questions.Write, so_far: tuple[int, ...]
) -> tuple[list[BaseModel], SoFar]:
    """What a press on "add a token" does in the lab; raises RefusalError."""
    later = {"written": given.written + so_far, "draw": 0} if so_far else {}
    view = looked_at(models, given.model_copy(update=later))
    if view.finished:
        raise RefusalError("text_is_over", "written")
    lines: list[BaseModel] = []
    if not so_far:
        lines.append(answers.Begin(about=all_of(view), count=len(view.reading.ids)))
    full = len(view.state.written) >= WRITTEN_TOKENS
    if not full:
        lines.append(answers.Wrote(chosen=chosen(view)))
        so_far = (*so_far, view.choice.token_id)
        full = len(given.written) + len(so_far) >= WRITTEN_TOKENS
    reason = _over(view, so_far, given.tokens, full)
    if reason is None:
        return lines, so_far
    before = [*view.engine.prompt_ids(view.state.prompt), *given.written]
    decode = view.tokenizer.decode
    text = decode([*before, *so_far])[len(decode(before)) :]
    written = [*given.written, *so_far]
    return [*lines, answers.End(reason=reason, text=text, written=written)], None


def _over(view: View, so_far: tuple[int, ...], tokens: int, full: bool) -> Reason | None:
    if view.tokenizer.end_of_text in so_far:
        return "end_of_text"
    if len(so_far) >= tokens:
        return "tokens"
    return "full" if full else None
