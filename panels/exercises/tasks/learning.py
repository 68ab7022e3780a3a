"""Learning: the loss of a prediction, and which way it pushes."""

from __future__ import annotations

import math

from panels.exercises.answers import Number
from panels.exercises.desk import Desk, Found, Task, spelt
from panels.exercises.numbers import Written, number, whole

EIGHTH = 8


def bits(_desk: Desk, _found: Found) -> Task:
    """The surprise of a token of probability 1/8, in bits."""
    traps = {"nats": math.log(EIGHTH), "share": 1 / EIGHTH, "odds": float(EIGHTH), "sign": -3.0}
    value = math.log2(EIGHTH)
    return Task(
        Number(value, 0.01, traps=traps), {"under": EIGHTH, "value": number(value, 0)},
        see=("training", {}),
    )  # fmt: skip


def loss_at_first(desk: Desk, found: Found) -> Task:
    """The loss of a model that has learnt nothing: every token alike."""
    size = desk.look(found["prompt"]).model.network.config.vocabulary
    value = math.log(size)
    traps = {"bits": math.log2(size), "share": 1 / size, "size": float(size), "zero": 0.0}
    values: dict[str, Written] = {"vocabulary": size, "value": number(value)}
    return Task(Number(value, 0.02, 2, traps=traps), values, see=("training", {"moment": "1"}))


def gradient(desk: Desk, found: Found) -> Task:
    """How the loss of a row would change with the logit of the token that came: p − 1."""
    view = desk.look(found["prompt"])
    came = view.reading.ids[-1]
    row = view.reading.row_logits(-2).double().softmax(0)
    share = round(100 * float(row[came])) / 100
    value = share - 1
    traps = {"sign": 1 - share, "others": share, "surprise": -math.log(max(share, 1e-9))}
    values: dict[str, Written] = {
        "prompt": found["prompt"],
        "token": spelt(view, came),
        "share": whole(share),
    }
    see = ("one_step", {"prompt": found["prompt"]})
    return Task(
        Number(value, 0.005, 2, traps=traps), values,
        {"p": number(share), "value": number(value)}, see=see,
        fits=0.05 <= share <= 0.9,
    )  # fmt: skip
