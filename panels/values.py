"""The numbers in the pages' prose: each is the model's, recorded, and written for the reader."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from gpt.engine import Engine
from panels.record import first_state
from panels.view import View, look
from panels.words import SITE, words_of

HOLDOUT = {"fr": "fr_simple", "en": "en_simple"}


def values(view: View) -> dict[str, list[Any]]:
    """Every value by its name, as [kind, value]; the kind says how it is written."""
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
    }


def record(engine: Engine, language: str) -> dict[str, list[Any]]:
    """The values of the pages of a language, for the example they open on."""
    return values(look(engine, first_state(language)))


def said(name: str, language: str) -> str:
    """A recorded value as a reader of the language writes it. Raises KeyError."""
    kind, value = recorded(language)[name]
    words = words_of(language)
    if kind == "integer":
        return words.integer(value)
    if kind == "percent":
        return words.percent(value)
    return words.number(value, 2) if kind == "number" else str(value)


@cache
def recorded(language: str) -> dict[str, list[Any]]:
    """What `make pages` recorded."""
    path = SITE / "recorded" / f"pages.{language}.json"
    kept: dict[str, list[Any]] = json.loads(path.read_text("utf-8"))["values"]
    return kept
