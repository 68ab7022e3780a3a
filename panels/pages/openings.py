"""What a panel opens on, where the example of all panels would show little: an address of its own.

They are found by a search in what the model does, when the pages are recorded.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from functools import cache
from itertools import combinations, product

from engine.engine import Engine
from gpt.habits import HABITS
from panels import blocks, duel, feed_forward, full_context, growing, sentence, switches
from panels.screen.acts import ANSWER_TOKENS, write
from panels.screen.example import first_state
from panels.screen.state import MODEL, State, from_query, written_out
from panels.screen.view import View, look
from panels.screen.words import SITE, words_of
from panels.training import RUN

ENOUGH = 1 / 3
"""The weight from which on there is something to see."""

SENTENCE = 12
"""The tokens that make a sentence worth watching."""

SEEDS = (1, 2, 3)
"""The draws that each of its beginnings gets."""

Opening = Mapping[str, str]


def found(engine: Engine, language: str) -> dict[str, Opening]:
    """The openings of a language, by the panel's name: what the panel's address would hold."""
    words = words_of(language)
    weighed = _one_weight(engine, words.list("weight.sentences"))
    return {
        "attention": {name: value for name, value in weighed.items() if name != "looked"},
        "weight": weighed,
        "heads": _nearest(engine, words("heads.story")),
        "blocks": _soonest_sure(engine, words.list("blocks.beginnings")),
        "feed_forward": _furthest_pushing(look(engine, first_state(language))),
        "switches": _most_missed(look(engine, first_state(language))),
        "continues": _gone_on(engine, words.list("continues.questions")[0]),
        "sentence": _surest_sentence(engine, words.list("sentence.beginnings")),
        "growing": _most_repeated(engine, language),
        "full_context": _most_forgotten(look(engine, first_state(language))),
        "duel": _first_text(language),
    }


def view_of(engine: Engine, language: str, opening: Opening) -> View:
    """The screen of an opening; of an empty one, the example's."""
    asked = {"prompt": first_state(language).prompt, **opening}
    return look(engine, from_query(asked, engine.model.tokenizer.size)[0])


@cache
def openings(language: str) -> dict[str, Opening]:
    """What was found when the pages were recorded; a panel without one opens on the example."""
    path = SITE / "recorded" / f"pages.{language}.json"
    recorded: dict[str, Opening] = json.loads(path.read_text("utf-8"))["openings"]
    return recorded


def opened(panel: str, language: str, query: Mapping[str, str]) -> dict[str, str]:
    """An address with all that it leaves open: without a prompt, it asks for what is opened on.

    What another model than ours would have written is not known beforehand. A seed's box that was
    emptied leaves it open.
    """
    query = {name: value for name, value in query.items() if value or name != "seed"}
    if "prompt" in query:
        return query
    opening = {"prompt": first_state(language).prompt, **openings(language).get(panel, {})}
    if query.get("model", MODEL) != MODEL:
        opening.pop("written", None)
    return {**opening, **query}


def _one_weight(engine: Engine, sentences: list[str]) -> Opening:
    """A sentence, and the head in which its second marked word looks most at the first.

    The first sentence in which that is a third of its weight is taken, or else the one that comes
    nearest to it.
    """
    best: tuple[float, Opening] = (0.0, {})
    for text in sentences:
        weight, opening = _looking_back(engine, text)
        best = max(best, (weight, opening), key=lambda each: each[0])
        if weight >= ENOUGH:
            break
    return best[1]


def _looking_back(engine: Engine, sentence: str) -> tuple[float, Opening]:
    """The largest weight that the second marked word of a sentence gives to the first."""
    before, noun, between, verb, _ = re.split(r"\*", sentence)
    prompt = sentence.replace("*", "")
    view = look(engine, State(prompt=prompt))
    to = _position(view, before + noun)
    at = _position(view, before + noun + between + verb)
    config = view.model.network.config
    weights = view.trace(*range(config.layers)).attention[:, :, at, to]  # (L, H)
    block, head = divmod(int(weights.argmax()), config.heads)
    opening = {
        "prompt": prompt,
        "position": str(at),
        "block": str(block + 1),
        "head": str(head + 1),
        "looked": str(to),
    }
    return float(weights.max()), opening


def _position(view: View, beginning: str) -> int:
    """Where in the reading the last token of its text's beginning stands."""
    return len(view.engine.prompt_ids(beginning)) - 1 + int(view.tokenizer.reads_start)


def _nearest(engine: Engine, prompt: str) -> Opening:
    """A text, and the head whose positions look most at the token before them."""
    view = look(engine, State(prompt=prompt))
    shares = view.glance(1).habits[..., HABITS.index("before")]  # (L, H)
    block, head = divmod(int(shares.argmax()), shares.shape[1])
    return {"prompt": prompt, "block": str(block + 1), "head": str(head + 1)}


def _soonest_sure(engine: Engine, beginnings: list[str]) -> Opening:
    """The beginning whose answer, read through the lens, is on average most probable early on.

    The mean goes over the blocks, the last one too: an answer that comes at the end alone gets
    little.
    """

    def mean(prompt: str) -> float:
        stages = blocks.data(look(engine, State(prompt=prompt)))["stages"][1:]
        return float(sum(stage["final"]["probability"] for stage in stages)) / len(stages)

    return {"prompt": max(beginnings, key=mean)}


def _furthest_pushing(view: View) -> Opening:
    """Of the most active neurons, the one that adds most, directly, to any one logit."""

    def pushed(block: int, neuron: int) -> float:
        drawn = feed_forward.data(view, block, neuron)
        return float(drawn["activation"] * drawn["adds"][0]["points"])

    active = [
        (block, each["neuron"])
        for block in range(1, view.model.network.config.layers + 1)
        for each in feed_forward.data(view, block, 0)["strongest"]
    ]
    block, neuron = max(active, key=lambda each: pushed(*each))
    return {"block": str(block), "neuron": str(neuron)}


def _most_missed(view: View) -> Opening:
    """The head without which the prediction changes most, and the two words that change it most."""
    config = view.model.network.config

    def moved(off: int, block: int = 1, which: int = 1, first: int = 1, second: int = 1) -> float:
        return float(switches.data(view, off, block, which, first, second)["moved"])

    heads = product(range(1, config.layers + 1), range(1, config.heads + 1))
    block, head = max(heads, key=lambda each: moved(switches.HEAD, *each))
    words = range(1, switches.data(view, switches.HEAD, 1, 1, 1, 1)["words_all"] + 1)
    first, second = max(combinations(words, 2), key=lambda each: moved(switches.WORDS, 1, 1, *each))
    return {
        "off": str(switches.HEAD),
        "block": str(block),
        "which": str(head),
        "first": str(first),
        "second": str(second),
    }


def _gone_on(engine: Engine, question: str) -> Opening:
    """A question, and the tokens with which the model goes on."""
    written = write(engine, State(prompt=question), ANSWER_TOKENS).written
    return {"prompt": question, "written": written_out(written)}


def _surest_sentence(engine: Engine, beginnings: list[str]) -> Opening:
    """The beginning and the seed of the sentence, neither short nor cut, that surprises least."""

    def surest(asked: State) -> tuple[bool, float]:
        drawn = sentence.data(look(engine, asked))
        tokens = drawn["tokens"]
        fit = drawn["whole"] and len(tokens) >= SENTENCE
        return fit, sum(math.log(each["probability"]) for each in tokens) / max(1, len(tokens))

    asked = max((State(each, seed=seed) for each in beginnings for seed in SEEDS), key=surest)
    return {"prompt": asked.prompt, "seed": str(asked.seed)}


def _most_repeated(engine: Engine, language: str) -> Opening:
    """Of the beginnings that the training was asked for, the one greedy goes round after most."""
    (length,) = growing.CONTROLS

    def again(prompt: str) -> int:
        drawn = growing.data(look(engine, State(prompt=prompt)), length.start)
        return int(drawn["ways"][0]["again"])

    beginnings = [each["text"] for each in RUN["prompts"] if each["language"] == language]
    return {"prompt": max(beginnings, key=again)}


def _first_text(language: str) -> Opening:
    """No text of the reader's own, but the first of ours in the language."""
    number = next(n for n, each in enumerate(duel.TEXTS, 1) if each["language"] == language)
    return {"prompt": "", "text": str(number)}


def _most_forgotten(view: View) -> Opening:
    """Of the moments when the older half has just gone, the one that changes the guesses most."""
    window, more = full_context.CONTROLS

    def moved(written: float) -> float:
        return float(full_context.data(view, window.start, written)["distance"])

    passes = full_context.data(view, window.start, more.most)["passes"]
    first = passes[0]["length"]
    fallen = [each["length"] - first for each in passes if each["full"]]
    return {"more": str(max(fallen, key=moved))}
