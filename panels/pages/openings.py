"""What a panel opens on, where the example of all panels would show little: an address of its own.

They are found by a search in what the model does, when the pages are recorded.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache

from engine.engine import Engine
from gpt.habits import HABITS
from panels.screen.example import first_state
from panels.screen.state import State, from_query
from panels.screen.view import View, look
from panels.screen.words import SITE, words_of

ENOUGH = 1 / 3
"""The weight from which on there is something to see."""

Opening = Mapping[str, str]


def found(engine: Engine, language: str) -> dict[str, Opening]:
    """The openings of a language, by the panel's name: what the panel's address would hold.

    Of the sentences in the words, the first is taken in which some head has the second marked word
    give the first a third of its weight, or else the one that comes nearest to it; and the head
    with which it gives most.
    """
    best: tuple[float, Opening] = (0.0, {})
    for sentence in words_of(language).list("weight.sentences"):
        weight, opening = _looking_back(engine, sentence)
        best = max(best, (weight, opening), key=lambda each: each[0])
        if weight >= ENOUGH:
            break
    weighed = best[1]
    mapped = {name: value for name, value in weighed.items() if name != "looked"}
    glanced = _nearest(engine, words_of(language)("heads.story"))
    return {"attention": mapped, "weight": weighed, "heads": glanced}


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
    """An address with all that it leaves open: without a prompt, it asks for what is opened on."""
    if "prompt" in query:
        return dict(query)
    example = {"prompt": first_state(language).prompt}
    return {**example, **openings(language).get(panel, {}), **query}


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
