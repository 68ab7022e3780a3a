"""Little sums in words: who has how many, and then."""

from __future__ import annotations

import random

from gpt.training.knowledge.datafiles import phrases
from gpt.training.knowledge.filters import capitalise
from gpt.training.knowledge.french import de
from gpt.training.knowledge.numbers import in_words
from gpt.training.knowledge.telling import Telling


def problem(telling: Telling) -> str:
    """Two or three problems."""
    rng = telling.rng
    tell = _english if telling.language == "en" else _french
    lines = [tell(rng) for _ in range(rng.randint(2, 3))]
    return rng.choice(("\n\n", " ", "\n")).join(lines)


def _english(rng: random.Random) -> str:
    pronoun, name = _child(rng, "en", "he", "she")
    x, y, (few, more, all_) = _numbers(rng, "en")
    things = rng.choice(phrases("counted things", "en"))
    giver = rng.choice(("Mum", "Dad", "A friend"))
    return rng.choice(
        (
            f"{name} has {few} {things}. {giver} gives {name} {more} more."
            f" Now {name} has {all_} {things}.",
            f"{name} has {few} {things} and finds {more} more. How many {things} has {pronoun} got?"
            f" {capitalise(all_)}, because {x} + {y} = {x + y}.",
            f"{name} has {all_} {things} and gives away {few}. Now {pronoun} has {more} {things}.",
            f"There were {all_} {things} in the basket. {name} takes {few}."
            f" {capitalise(more)} are left, because {x + y} - {x} = {y}.",
        )
    )


def _french(rng: random.Random) -> str:
    pronoun, name = _child(rng, "fr", "il", "elle")
    x, y, (few, more, all_) = _numbers(rng, "fr")
    things = rng.choice(phrases("counted things", "fr"))
    giver = rng.choice(("Maman", "Papa", "Sa sœur"))
    return rng.choice(
        (
            f"{name} a {few} {things}. {giver} lui en donne encore {more}."
            f" Maintenant, {name} a {all_} {things}.",
            f"{name} a {few} {things} et en trouve encore {more}. Combien {de(things)}"
            f" a-t-{pronoun} ? {capitalise(all_)}, car {x} + {y} = {x + y}.",
            f"{name} a {all_} {things} et en donne {few}. Maintenant, {pronoun} a {more} {things}.",
            f"Il y avait {all_} {things} dans le panier. {name} en prend {few}."
            f" Il en reste {more}, car {x + y} - {x} = {y}.",
        )
    )


def _child(rng: random.Random, language: str, he: str, she: str) -> tuple[str, str]:
    pronoun, names = rng.choice(((he, "boys"), (she, "girls")))
    return pronoun, rng.choice(phrases(names, language))


def _numbers(rng: random.Random, language: str) -> tuple[int, int, list[str]]:
    """Two numbers from 2 to 9, and both with their sum as the text shows them."""
    x, y = rng.randint(2, 9), rng.randint(2, 9)
    in_figures = rng.random() < 0.5
    shown = [str(n) if in_figures else in_words(n, language) for n in (x, y, x + y)]
    return x, y, shown
