"""The numbers in the pages' prose: each is the model's, recorded, and written for the reader."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from functools import cache
from typing import Any

from engine.engine import Engine
from gpt.weights import BUNDLED
from panels import blocks, cost, growing, one_step
from panels.screen.example import first_state
from panels.screen.view import View, look
from panels.screen.words import SITE, words_of
from panels.training import RUN

HOLDOUT = {"fr": "fr_simple", "en": "en_simple"}
RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def values(view: View, language: str) -> dict[str, list[Any]]:
    """Every value by its name, as [kind, value]; the kind says how it is written.

    The losses and bits are those of held-out texts in the language.
    """
    network, reading = view.model.network, view.reading
    config = network.config
    sizes = {name: parameter.numel() for name, parameter in network.named_parameters()}
    block = sum(size for name, size in sizes.items() if name.startswith("blocks.0."))
    attention = sum(size for name, size in sizes.items() if name.startswith("blocks.0.attention."))
    forward = sum(size for name, size in sizes.items() if name.startswith("blocks.0.feed_forward."))
    total, positions = sum(sizes.values()), len(reading.ids)
    embedding = config.vocabulary * config.channels
    first, second = view.last.order[:2].tolist()
    return {
        "parameters": ["integer", total],
        "vocabulary": ["integer", config.vocabulary],
        "context": ["integer", config.context],
        "layers": ["integer", config.layers],
        "heads": ["integer", config.heads],
        "heads_all": ["integer", config.layers * config.heads],
        "channels": ["integer", config.channels],
        "head_channels": ["integer", config.channels // config.heads],
        "wide": ["integer", 4 * config.channels],
        "block_parameters": ["integer", block],
        "attention_parameters": ["integer", attention],
        "feed_forward_parameters": ["integer", forward],
        "feed_forward_share": ["percent", forward / block],
        "embedding_parameters": ["integer", embedding],
        "embedding_share": ["percent", embedding / total],
        "example": ["text", view.state.prompt],
        "example_tokens": ["integer", positions],
        "logits_all": ["integer", positions * config.vocabulary],
        "first": ["text", view.token(first).text.strip()],
        "first_probability": ["percent", float(view.last.plain[first])],
        "second": ["text", view.token(second).text.strip()],
        "second_probability": ["percent", float(view.last.plain[second])],
        "entropy": ["number", view.last.plain_entropy],
        "effective": ["number", view.last.plain_effective_choices],
        **_lengths(view),
        **_heads(view),
        **_prices(view),
        **_trained(language, total, config.vocabulary),
        **_foreseen(language),
        **_loops(view, language),
        **_stepped(view),
    }


def _prices(view: View) -> dict[str, list[Any]]:
    priced = cost.data(view, 1)["all"]
    return {
        **{f"tokens_{each['language']}": ["integer", each["count"]] for each in priced},
        **{
            f"per_token_{each['language']}": ["number", each["characters"] / each["count"]]
            for each in priced
        },
        **{f"characters_{each['language']}": ["integer", each["characters"]] for each in priced},
    }


def _lengths(view: View) -> dict[str, list[Any]]:
    """How long the vector of the example's last position is, along the blocks."""
    stages = blocks.data(view)["stages"]
    at = {"entrance": 0, "first": 1, "last": -1}
    return {f"length_{name}": ["tenth", stages[stage]["length"]] for name, stage in at.items()}


def _heads(view: View) -> dict[str, list[Any]]:
    """Two heads worth looking at in the example, and the mean weight that makes them so.

    `near` gives most to the position itself and the one before it, `begin` to the first position;
    positions that see no other are left out.
    """
    length = len(view.reading.ids)
    near, begin = {}, {}
    for block in range(view.model.network.config.layers):
        for head, weights in enumerate(view.trace(block).attention_in(block).double()):
            here = (block + 1, head + 1)
            beside = weights.diagonal()[2:] + weights.diagonal(-1)[1:]
            near[here] = float(beside.sum()) / (length - 2)
            begin[here] = float(weights[1:, 0].sum()) / (length - 1)
    found: dict[str, list[Any]] = {}
    for name, means in (("near", near), ("begin", begin)):
        best = max(means, key=lambda here: means[here])
        found[f"{name}_block"] = ["integer", best[0]]
        found[f"{name}_head"] = ["integer", best[1]]
        found[f"{name}_share"] = ["percent", means[best]]
    return found


def _trained(language: str, parameters: int, vocabulary: int) -> dict[str, list[Any]]:
    first, last = (RUN["records"][n]["heldout"][language] for n in (0, -1))
    tokens = RUN["snapshots"][-1]["tokens"]
    return {
        "snapshots": ["integer", len(RUN["snapshots"])],
        "training_tokens": ["integer", tokens],
        "training_operations": ["power", float(6 * parameters * tokens)],
        "loss_first": ["number", first],
        "loss_last": ["number", last],
        "surprise_first": ["number", first / math.log(2)],
        "surprise_last": ["number", last / math.log(2)],
        "ln_vocabulary": ["number", math.log(vocabulary)],
    }


def _foreseen(language: str) -> dict[str, list[Any]]:
    """Bits per byte of simple texts in the language, as the model card has them."""
    card = (BUNDLED["conteur"] / "README.md").read_text("utf-8")
    row = next(line for line in card.splitlines() if line.startswith(f"| {HOLDOUT[language]} "))
    ours, five_gram, xz = (float(cell) for cell in row.split("|")[4:7])
    return {
        "bits_per_byte": ["number", ours],
        "bits_5gram": ["number", five_gram],
        "bits_xz": ["number", xz],
    }


def _loops(view: View, language: str) -> dict[str, list[Any]]:
    """Of the beginnings kept of the training, the one after which greedy repeats itself most."""
    (length,) = growing.CONTROLS
    again: dict[str, int] = {}
    for prompt in (each["text"] for each in RUN["prompts"] if each["language"] == language):
        seen = look(view.models, replace(view.state, prompt=prompt))
        again[prompt] = growing.data(seen, length.most)["ways"][0]["again"]
    most = max(again, key=lambda prompt: again[prompt])
    return {
        "loop_prompt": ["text", most],
        "loop_again": ["integer", again[most]],
        "loop_length": ["integer", int(length.most)],
    }


def _stepped(view: View) -> dict[str, list[Any]]:
    """The loss of the example before a step of training, after one, and after one too large."""
    (rate,) = one_step.CONTROLS
    step = one_step.data(view, rate.start)
    return {
        "step_before": ["number", step["loss"]],
        "step_after": ["number", step["loss_after"]],
        "step_too_far": ["number", one_step.data(view, rate.most)["loss_after"]],
    }


def record(engine: Engine, language: str) -> dict[str, list[Any]]:
    """The values of the pages of a language, for the example they open on."""
    return values(look(engine, first_state(language)), language)


def said(name: str, language: str) -> str:
    """A recorded value as a reader of the language writes it. Raises KeyError."""
    kind, value = recorded(language)[name]
    words = words_of(language)
    if kind == "integer":
        return words.integer(value)
    if kind == "percent":
        return words.percent(value)
    if kind == "power":
        digits, power = f"{value:.1e}".split("e+")
        return f"{words.number(float(digits), 1)} × 10{str(int(power)).translate(RAISED)}"
    decimals = {"number": 2, "tenth": 1}
    return words.number(value, decimals[kind]) if kind in decimals else str(value)


@cache
def recorded(language: str) -> dict[str, list[Any]]:
    """What `make pages` recorded."""
    path = SITE / "recorded" / f"pages.{language}.json"
    kept: dict[str, list[Any]] = json.loads(path.read_text("utf-8"))["values"]
    return kept
