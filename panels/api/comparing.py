"""Two models before a text, or a model before two: both sides, and how far apart they are."""

from __future__ import annotations

import math
from collections.abc import Sequence

from pydantic import BaseModel

from engine.shelf import Models
from gpt.compare import aligned, surprise
from gpt.reading import Row
from panels import compare
from panels.api import answers, questions
from panels.api.looking import looked_at, model_of, plain
from panels.api.refusals import RefusalError
from panels.screen.view import View


def compared(models: Models, given: questions.Compare) -> BaseModel:
    one = looked_at(models, given)
    beside = {"model": given.beside, "prompt": given.other}
    if given.beside is None and given.other is None:
        name = compare.beside_of(one.state, models.names)
        if not name:
            raise RefusalError("nothing_to_compare", "beside")
        beside["model"] = name
    text = given.prompt + one.tokenizer.decode(one.state.written)
    given = given.model_copy(update={"prompt": text, "written": ()})
    one = looked_at(models, given) if one.state.written else one
    there = {name: value for name, value in beside.items() if value is not None}
    other = looked_at(models, given.model_copy(update=there), "beside")
    same_text = one.state.prompt == other.state.prompt
    apart = compare.distance(one, other)
    return answers.Compared(
        about=model_of(one),
        sides=[_side(one), _side(other)],
        same_vocabulary=one.tokenizer.spellings == other.tokenizer.spellings,
        distance=apart.whole,
        pairs=[
            answers.Pair(token=answers.Token.of(token), shares=both) for token, both in apart.pairs
        ],
        others=apart.others,
        read=_read_by_both(one, other) if same_text else None,
    )


def _side(view: View) -> answers.Side:
    return answers.Side.model_validate({"about": model_of(view), **plain(view, compare.side(view))})


def _read_by_both(one: View, other: View) -> answers.Read:
    """The stretches that the panel shows the last of, all of them, and the panel's sums."""
    whole = compare.shared(one, other)
    judged = (one.rows, other.rows)
    told = [
        answers.Stretch(
            text=each.bytes.decode("utf-8", "ignore"),
            bytes=each.bytes.hex(),
            sides=list(map(_one_side, judged, (each.one, each.other))),
        )
        for each in aligned(one.reading.tokens, other.reading.tokens)
    ]
    return answers.Read(bytes=whole["bytes"], bits=whole["bits"], stretches=told)


def _one_side(rows: Sequence[Row], tokens: range) -> answers.OneSide:
    bits = surprise(rows, tokens)
    outcome = rows[tokens.start - 1].outcome if len(tokens) == 1 and tokens.start else None
    return answers.OneSide(
        tokens=len(tokens),
        bits=None if math.isnan(bits) else bits,
        rank=None if outcome is None else outcome.rank,
    )
