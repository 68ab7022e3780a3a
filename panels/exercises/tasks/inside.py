"""Inside the network: how large it is, where its heads look, who adds what."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from gpt import by_hand
from gpt.habits import HABITS
from panels import shares, weight
from panels.exercises.answers import Choice, Number, Option, Order, Said
from panels.exercises.desk import Desk, Found, Table, Task, spelt
from panels.exercises.numbers import Written, number, percent
from panels.screen.words import words_of

STILL = 1e-3
"""By so much a number may move when it is computed anew in another order."""


def table_size(desk: Desk, found: Found) -> Task:
    """How many numbers the table of token vectors holds."""
    config = desk.look(found["prompt"]).model.network.config
    rows, columns = config.vocabulary, config.channels
    traps = {
        "sum": float(rows + columns),
        "positions": float((rows + config.context) * columns),
        "square": float(columns * columns),
    }
    values: dict[str, Written] = {"vocabulary": rows, "channels": columns, "size": rows * columns}
    return Task(Number(rows * columns, 0.5, traps=traps), values, see=("parameters", {}))


def stream_size(desk: Desk, found: Found) -> Task:
    """How many numbers leave the last block for a text."""
    view = desk.look(found["prompt"])
    read, channels = len(view.reading.ids), view.model.network.config.channels
    start = int(view.tokenizer.reads_start)
    traps = {
        "one": float(channels),
        "no_start": float((read - 1) * channels) if start else -1.0,
        "blocks": float(read * channels * view.model.network.config.layers),
    }
    values: dict[str, Written] = {
        "prompt": found["prompt"],
        "channels": channels,
        "typed": read - start,
        "read": read,
        "size": read * channels,
    }
    see = ("vectors", {"prompt": found["prompt"]})
    return Task(Number(read * channels, 0.5, traps=traps), values, see=see, fits=read > 3)


def squares(desk: Desk, found: Found) -> Task:
    """How many squares of an attention map the mask leaves open."""
    view = desk.look(found["prompt"])
    read = len(view.reading.ids)
    start = int(view.tokenizer.reads_start)
    seen = read * (read + 1) // 2
    typed = read - start
    traps = {
        "all": float(read * read),
        "not_itself": float(read * (read - 1) // 2),
        "no_start": float(typed * (typed + 1) // 2) if start else -1.0,
    }
    values: dict[str, Written] = {
        "prompt": found["prompt"], "read": read, "typed": typed, "seen": seen,
    }  # fmt: skip
    see = ("attention", {"prompt": found["prompt"]})
    return Task(Number(seen, 0.5, traps=traps), values, see=see, fits=read > 3)


def mask(desk: Desk, found: Found) -> Task:
    """Which vectors change at the earlier positions when a token is added: both texts are read."""
    view = desk.look(found["prompt"])
    added = int(view.last.order[0])
    longer = desk.see(view, [added])
    before, after = view.trace().residual[-1], longer.trace().residual[-1]
    moved = (after[: len(before)] - before).abs().amax(dim=-1)
    changed = [n for n, most in enumerate(moved.tolist()) if most > STILL]
    last = [len(before) - 1]
    value = "none" if not changed else "last" if changed == last else "all"
    options = [Option(each) for each in ("none", "last", "all")]
    values: dict[str, Written] = {"prompt": found["prompt"], "token": spelt(view, added)}
    rows: list[list[Any]] = [
        [{"position": n, "token": spelt(view, id)}, number(most, 4)]
        for n, (id, most) in enumerate(zip(view.reading.ids, moved.tolist(), strict=True))
    ]
    see = ("attention", {"prompt": found["prompt"]})
    return Task(
        Choice(options, value),
        values,
        {"rows": len(before)},
        measured=Table(["exercises.position", "exercises.moved"], rows),
        see=see,
        fits=3 < len(before) < 9 and value == "none",
    )


def scaled(desk: Desk, found: Found) -> Task:
    """One attention score, divided by the root of the head's channels."""
    view = desk.look(found["prompt"])
    at = len(view.reading.ids) - 1
    block, head = 1, 1
    drawn = weight.data(view, block, head, max(0, at - 1))
    product, root = drawn["product"], drawn["divisor"]
    value = product / root
    traps = {
        "by_d": product / drawn["d"] if drawn["d"] != root else value,
        "not_divided": product,
        "times": product * root,
    }
    values: dict[str, Written] = {
        "product": number(product, 3),
        "d": drawn["d"],
        "root": number(root, 0 if root == int(root) else 2),
        "block": drawn["block"],
        "head": drawn["head"],
        "prompt": found["prompt"],
    }
    see = (
        "weight",
        {"prompt": found["prompt"], "block": str(block), "head": str(head), "looked": str(at - 1)},
    )
    return Task(
        Number(value, max(0.01, abs(value) / 100), 3, traps=traps),
        values,
        {"value": number(value, 3)},
        see=see,
        fits=abs(product) > 4,
    )


def story(desk: Desk) -> Iterable[Found]:
    """The text of the panel that shows all heads."""
    yield {"prompt": words_of(desk.language)("heads.story")}


def previous_head(desk: Desk, found: Found) -> Task:
    """Which of four heads looks most at the token before: the first of all, and three others."""
    prompt = found["prompt"]
    view = desk.look(prompt)
    habit = view.glance(1).habits[..., HABITS.index("before")]  # (L, H)
    order = habit.flatten().argsort(descending=True, stable=True).tolist()
    heads = habit.shape[1]
    middle = len(order) // 2
    picked = sorted({order[0], order[middle], order[(middle + len(order)) // 2], order[-1]})

    def named(at: int) -> dict[str, Written]:
        block, head = divmod(at, heads)
        return {"block": block + 1, "head": head + 1}

    def share(at: int) -> float:
        return float(habit.flatten()[at])

    first = order[0]
    said = {
        str(at): Said("wrong", ".looks", {**named(at), "share": percent(share(at))})
        for at in picked
        if at != first
    }
    options = [Option(str(at), text="head", values=named(at)) for at in picked]
    table = Table(
        ["exercises.head_name", "exercises.before"],
        [[{"text": "head", "values": named(at)}, percent(share(at))] for at in picked],
    )
    solved: dict[str, Written] = {**named(first), "share": percent(share(first))}
    opened = named(first)
    see = ("heads", {"prompt": prompt, "block": str(opened["block"]), "head": str(opened["head"])})
    fits = share(first) > 1.5 * max(share(at) for at in picked if at != first)
    return Task(
        Choice(options, str(first), said), {"prompt": prompt}, solved,
        measured=table, see=see, fits=fits,
    )  # fmt: skip


def expand(desk: Desk, found: Found) -> Task:
    """How many numbers the first matrix of a feed-forward holds."""
    config = desk.look(found["prompt"]).model.network.config
    channels, wide = config.channels, config.wide
    traps = {
        "with_bias": float(channels * wide + wide),
        "square": float(channels * channels),
        "both": float(2 * channels * wide),
        "sum": float(channels + wide),
    }
    values: dict[str, Written] = {"channels": channels, "wide": wide, "size": channels * wide}
    return Task(Number(channels * wide, 0.5, traps=traps), values, see=("parameters", {}))


def adds_most(desk: Desk, found: Found) -> Task:
    """Which of four parts of the network adds most, directly, to the first token's logit."""
    view = desk.look(found["prompt"])
    drawn = shares.data(view, 1)
    parts = [each for each in drawn["bars"] if each["part"] in ("head", "feed_forward")]
    picked = [parts[0], parts[1], parts[len(parts) // 2], parts[-1]]
    order = sorted(picked, key=lambda each: (each["block"], each["head"] or 0))

    def name(each: dict[str, Any]) -> str:
        return f"{each['block']}-{each['head'] or 0}"

    def named(each: dict[str, Any]) -> dict[str, Written]:
        return {"block": each["block"], "head": each["head"] or 0}

    options = [Option(name(each), text=each["part"], values=named(each)) for each in order]
    said = {
        name(each): Said("wrong", ".adds", {"points": number(each["points"])})
        for each in picked[1:]
    }
    rows = [
        [{"text": each["part"], "values": named(each)}, number(each["points"])] for each in order
    ]
    first = int(view.last.order[0])
    values: dict[str, Written] = {"prompt": found["prompt"], "token": spelt(view, first)}
    solved: dict[str, Written] = {
        "points": number(picked[0]["points"]), "logit": number(drawn["logit"]),
    }  # fmt: skip
    distinct = len({name(each) for each in picked}) == 4
    clear = picked[0]["points"] > picked[1]["points"] + 0.2
    return Task(
        Choice(options, name(picked[0]), said),
        values,
        solved,
        measured=Table(["shares.part", "shares.points"], rows),
        see=("shares", {"prompt": found["prompt"], "rank": "1"}),
        fits=distinct and clear,
    )


def sizes(desk: Desk, found: Found) -> Task:
    """Four numbers of the model and of a text, from the smallest to the largest."""
    view = desk.look(found["prompt"])
    config = view.model.network.config
    counted = {
        "read": len(view.reading.ids),
        "channels": config.channels,
        "vocabulary": config.vocabulary,
        "parameters": view.model.parameters,
    }
    options = [Option(each) for each in ("vocabulary", "read", "parameters", "channels")]
    order = sorted(counted, key=lambda each: counted[each])
    values: dict[str, Written] = {"prompt": found["prompt"]}
    fits = len(set(counted.values())) == len(counted)
    return Task(Order(options, order), values, dict(counted), see=("whole", {**found}), fits=fits)


def middles(_desk: Desk) -> Iterable[Found]:
    return ({"middle": str(middle)} for middle in range(by_hand.CONFIG.vocabulary))


def by_hand_logit(_desk: Desk, found: Found) -> Task:
    """One logit of the GPT of 96 numbers: a dot product of two channels."""
    first, _, last = by_hand.TEXT
    steps = by_hand.follow([first, int(found["middle"]), last])
    hidden = [round(each, 2) for each in steps.hidden.tolist()]
    id = 3
    row = by_hand.TOKENS[id].tolist()
    products = [a * b for a, b in zip(hidden, row, strict=True)]
    value = sum(products)
    traps = {
        "product": products[0] * products[1],
        "sum": sum(hidden) + sum(row),
        "without_sign": sum(map(abs, products)),
    }
    values: dict[str, Written] = {
        "h1": number(hidden[0]),
        "h2": number(hidden[1]),
        "e1": number(row[0], 0),
        "e2": number(row[1], 0),
        "id": str(id),
        "p1": number(products[0]),
        "p2": number(products[1]),
        "value": number(value),
    }
    apart = all(abs(trap - value) > 0.2 for trap in traps.values())
    return Task(
        Number(value, 0.02, 2, traps=traps), values,
        see=("by_hand", {"middle": found["middle"]}), fits=apart,
    )  # fmt: skip
