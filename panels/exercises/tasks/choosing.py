"""The choice, draws, and texts that grow."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from gpt import draw
from gpt.reading import window
from panels import growing, probabilities
from panels.exercises.answers import Choice, Number, Option, Order, Prompts, Said
from panels.exercises.desk import Desk, Found, Table, Task, pieces, spelt
from panels.exercises.numbers import Written, number, percent, whole
from panels.screen.acts import write
from panels.screen.glyphs import glyphs

TOP_P = 0.9
USUAL: dict[str, Any] = {"temperature": 0.8, "top_p": 0.9}
"""What the lab opens on."""

DRAWS = 1000
LENGTH = 32
ALIKE = 5
TWICE = 8
SEED, SEEDS = 7, 40


def seeded(desk: Desk) -> Iterable[Found]:
    """A beginning and a seed each."""
    for found in desk.beginnings():
        for seed in range(SEED, SEED + SEEDS):
            yield {**found, "seed": seed}


def which_part(desk: Desk, found: Found) -> Task:
    """Another seed: what of the generator gives something else, the network or the choice?"""
    one, other = (desk.look(found["prompt"], seed=seed, **USUAL) for seed in (SEED, found["seed"]))
    network = not bool((one.last.logits == other.last.logits).all())
    choice = one.choice.token_id != other.choice.token_id
    value = {
        (True, True): "both", (True, False): "network",
        (False, True): "choice", (False, False): "none",
    }[network, choice]  # fmt: skip
    options = [Option(each) for each in ("network", "choice", "both", "none")]
    values: dict[str, Written] = {
        "prompt": found["prompt"], "seed": str(SEED), "other_seed": str(found["seed"]),
    }  # fmt: skip
    rows: list[list[Any]] = [
        [
            str(view.state.seed),
            number(float(view.last.logits.max()), 3),
            number(float(view.choice.u or 0), 3),
            {"token": glyphs(view.token(view.choice.token_id))},
        ]
        for view in (one, other)
    ]
    asked = {"prompt": found["prompt"], "seed": str(found["seed"]), "temperature": "0.8"}
    return Task(
        Choice(options, value),
        values,
        measured=Table(
            ["choice.seed", "exercises.highest", "exercises.u", "exercises.chosen"], rows
        ),
        see=("two_parts", asked),
        fits=value == "choice",
    )


def same_seed(desk: Desk, found: Found) -> Task:
    """Written twice under one seed: the same text or not? The server writes it twice."""
    start = desk.look(found["prompt"], seed=SEED, **USUAL)
    texts = []
    for _ in range(2):
        state = write(desk.models, start.state, TWICE)
        texts.append(state.written)
    value = "same" if texts[0] == texts[1] else "differ"
    options = [Option(each) for each in ("same", "first_same", "differ")]
    rows: list[list[Any]] = [[n + 1, start.tokenizer.decode(ids)] for n, ids in enumerate(texts)]
    asked = {"prompt": found["prompt"], "seed": str(SEED)}
    return Task(
        Choice(options, value),
        {"prompt": found["prompt"], "tokens": TWICE, "seed": str(SEED)},
        measured=Table(["exercises.run", "exercises.text"], rows),
        see=("two_parts", asked),
        fits=value == "same" and len(texts[0]) == TWICE,
    )


def interval(desk: Desk, found: Found) -> Task:
    """Whose slice u falls into, the kept tokens laid end to end by their shares as shown."""
    view = desk.look(found["prompt"], seed=found["seed"], **USUAL)
    ids = view.last.order[: min(5, view.last.kept_count)].tolist()
    shares = [float(view.last.probabilities[id]) for id in ids]
    ends = [sum(shares[: n + 1]) for n in range(len(ids))]
    u = draw(found["seed"], 0)
    chosen = view.choice.token_id
    options = [Option(str(id), token=glyphs(view.token(id))) for id in ids]
    if chosen not in ids:
        options.append(Option(str(chosen), token=glyphs(view.token(chosen))))
        ids, shares, ends = [*ids, chosen], [*shares, 0.0], [*ends, 1.0]
    said = {
        str(id): Said(
            "wrong", ".elsewhere", {"low": number(end - share, 3), "high": number(end, 3)}
        )
        for id, share, end in zip(ids, shares, ends, strict=True)
        if id != chosen
    }
    rows: list[list[Any]] = [
        [{"token": glyphs(view.token(id))}, percent(share)]
        for id, share in zip(ids, shares, strict=True)
    ]
    low, high = view.choice.interval
    solved: dict[str, Written] = {
        "token": spelt(view, chosen), "low": number(low, 3), "high": number(high, 3),
    }  # fmt: skip
    clear = min((abs(end - u) for end in (0.0, *ends)), default=0) > 0.02
    asked = {"prompt": found["prompt"], "seed": str(found["seed"])}
    return Task(
        Choice(options, str(chosen), said),
        {"prompt": found["prompt"], "u": number(u, 3)},
        solved,
        shown=Table(["logits.token", "logits.probability"], rows),
        see=("choice", asked),
        fits=clear and 2 <= view.choice.rank <= 4 and len(ids) == 5,
    )


def triples(desk: Desk) -> Iterable[Found]:
    """The beginnings after which top-p keeps least and most, and one between them."""

    def kept(prompt: str) -> int:
        return desk.look(prompt, top_p=TOP_P).last.kept_count

    ordered = sorted((each["prompt"] for each in desk.beginnings()), key=kept)
    middle = min(ordered, key=lambda each: abs(kept(each) - 20))
    yield {"prompts": [ordered[-1], ordered[0], middle]}


def top_p_here_and_there(desk: Desk, found: Found) -> Task:
    """Three beginnings in the order of how many tokens top-p keeps after each."""
    views = [desk.look(prompt, top_p=TOP_P) for prompt in found["prompts"]]
    names = ["a", "b", "c"]
    kept = {name: view.last.kept_count for name, view in zip(names, views, strict=True)}
    options = [
        Option(name, text="quoted", values={"prompt": prompt})
        for name, prompt in zip(names, found["prompts"], strict=True)
    ]
    order = sorted(names, key=lambda name: kept[name])
    rows: list[list[Any]] = [
        [{"text": "quoted", "values": {"prompt": prompt}}, kept[name]]
        for name, prompt in zip(names, found["prompts"], strict=True)
    ]
    counts = sorted(kept.values())
    asked = {"prompt": found["prompts"][0], "temperature": "1", "top_p": str(TOP_P)}
    return Task(
        Order(options, order),
        {"top_p": number(TOP_P, 1)},
        {"least": counts[0], "most": counts[-1]},
        measured=Table(["exercises.beginning", "exercises.kept"], rows),
        see=("choice", asked),
        fits=counts[0] * 2 <= counts[1] and counts[1] * 2 <= counts[2],
    )


def give_or_take(desk: Desk, found: Found) -> Task:
    """How far from the expected number a thousand draws fall; then they are drawn."""
    view = desk.look(found["prompt"], repeat=DRAWS, seed=SEED)
    id = int(view.last.order[0])
    share = round(100 * float(view.last.plain[id])) / 100
    value = 2 * math.sqrt(DRAWS * share * (1 - share))
    traps = {
        "share": value / DRAWS,
        "no_root": 2 * DRAWS * share * (1 - share),
        "one_sigma": value / 2,
        "no_rest": 2 * math.sqrt(DRAWS * share),
        "expected": DRAWS * share,
    }
    came = probabilities.observed(view).get(id, 0)
    values: dict[str, Written] = {
        "prompt": found["prompt"],
        "token": spelt(view, id),
        "share": whole(share),
        "draws": DRAWS,
        "expected": round(DRAWS * share),
    }
    solved: dict[str, Written] = {
        "value": number(value, 0),
        "p": number(share),
        "rest": number(1 - share),
        "low": round(DRAWS * share - value),
        "high": round(DRAWS * share + value),
        "came": came,
    }
    asked = {
        "prompt": found["prompt"], "temperature": "1", "top_p": "none",
        "seed": str(SEED), "repeat": str(DRAWS),
    }  # fmt: skip
    apart = all(abs(trap - value) > 1.5 for trap in traps.values())
    return Task(
        Number(value, 1.0, traps=traps), values, solved,
        see=("repeat", asked), fits=apart and 0.15 <= share <= 0.5,
    )  # fmt: skip


def k_one(desk: Desk, found: Found) -> Task:
    """What probability the one token has that top-k keeps when k is 1."""
    plain = desk.look(found["prompt"])
    view = desk.look(found["prompt"], top_k=1)
    id = view.choice.token_id
    share, before = float(view.last.probabilities[id]), float(plain.last.plain[id])
    traps = {"before": before, "nothing": 0.0}
    values: dict[str, Written] = {
        "prompt": found["prompt"], "token": spelt(view, id), "before": percent(before),
    }  # fmt: skip
    asked = {"prompt": found["prompt"], "temperature": "1", "top_k": "1", "top_p": "none"}
    return Task(
        Number(share, 0.005, share=True, traps=traps),
        values,
        {"kept": view.last.kept_count, "value": percent(share)},
        see=("whole", asked),
        fits=0.1 < before < 0.9,
    )


def circles(desk: Desk, found: Found) -> Task:
    """Which text repeats itself more, the one of greedy or the drawn one."""
    view = desk.look(found["prompt"], seed=SEED, **USUAL)
    greedy, drawn = growing.data(view, LENGTH)["ways"]
    again = {"greedy": int(greedy["again"]), "sampling": int(drawn["again"])}
    gap = again["greedy"] - again["sampling"]
    value = "even" if gap == 0 else "greedy" if gap > 0 else "sampling"
    options = [Option(each) for each in ("greedy", "sampling", "even")]
    rows: list[list[Any]] = [
        [{"words": f"choice.{each['strategy']}"}, "".join(t["text"] for t in each["tokens"]),
         int(each["again"])]
        for each in (greedy, drawn)
    ]  # fmt: skip
    asked = {"prompt": found["prompt"], "seed": str(SEED), "length": str(LENGTH)}
    return Task(
        Choice(options, value),
        {"prompt": found["prompt"], "tokens": LENGTH},
        dict(again),
        measured=Table(["choice.strategy", "exercises.text", "exercises.again"], rows),
        see=("growing", asked),
        fits=gap >= 8,
    )


def like_greedy(desk: Desk, found: Found) -> Task:
    """A beginning after which draws give what greedy gives, token by token."""

    def written(prompt: str, strategy: str) -> Sequence[int]:
        start = desk.look(prompt, seed=SEED, **USUAL).state
        return write(desk.models, replace(start, strategy=strategy), ALIKE).written

    def check(typed: Sequence[str]) -> Said:
        sure, drawn = (written(typed[0], each) for each in ("greedy", "sampling"))
        view = desk.look(typed[0])
        told: dict[str, Written] = {"greedy": pieces(view, sure), "sampling": pieces(view, drawn)}
        if sure == drawn:
            return Said("right", ".alike", told)
        apart = next(n for n in range(ALIKE) if list(sure)[n : n + 1] != list(drawn)[n : n + 1])
        return Said("wrong", ".part", {**told, "step": apart + 1})

    said = check([found["example"]])
    holds = said.verdict == "right"
    solved: dict[str, Written] = {"example": found["example"], **said.values}
    asked = {"prompt": found["example"], "seed": str(SEED)}
    return Task(
        Prompts(check, [found["example"]] if holds else []),
        {"tokens": ALIKE, "seed": str(SEED)},
        solved,
        see=("growing", asked) if holds else None,
        fits=holds,
    )


def dropped(desk: Desk, found: Found) -> Task:
    """How many tokens go when a text is a little longer than the context."""
    view = desk.look(found["prompt"])
    start = int(view.tokenizer.reads_start)
    room = view.model.network.config.context - start
    over = 3
    value = window(room + over, room)
    traps = {"only_over": float(over), "all": float(room + over), "half_text": (room + over) / 2}
    values: dict[str, Written] = {
        "context": view.model.network.config.context,
        "room": room,
        "length": room + over,
        "value": value,
        "over": over,
        "left": room + over - value,
    }
    return Task(
        Number(value, 1.0 if room % 2 else 0.5, traps=traps), values, see=("full_context", {}),
        fits=value > over,
    )  # fmt: skip
