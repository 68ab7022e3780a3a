"""The answers, in the order of the data: nothing is computed that a panel does not compute."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import BaseModel

from engine.shelf import Models
from gpt import CheckpointError
from gpt.reading import Row
from gpt.switches import KINDS
from panels import choice, logits, rows, switches
from panels.api import answers, questions
from panels.api.looking import (
    all_of,
    looked_at,
    model_of,
    place,
    plain,
    selected,
    token_of,
    within,
)
from panels.api.refusals import RefusalError, not_there
from panels.screen.state import clean_prompt
from panels.screen.view import View


def listed(models: Models) -> answers.Models:
    """The models that may be asked for."""
    return answers.Models(models=list(models.names))


def tokenize(models: Models, given: questions.Tokenize) -> BaseModel:
    text = clean_prompt(given.prompt)[0]
    try:
        model = models.named(given.model).model
    except CheckpointError as reason:
        raise not_there(reason, given.model) from None
    tokenizer = model.tokenizer
    ids = tokenizer.encode(text)
    start = not ids or tokenizer.reads_start
    return answers.Tokenized(
        about=answers.About(model=given.model, weights=model.fingerprint),
        count=len(ids),
        characters=len(text),
        bytes=len(text.encode()),
        context=model.network.config.context,
        dropped=model.fit(ids)[1],
        start=answers.Token.of(tokenizer.token(tokenizer.start)) if start else None,
        tokens=list(map(answers.Token.of, tokenizer.tokens(ids))),
    )


def read(models: Models, given: questions.Read) -> BaseModel:
    view = looked_at(models, given)
    every = range(len(view.reading.ids))
    for at in given.positions or ():
        within(view, at, "positions")
    judged = view.engine.rows(view.reading, given.guesses)
    return answers.Rows(
        about=model_of(view),
        count=len(every),
        vocabulary=view.tokenizer.size,
        dropped=view.reading.dropped,
        rows=[
            _row(view, at, judged[at])
            for at in (every if given.positions is None else given.positions)
        ],
    )


def _row(view: View, at: int, row: Row) -> answers.Row:
    outcome = None if view.unread and at == 0 else row.outcome
    return answers.Row(
        **place(view, at),
        guesses=[
            answers.Guess(
                token=token_of(view, each.token_id), logit=each.logit, plain=each.probability
            )
            for each in rows.guesses(view, at, row)
        ],
        came=None
        if outcome is None
        else answers.Came(
            token=answers.Token.of(view.reading.tokens[at + 1]),
            rank=outcome.rank,
            plain=outcome.probability,
            surprise=outcome.surprise,
        ),
        last=at == len(view.reading.ids) - 1,
    )


def whole_row(models: Models, given: questions.WholeRow) -> BaseModel:
    view = looked_at(models, given)
    return answers.WholeRow(
        about=model_of(view),
        at=selected(view),
        vocabulary=view.tokenizer.size,
        logits=view.here.logits.tolist(),
    )


def distribution(models: Models, given: questions.Distribution) -> BaseModel:
    view = looked_at(models, given)
    here, data = view.here, logits.data(view)
    return answers.Distribution(
        about=all_of(view),
        at=selected(view),
        vocabulary=data["vocabulary"],
        found=data["found"],
        kept=here.kept_count,
        mass=here.mass,
        reached=here.reached,
        entropy=answers.BeforeAfter(plain=here.plain_entropy, probability=here.entropy),
        choices=answers.BeforeAfter(
            plain=here.plain_effective_choices, probability=here.effective_choices
        ),
        rows=plain(view, data["rows"]),
        rest=data["rest"],
    )


def step(models: Models, given: questions.Step) -> BaseModel:
    view = looked_at(models, given)
    if view.finished:
        raise RefusalError("text_is_over", "written")
    data = choice.data(view)
    return answers.Stepped(
        about=all_of(view),
        chosen=chosen(view),
        kept=data["kept"],
        vocabulary=data["vocabulary"],
        mass=data["mass"],
        reached=data["reached"],
        finished=view.choice.token_id == view.tokenizer.end_of_text,
        written=[*view.state.written, view.choice.token_id],
    )


def chosen(view: View) -> answers.Chosen:
    """The token that the last row chooses; its text is what it adds to the text before it."""
    id, data = view.choice.token_id, choice.data(view)
    in_text = view.tokenizer.tokens([*view.reading.ids[-3:], id])[-1]
    return answers.Chosen(
        token=answers.Token.of(in_text),
        logit=float(view.last.logits[id]),
        plain=float(view.last.plain[id]),
        **{name: data[name] for name in ("step", "rank", "probability", "interval", "u")},
    )


def of_a_panel(
    answer: type[BaseModel], data: Callable[[View, Any], Mapping[str, Any]]
) -> Callable[[Models, Any], BaseModel]:
    """What a panel that looks inside shows."""

    def work(models: Models, given: Any) -> BaseModel:
        view = looked_at(models, given)
        config = view.model.network.config
        there = {
            "block": config.layers,
            "head": config.heads,
            "neuron": config.wide,
            "rank": view.tokenizer.size,
            "looked": view.selected,
        }
        for name, most in there.items():
            if (getattr(given, name, None) or 0) > most:
                raise RefusalError("no_such_part", name, most=most)
        found = {"about": model_of(view), **plain(view, data(view, given))}
        return answer.model_validate(found)

    return work


def switched(view: View, given: questions.Switches) -> Mapping[str, Any]:
    config = view.model.network.config
    most = {"head": config.heads, "neuron": config.wide}.get(given.kind, 1)
    if given.which > most:
        raise RefusalError("no_such_part", "which", most=most)
    return switches.data(view, KINDS.index(given.kind), given.block, given.which, 1, 1)
