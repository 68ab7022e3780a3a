"""Two children meet, say hello, ask this and that, and part."""

from __future__ import annotations

import random

from gpt.training.knowledge.datafiles import phrases
from gpt.training.knowledge.frame import children
from gpt.training.knowledge.numbers import in_words
from gpt.training.knowledge.pattern import choose
from gpt.training.knowledge.telling import Telling


def small_talk(telling: Telling) -> str:
    """A greeting, one to three exchanges, a goodbye."""
    rng, language = telling.rng, telling.language
    exchanges = phrases("exchanges", language)
    lines = [
        *phrases("greetings", language),
        *(line for pair in rng.sample(exchanges, rng.randint(1, 3)) for line in pair.split(" / ")),
        *phrases("goodbyes", language),
    ]
    one, other = rng.sample(children(language), 2)
    blanks = {"name": one, "name2": other, **_drawn(rng, language)}
    said = [choose(line, rng) for line in lines]
    for blank, words in blanks.items():
        said = [line.replace("{" + blank + "}", words) for line in said]
    if language == "en":
        return rng.choice(("\n", "\n\n", " ")).join(f'"{line}"' for line in said)
    return rng.choice(("\n", "\n\n")).join(f"— {line}" for line in said)


def _drawn(rng: random.Random, language: str) -> dict[str, str]:
    return {
        "age": in_words(rng.randint(5, 11), language),
        "home": rng.choice(phrases("homes", language)),
        "day": rng.choice(phrases("days", language)),
    }
