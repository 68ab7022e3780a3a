"""The words around the facts: who speaks, to whom, about what."""

from __future__ import annotations

from functools import cache

from gpt.training.knowledge import english, french
from gpt.training.knowledge.datafiles import phrases
from gpt.training.knowledge.fact import Fact
from gpt.training.knowledge.filters import capitalise
from gpt.training.knowledge.pattern import choose
from gpt.training.knowledge.telling import Telling

SMALL_FIRST_LETTER = {
    "en": english.small_first_letter,
    "fr": french.small_first_letter,
}


def framed(phrase: str, telling: Telling, topic: str = "") -> str:
    """A phrase with two names, a grown-up and a topic in the place of its braces."""
    name, other = telling.rng.sample(children(telling.language), 2)
    grown_up = telling.rng.choice(phrases("grown-ups", telling.language))
    text = choose(phrase, telling.rng).replace("{topic}", topic)
    text = text.replace("{name}", name).replace("{name2}", other).replace("{grown}", grown_up)
    return capitalise(text)


@cache
def children(language: str) -> tuple[str, ...]:
    """The names of all children."""
    return phrases("boys", language) + phrases("girls", language)


def topic(facts: list[Fact], telling: Telling) -> str:
    """What the facts are about, as it stands after about or, in French, with its de."""
    topics = {fact.topic for fact in facts}
    if len(topics) > 1:
        return telling.rng.choice(phrases("many topics", telling.language))
    about = facts[0].topic
    if telling.language == "en":
        return about
    return " et ".join(french.de(part) for part in about.split(" et "))


def small(sentence: str, language: str) -> str | None:
    """The sentence with a small first letter, None where that letter belongs to a name."""
    return SMALL_FIRST_LETTER[language](sentence)
