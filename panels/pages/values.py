"""The numbers in the pages' prose: each is the model's, recorded, and written for the reader."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from engine.engine import Engine
from gpt import by_hand
from gpt.sizes import parameters as count
from gpt.weights import BUNDLED
from panels import blocks, cost, growing, heads, one_step, shares, switches, weight
from panels.pages.openings import Opening, view_of
from panels.screen.example import first_state
from panels.screen.state import State
from panels.screen.view import View, look
from panels.screen.words import SITE, words_of
from panels.training import RUN

HOLDOUT = {"fr": "fr_simple", "en": "en_simple"}
RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def record(engine: Engine, language: str, openings: Mapping[str, Opening]) -> dict[str, list[Any]]:
    """Every value by its name, as [kind, value]; the kind says how it is written.

    They are of the example that most panels open on, or of the openings of others; the losses and
    bits are those of held-out texts in the language.
    """
    view = look(engine, first_state(language))
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
        "wide": ["integer", config.wide],
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
        **_lens(view_of(engine, language, openings["blocks"])),
        **_switched(view_of(engine, language, openings["switches"]), openings["switches"]),
        **_shared(view),
        **_heads(engine, language, openings),
        "hand_parameters": ["integer", count(by_hand.CONFIG)],
        **_spaced(view),
        **_prices(view),
        **_trained(language, total, config.vocabulary),
        **_foreseen(language),
        **_known(engine, language),
        **_loops(view_of(engine, language, openings["growing"])),
        **_stepped(view),
        "guess_bits": ["tenth", math.log2(config.vocabulary)],
        "boast_bits": ["tenth", -math.log2(0.05 / (config.vocabulary - 1))],
    }


def _spaced(view: View) -> dict[str, list[Any]]:
    """What one space too many at the end of the example changes.

    The shares are those of all tokens that begin with a space, before and after it.
    """
    spaced = look(view.models, replace(view.state, prompt=view.state.prompt + " "))
    first = int(spaced.last.order[0])
    begins = [spelled.startswith(b" ") for spelled in view.tokenizer.spellings]
    return {
        "space_share": ["percent", float(view.last.plain[begins].sum())],
        "spaced_first": ["text", view.token(first).text],
        "spaced_probability": ["percent", float(spaced.last.plain[first])],
        "spaced_share": ["percent", float(spaced.last.plain[begins].sum())],
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


def _lens(view: View) -> dict[str, list[Any]]:
    """Along the blocks: what the lens reads in its opening, and how long the vector is.

    `lens_block` is the block from which on the answer comes first.
    """
    drawn = blocks.data(view)
    stages = drawn["stages"]
    late = max(n for n, stage in enumerate(stages) if stage["final"]["rank"] > 1)
    at = {"entrance": 0, "first": 1, "last": -1}
    return {
        **{f"length_{name}": ["tenth", stages[stage]["length"]] for name, stage in at.items()},
        "lens_beginning": ["text", view.state.prompt],
        "lens_answer": ["text", view.token(int(view.here.order[0])).text.strip()],
        "lens_probability": ["percent", stages[-1]["final"]["probability"]],
        "lens_block": ["integer", late + 1],
        "lens_entrance": ["integer", stages[0]["final"]["rank"]],
    }


def _switched(view: View, opening: Opening) -> dict[str, list[Any]]:
    """The head that the example misses most; `missed_points` is its share of the first logit."""
    controls = {each.name: float(opening[each.name]) for each in switches.CONTROLS}
    drawn = switches.data(view, **controls)
    written = shares.data(view, 1)["parts"]
    (direct,) = [
        each["points"] for each in written
        if (each["part"], each["block"], each["head"]) == ("head", drawn["block"], drawn["which"])
    ]  # fmt: skip
    return {
        "missed_points": ["number", direct],
        "missed_block": ["integer", drawn["block"]],
        "missed_head": ["integer", drawn["which"]],
        "missed_share": ["percent", drawn["moved"]],
    }


def _shared(view: View) -> dict[str, list[Any]]:
    """The first token's logit in the example, and what the feed-forward of the last block adds."""
    drawn = shares.data(view, 1)
    (last,) = [
        each for each in drawn["parts"]
        if each["part"] == "feed_forward" and each["block"] == view.model.network.config.layers
    ]  # fmt: skip
    return {
        "first_logit": ["number", drawn["logit"]],
        "first_parts": ["integer", len(drawn["parts"])],
        "last_feed_forward": ["number", last["points"]],
    }


def _heads(engine: Engine, language: str, openings: Mapping[str, Opening]) -> dict[str, list[Any]]:
    """What the pages on attention open on, and the heads that are worth looking at there."""
    opening = openings["weight"]
    weighed = weight.data(
        view_of(engine, language, opening), *(float(opening[each.name]) for each in weight.CONTROLS)
    )
    glanced = heads.data(view_of(engine, language, openings["heads"]), 1, 1)
    best = {each["name"]: each["best"][0] for each in glanced["habits"]}
    words = {
        which: engine.model.tokenizer.token(weighed[which]["token"]["id"]).text.strip()
        for which in ("looked", "selected")
    }
    return {
        "weight_sentence": ["text", opening["prompt"]],
        "weight_to": ["text", words["looked"]],
        "weight_from": ["text", words["selected"]],
        "weight_block": ["integer", weighed["block"]],
        "weight_head": ["integer", weighed["head"]],
        "weight_share": ["percent", weighed["exact"]["weight"]],
        **{f"{name}_block": ["integer", each["block"]] for name, each in best.items()},
        **{f"{name}_head": ["integer", each["head"]] for name, each in best.items()},
        **{f"{name}_share": ["percent", each["share"]] for name, each in best.items()},
        **{f"{each['name']}_even": ["percent", each["even"]] for each in glanced["habits"]},
    }


def _trained(language: str, parameters: int, vocabulary: int) -> dict[str, list[Any]]:
    first, last = (RUN["records"][n]["heldout"][language] for n in (0, -1))
    tokens, plan = RUN["snapshots"][-1]["tokens"], RUN["plan"]
    return {
        "snapshots": ["integer", len(RUN["snapshots"])],
        "training_tokens": ["integer", tokens],
        "short_until": ["tenth", plan["short_share"] * tokens / 1e6],
        "falling_from": ["tenth", (1 - plan["falling_share"]) * tokens / 1e6],
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


def _known(engine: Engine, language: str) -> dict[str, list[Any]]:
    """The first word after a fact, after the same in other words, and after a fiction."""
    found: dict[str, list[Any]] = {}
    for name in ("known", "turned", "invented"):
        word, probability = _first_word(engine, words_of(language)(f"knows.{name}"))
        found[f"{name}_word"] = ["text", word]
        found[f"{name}_probability"] = ["percent", probability]
    return found


def _first_word(engine: Engine, prompt: str) -> tuple[str, float]:
    """The word that comes first by greedy, and the probability of all its tokens together."""
    word, probability, state = "", 1.0, State(prompt=prompt)
    while True:
        view = look(engine, state)
        first = int(view.last.order[0])
        text = view.token(first).text
        if word and not text[:1].isalpha():
            return word.strip(), probability
        word += text
        probability *= float(view.last.plain[first])
        state = state.with_written((*state.written, first))


def _loops(view: View) -> dict[str, list[Any]]:
    """How much greedy repeats itself after the beginning that was found for it."""
    (length,) = growing.CONTROLS
    greedy, _ = growing.data(view, length.start)["ways"]
    return {
        "loop_again": ["integer", greedy["again"]],
        "loop_length": ["integer", len(greedy["tokens"])],
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
