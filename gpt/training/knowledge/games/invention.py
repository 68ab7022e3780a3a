"""Names that nobody has heard, and what the text says of them."""

from __future__ import annotations

import random
from dataclasses import dataclass

from gpt.training.knowledge.datafiles import phrases
from gpt.training.knowledge.english import a
from gpt.training.knowledge.telling import Telling


@dataclass(frozen=True)
class Creature:
    """An invented name, what bears it, how it looks, and where it is to be found."""

    name: str
    what: str
    colour: str
    verb: str | None
    where: str


VERBS = {"en": ("lives", "sleeps", "is often"), "fr": ("habite", "dort", "joue")}


def invention(telling: Telling) -> str:
    """Two or three creatures, then questions about them with their answers."""
    rng, language = telling.rng, telling.language
    creatures = [_creature(telling) for _ in range(rng.randint(2, 3))]
    said = " ".join(_introduced(creature, telling) for creature in creatures)
    asked: list[str] = []
    for creature in rng.sample(creatures, len(creatures)):
        asked += _asked(creature, language, rng)
    return said + rng.choice(("\n\n", "\n", " ")) + rng.choice((" ", "\n")).join(asked)


def invented_name(rng: random.Random) -> str:
    """Two syllables, sometimes with an ending: Zorlun, Vakmopa."""
    word = "".join(rng.sample(phrases("syllables", ""), 2)).capitalize()
    return word + rng.choice(phrases("endings", "")) if rng.random() < 0.3 else word


def _creature(telling: Telling) -> Creature:
    rng, language = telling.rng, telling.language
    return Creature(
        name=invented_name(rng),
        what=rng.choice(phrases("characters", language)),
        colour=rng.choice(phrases("plain colours", language)),
        verb=rng.choice((*VERBS[language], None)),
        where=rng.choice(phrases("places", language)),
    )


def _introduced(creature: Creature, telling: Telling) -> str:
    name, what = creature.name, creature.what
    if telling.language == "en":
        first = telling.rng.choice(
            (
                f"{name} is {a(what)}.",
                f"{name} is {a(creature.colour)} {what}.",
                f"This is {name}. {name} is {a(what)}.",
            )
        )
    else:
        first = telling.rng.choice(
            (
                f"{name} est {what}.",
                f"{name} est {what} {creature.colour}.",
                f"Voici {name}. {name} est {what}.",
            )
        )
    return f"{first} {name} {creature.verb} {creature.where}." if creature.verb else first


def _asked(creature: Creature, language: str, rng: random.Random) -> list[str]:
    name, what, verb, where = creature.name, creature.what, creature.verb, creature.where
    if language == "en":
        is_what = f"{name} is {a(what)}."
        asked = [
            rng.choice(
                (
                    f"What is {name}? {is_what}",
                    f"Who is {a(what)}? {is_what}",
                    f"Is {name} {a(what)}? Yes, {is_what}",
                )
            )
        ]
        question = {
            "lives": f"Where does {name} live?",
            "sleeps": f"Where does {name} sleep?",
            "is often": f"Where is {name}?",
        }
    else:
        est = f"{name} est {what}."
        asked = [
            rng.choice(
                (
                    f"Qui est {name} ? {est}",
                    f"Qu'est-ce que {name} ? {est}",
                    f"Est-ce que {name} est {what} ? Oui, {est}",
                )
            )
        ]
        question = {verb: f"Où {verb} {name} ?" for verb in VERBS["fr"]}
    if verb:
        asked.append(f"{question[verb]} {name} {verb} {where}.")
    return asked
