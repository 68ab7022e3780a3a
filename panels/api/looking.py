"""A question's screen, looked at as a panel does; a panel's data, made plain for programs."""

from __future__ import annotations

from typing import Any

from engine.shelf import Models
from gpt import CheckpointError
from panels.api import answers, questions
from panels.api.refusals import RefusalError, not_there
from panels.screen.stamp import model_stamp, stamp
from panels.screen.view import View, look

GLYPHS = {"id", "end", "parts"}
"""What every drawn token has: see `panels.screen.glyphs`."""


def looked_at(models: Models, given: questions.Continued, named: str = "model") -> View:
    """The screen of a question. Raises RefusalError for what this model does not have."""
    state = given.state
    try:
        engine = models.named(state.model)
        if max(state.written, default=0) >= engine.model.tokenizer.size:
            raise RefusalError("no_such_token", "written", most=engine.model.tokenizer.size - 1)
        view = look(models, state)
    except CheckpointError as reason:
        refusal = not_there(reason, state.model)
        refusal.where = named
        raise refusal from None
    if state.position is not None:
        within(view, state.position, "position")
    return view


def within(view: View, position: int, where: str) -> None:
    last = len(view.reading.ids) - 1
    if position > last:
        raise RefusalError("no_such_position", where, most=last)


def model_of(view: View) -> answers.About:
    """What an answer says of itself where nothing is chosen."""
    return answers.About(**model_stamp(view))


def all_of(view: View) -> answers.About:
    """What an answer says of itself where a token is chosen."""
    return answers.About(**stamp(view))


def place(view: View, at: int) -> dict[str, Any]:
    """A position, as every answer names one."""
    token = view.reading.tokens[at]
    return {
        "position": at,
        "token": answers.Token.of(token),
        "start": at == 0 and token.is_end_of_text,
    }


def selected(view: View) -> answers.At:
    """The position whose row is looked at."""
    return answers.At(**place(view, view.selected))


def plain(view: View, drawn: Any) -> Any:
    """A panel's data with every drawn token put back: at a position, as it stands in the text."""
    if isinstance(drawn, list | tuple):
        return [plain(view, each) for each in drawn]
    if not isinstance(drawn, dict):
        return drawn
    if drawn.keys() >= GLYPHS:
        return token_of(view, drawn["id"])
    if "start" in drawn and "token" in drawn:
        drawn = {**drawn, **place(view, drawn.get("position", view.selected))}
    return {name: plain(view, each) for name, each in drawn.items()}


def token_of(view: View, id: int) -> answers.Token:
    return answers.Token.of(view.token(id))
