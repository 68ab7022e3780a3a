"""A little passage about two children, then questions whose answers stand in it."""

from __future__ import annotations

import random

from gpt.training.knowledge.datafiles import phrases
from gpt.training.knowledge.english import a
from gpt.training.knowledge.filters import capitalise
from gpt.training.knowledge.frame import children
from gpt.training.knowledge.french import le
from gpt.training.knowledge.games.invention import invented_name
from gpt.training.knowledge.numbers import in_words
from gpt.training.knowledge.telling import Telling

STYLES = {
    "en": (("Q: ", "\nA: "), ("Question: ", " Answer: "), ("", " ")),
    "fr": (("Question : ", "\nRéponse : "), ("Q : ", " R : "), ("", " ")),
}
Told = tuple[list[str], list[tuple[str, str]]]
"""Sentences, and questions with their answers."""


def passage(telling: Telling) -> str:
    """Three to five sentences, two to four questions."""
    rng, language = telling.rng, telling.language
    names = rng.sample(children(language), 2)
    if rng.random() < 0.3:
        names[0] = invented_name(rng)
    sentences, questions = (_english if language == "en" else _french)(names, rng)
    asked = rng.sample(questions, min(len(questions), rng.randint(2, 4)))
    before, between = rng.choice(STYLES[language])
    lines = [before + question + between + answer for question, answer in asked]
    return " ".join(sentences) + "\n\n" + "\n".join(lines)


def _english(names: list[str], rng: random.Random) -> Told:
    one, other = names
    thing, second = rng.sample(phrases("belongings", "en"), 2)
    colour, second_colour = rng.sample(phrases("plain colours", "en"), 2)
    where, day = rng.choice(phrases("places", "en")), rng.choice(phrases("days", "en"))
    age, home = in_words(rng.randint(2, 9), "en"), rng.choice(phrases("homes", "en"))

    sentences = [
        rng.choice(
            (
                f"{one} has {a(colour)} {thing}.",
                f"On {day}, {one} found {a(colour)} {thing}.",
                f"{one} got {a(colour)} {thing} for a birthday.",
            )
        ),
        f"{one} put the {thing} {where}.",
        rng.choice(
            (
                f"{other} has {a(second_colour)} {second}.",
                f"{other} only has {a(second)}, and it is {second_colour}.",
            )
        ),
    ]
    questions = [
        (f"What colour is the {thing}?", f"The {thing} is {colour}."),
        (f"Where is the {thing}?", f"The {thing} is {where}."),
        (f"Who has {a(second)}?", f"{other} has {a(second)}."),
        (f"What colour is the {second}?", f"The {second} is {second_colour}."),
    ]
    if sentences[0].startswith("On "):
        questions.append((f"When did {one} find the {thing}?", f"{one} found it on {day}."))
    if rng.random() < 0.5:
        sentences.append(f"{other} is {age} years old.")
        questions.append((f"How old is {other}?", f"{other} is {age} years old."))
    if rng.random() < 0.4:
        sentences.append(f"{other} lives {home}.")
        questions.append((f"Where does {other} live?", f"{other} lives {home}."))
    return sentences, questions


def _french(names: list[str], rng: random.Random) -> Told:
    one, other = names
    thing, second = rng.sample(phrases("belongings", "fr"), 2)
    colour, second_colour = rng.sample(phrases("plain colours", "fr"), 2)
    where, day = rng.choice(phrases("places", "fr")), rng.choice(phrases("days", "fr"))
    age, home = in_words(rng.randint(2, 9), "fr"), rng.choice(phrases("homes", "fr"))
    the_thing, the_second = le(thing), le(second)

    sentences = [
        rng.choice(
            (
                f"{one} a {thing} {colour}.",
                f"{capitalise(day)}, {one} a trouvé {thing} {colour}.",
                f"Pour son anniversaire, {one} a reçu {thing} {colour}.",
            )
        ),
        f"{one} a mis {the_thing} {where}.",
        rng.choice(
            (
                f"{other} a {second} {second_colour}.",
                f"{other}, de son côté, a {second} {second_colour}.",
            )
        ),
    ]
    questions = [
        (f"De quelle couleur est {the_thing} ?", f"{capitalise(the_thing)} est {colour}."),
        (f"Où est {the_thing} ?", f"{capitalise(the_thing)} est {where}."),
        (f"Qui a {second} ?", f"{other} a {second}."),
        (f"De quelle couleur est {the_second} ?", f"{capitalise(the_second)} est {second_colour}."),
    ]
    if sentences[0].startswith(capitalise(day)):
        questions.append((f"Quel jour {one} a trouvé {the_thing} ?", f"{capitalise(day)}."))
    if rng.random() < 0.5:
        sentences.append(f"{other} a {age} ans.")
        questions.append((f"Quel âge a {other} ?", f"{other} a {age} ans."))
    if rng.random() < 0.4:
        sentences.append(f"{other} habite {home}.")
        questions.append((f"Où habite {other} ?", f"{other} habite {home}."))
    return sentences, questions
