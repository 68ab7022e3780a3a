"""Rows of scores, and what softmax makes of them."""

from __future__ import annotations

import math
from typing import Any

from panels.exercises.answers import Choice, Number, Option, Said
from panels.exercises.desk import Desk, Found, Table, Task, spelt
from panels.exercises.numbers import Written, number, percent, whole
from panels.screen.glyphs import glyphs

HOT = 2.0
COLD = 0.5
SAME = 0.005
"""A share that moves by less stays the same."""


def last_row(desk: Desk, found: Found) -> Task:
    """Which row chooses once a token has been added; rows are counted from 0."""
    view = desk.look(found["prompt"])
    added = int(view.last.order[0])
    longer = desk.see(view, [added])
    value = len(longer.reading.ids) - 1
    read = len(view.reading.ids)
    traps = {"stays": float(read - 1), "counted_from_1": float(value + 1), "first": 0.0}
    values: dict[str, Written] = {
        "prompt": found["prompt"],
        "token": spelt(view, added),
        "read": read,
        "last": read - 1,
        "value": value,
    }
    see = ("rows", {"prompt": found["prompt"], "written": str(added)})
    return Task(Number(value, 0.5, traps=traps), values, see=see, fits=read > 3)


def most_surprising(desk: Desk, found: Found) -> Task:
    """Which token of a text surprised the model most, by the rows before each."""
    view = desk.look(found["prompt"])
    came = [(n + 1, row.outcome) for n, row in enumerate(view.rows) if row.outcome is not None]
    bits = {at: outcome.surprise for at, outcome in came}
    most = max(bits, key=lambda at: bits[at])
    tokens = view.reading.tokens
    options = [Option(str(at), token=glyphs(tokens[at])) for at in bits]
    said = {
        str(at): Said("wrong", ".surprised", {"bits": number(bits[at], 1)})
        for at in bits
        if at != most
    }
    rows: list[list[Any]] = [[{"token": glyphs(tokens[at])}, number(bits[at], 1)] for at in bits]
    ranked = sorted(bits.values(), reverse=True)
    clear = 5 <= len(bits) <= 12 and ranked[0] > ranked[1] + 1
    distinct = len({tokens[at].id for at in bits}) == len(bits)
    return Task(
        Choice(options, str(most), said),
        {"prompt": found["prompt"]},
        {"token": spelt(view, tokens[most].id), "bits": number(bits[most], 1)},
        measured=Table(["logits.token", "exercises.bits"], rows),
        see=("rows", {"prompt": found["prompt"], "others": "1"}),
        fits=clear and distinct,
    )


def softmax_by_hand(desk: Desk, found: Found) -> Task:
    """The softmax of three scores alone, as they are shown: the share of the second."""
    view = desk.look(found["prompt"])
    ids = view.last.order[:3].tolist()
    scores = [round(float(view.last.logits[id]), 1) for id in ids]
    powers = [math.exp(score - scores[0]) for score in scores]
    share = powers[1] / sum(powers)
    traps = {
        "linear": scores[1] / sum(scores) if sum(scores) else -1.0,
        "not_divided": powers[1],
        "whole": float(view.last.plain[ids[1]]),
    }
    values: dict[str, Written] = {"prompt": found["prompt"], "token": spelt(view, ids[1])}
    solved: dict[str, Written] = {
        "value": percent(share),
        "sum": number(sum(powers), 3),
        "power": number(powers[1], 3),
        **{f"low{n}": number(score - scores[0], 1) for n, score in enumerate(scores)},
        **{f"power{n}": number(power, 3) for n, power in enumerate(powers)},
    }
    rows: list[list[Any]] = [
        [{"token": glyphs(view.token(id))}, number(score, 1)]
        for id, score in zip(ids, scores, strict=True)
    ]
    apart = all(abs(trap - share) > 0.03 for trap in traps.values())
    return Task(
        Number(share, 0.01, 1, share=True, traps=traps),
        values,
        solved,
        shown=Table(["logits.token", "logits.logit"], rows),
        see=("softmax", {"prompt": found["prompt"], "temperature": "1"}),
        fits=apart and 0.1 < share < 0.45 and scores[0] - scores[2] > 0.5,
    )


def temperature_two(desk: Desk, found: Found) -> Task:
    """What temperature 2 does to the first bar: predicted, then measured."""
    view = desk.look(found["prompt"])
    hot = desk.look(found["prompt"], temperature=HOT)
    id = int(view.last.order[0])
    before, after = float(view.last.plain[id]), float(hot.last.probabilities[id])
    moved = after - before
    value = "stays" if abs(moved) < SAME else "rises" if moved > 0 else "falls"
    options = [Option(each) for each in ("rises", "falls", "stays")]
    values: dict[str, Written] = {
        "prompt": found["prompt"], "token": spelt(view, id), "before": percent(before),
    }  # fmt: skip
    shown = view.last.order[:4].tolist()
    rows: list[list[Any]] = [
        [
            {"token": glyphs(view.token(each))},
            percent(float(view.last.plain[each])),
            percent(float(hot.last.probabilities[each])),
        ]
        for each in shown
    ]
    asked = {"prompt": found["prompt"], "temperature": "2", "top_p": "none"}
    return Task(
        Choice(options, value),
        values,
        {"after": percent(after)},
        measured=Table(["logits.token", "exercises.at_one", "exercises.at_two"], rows),
        see=("probabilities", asked),
        fits=0.2 < before < 0.8 and value == "falls",
    )


def ratio(desk: Desk, found: Found) -> Task:
    """How many times likelier the first token is than the second, at a low temperature."""
    view = desk.look(found["prompt"])
    ids = view.last.order[:2].tolist()
    first, second = (round(float(view.last.logits[id]), 1) for id in ids)
    gap = round(first - second, 1)
    value = math.exp(gap / COLD)
    traps = {
        "at_one": math.exp(gap),
        "multiplied": math.exp(gap * COLD),
        "no_power": gap / COLD,
        "gap": gap,
    }
    values: dict[str, Written] = {
        "prompt": found["prompt"],
        "first": spelt(view, ids[0]),
        "second": spelt(view, ids[1]),
        "score": number(first, 1),
        "score_second": number(second, 1),
        "temperature": number(COLD, 1),
    }
    solved: dict[str, Written] = {
        "gap": number(gap, 1), "divided": number(gap / COLD, 1), "value": number(value, 1),
    }  # fmt: skip
    apart = all(abs(trap - value) > 0.15 * value for trap in traps.values())
    asked = {"prompt": found["prompt"], "temperature": str(COLD)}
    return Task(
        Number(value, 0.05 * value, 1, traps=traps), values, solved,
        see=("softmax", asked), fits=apart and 0.4 <= gap <= 1.5,
    )  # fmt: skip


def odds(desk: Desk, found: Found) -> Task:
    """The logit, in the strict sense, of the probability of the first token."""
    view = desk.look(found["prompt"])
    id = int(view.last.order[0])
    share = min(99, max(1, round(100 * float(view.last.plain[id])))) / 100
    value = math.log(share / (1 - share))
    traps = {
        "odds": share / (1 - share),
        "logarithm": math.log(share),
        "score": float(view.last.logits[id]),
        "ten": math.log10(share / (1 - share)),
        "sign": -value,
    }
    values: dict[str, Written] = {
        "prompt": found["prompt"], "token": spelt(view, id), "share": whole(share),
    }  # fmt: skip
    solved: dict[str, Written] = {
        "odds": number(share / (1 - share), 3), "value": number(value),
        "p": number(share), "rest": number(1 - share),
    }  # fmt: skip
    apart = all(abs(trap - value) > 0.05 for trap in traps.values())
    asked = {"prompt": found["prompt"], "percent": f"{100 * share:.0f}"}
    return Task(
        Number(value, 0.02, 2, traps=traps), values, solved,
        see=("logit_curve", asked), fits=apart and 0.1 < share < 0.9 and abs(value) > 0.3,
    )  # fmt: skip
