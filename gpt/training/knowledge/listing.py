"""A list with one fact a line, "France: Paris", and some of them said again in sentences."""

from __future__ import annotations

import re

from gpt.training.knowledge.fact import Fact
from gpt.training.knowledge.filters import capitalise
from gpt.training.knowledge.telling import Telling

SEPARATORS = {
    "en": ("\n", "\n", "\n", " / ", "; ", ", "),
    "fr": ("\n", "\n", "\n", " / ", " ; ", ", "),
}
LAST_COLON = {"en": re.compile(r": (?=[^:]+$)"), "fr": re.compile(r" : (?=[^:]+$)")}
COLON = {"en": ":", "fr": " :"}


def listing(facts: list[Fact], telling: Telling) -> str:
    """Facts of one relation that has lines for a list."""
    rng, language = telling.rng, telling.language
    form, separator = rng.randrange(8), rng.choice(SEPARATORS[language])
    sign = rng.choice(("", "", "", "", "", "", " = ", " = ", " -> "))
    lines = [telling.pair(fact, form) for fact in facts]
    if sign and separator != ", ":
        lines = [LAST_COLON[language].sub(sign, line) for line in lines]
    text = separator.join(lines)
    if separator == "\n" and rng.random() < 0.5:
        text = f"{capitalise(facts[0].topic)}{COLON[language]}\n{text}"
    if rng.random() < 0.6:
        again = rng.sample(facts, min(len(facts), rng.randint(2, 4)))
        text += "\n\n" + " ".join(telling.sentence(fact) for fact in again)
    return text
