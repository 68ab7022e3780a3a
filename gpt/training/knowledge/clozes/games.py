"""Prompts whose answer stands in them: words in turn, and what is said of invented names."""

from __future__ import annotations

import random
from collections.abc import Iterator

from gpt.training.knowledge.clozes.line import Cloze
from gpt.training.knowledge.datafiles import phrases
from gpt.training.knowledge.english import a
from gpt.training.knowledge.filters import capitalise
from gpt.training.knowledge.french import le
from gpt.training.knowledge.games.invention import invented_name

GAMES = 36


def of_games(language: str) -> Iterator[Cloze]:
    """With other names and things than those that are told; one in five is open."""
    rng = random.Random(f"cloze {language} games")
    for number in range(GAMES):
        prompt, answer = _game(number % 6, language, rng)
        yield Cloze(language, prompt, (answer,), False, number % 5 != 0, "game")


def _game(kind: int, language: str, rng: random.Random) -> tuple[str, str]:
    """Two words in turn, three words in turn, who is it, what colour, where, say it again."""
    one, other = invented_name(rng), invented_name(rng)
    what = rng.choice(phrases("characters", language))
    colour = rng.choice(phrases("plain colours", language))
    thing, second = rng.sample(phrases("belongings", language), 2)
    where, place = rng.choice(
        [whole.rsplit(" ", 1) for whole in phrases("places", language) if "'" not in whole]
    )
    words = rng.sample(phrases("colours", language), 3)
    if kind == 0:
        return f"{', '.join(words[:2] * 3)}, {words[0]},", words[1]
    if kind == 1:
        return f"{', '.join(words * 2)}, {words[0]},", words[1]
    if language == "en":
        article = a(what).split()[0]
        return {
            2: (f"{one} is {a(what)}. What is {one}? {one} is {article}", what),
            3: (
                f"{one} has {a(colour)} {thing}. {other} has {a(second)}."
                f" What colour is the {thing}? The {thing} is",
                colour,
            ),
            4: (f"{one} lives {where} {place}. Where does {one} live? {one} lives {where}", place),
            5: (
                f'{one} says: "The {thing} is {where} {place}."'
                f' Everybody repeats: "The {thing} is {where}',
                place,
            ),
        }[kind]
    article, name = what.split()
    the_thing = capitalise(le(thing))
    return {
        2: (f"{one} est {what}. Qui est {one} ? {one} est {article}", name),
        3: (
            f"{one} a {thing} {colour}. {other} a {second}."
            f" De quelle couleur est {le(thing)} ? {the_thing} est",
            colour,
        ),
        4: (f"{one} habite {where} {place}. Où habite {one} ? {one} habite {where}", place),
        5: (
            f"{one} dit : « {the_thing} est {where} {place}. »"
            f" Tout le monde répète : « {the_thing} est {where}",
            place,
        ),
    }[kind]
