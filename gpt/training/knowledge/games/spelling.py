"""First and last words, first and last letters, sentences repeated."""

from __future__ import annotations

import re

from gpt.training.knowledge.datafiles import phrases
from gpt.training.knowledge.filters import bare, capitalise
from gpt.training.knowledge.frame import children
from gpt.training.knowledge.french import elides, le
from gpt.training.knowledge.telling import Telling


def spelling(telling: Telling) -> str:
    """Three or four observations."""
    observe = _english if telling.language == "en" else _french
    lines = [observe(telling) for _ in range(telling.rng.randint(3, 4))]
    return telling.rng.choice(("\n", " ")).join(lines)


def _english(telling: Telling) -> str:
    rng = telling.rng
    words = _words(telling)
    listed, word = ", ".join(words), rng.choice(words)
    where = rng.choice(phrases("places", "en"))
    sentence = f"The {rng.choice(phrases('belongings', 'en'))} is {where}."
    last = where.split()[-1]
    return rng.choice(
        (
            f'The first word of the sentence "{sentence}" is "The", and the last word is "{last}".',
            f"In the list {listed}, the first word is {words[0]} and the last word is {words[-1]}.",
            f"The word {word} is spelled {', '.join(word)}.",
            f"The first letter of {word} is {word[0]}, and the last letter is {word[-1]}.",
            f'{rng.choice(children("en"))} says: "{sentence}" Everybody repeats: "{sentence}"',
            f"In the list {listed}, after {words[0]} comes {words[1]}.",
        )
    )


def _french(telling: Telling) -> str:
    rng = telling.rng
    words = _words(telling)
    listed, word = ", ".join(words), rng.choice(words)
    of_word = f"d'{word}" if elides(word) else f"de {word}"
    where = rng.choice(phrases("places", "fr"))
    sentence = f"{capitalise(le(rng.choice(phrases('belongings', 'fr'))))} est {where}."
    last = re.split(r"[ ']", where)[-1]
    return rng.choice(
        (
            f"Le dernier mot de la phrase « {sentence} » est « {last} ».",
            f"Dans la liste {listed}, le premier mot est {words[0]}"
            f" et le dernier mot est {words[-1]}.",
            f"Le mot {word} s'écrit {', '.join(word)}.",
            f"La première lettre {of_word} est {word[0]}, et la dernière lettre est {word[-1]}.",
            f"{rng.choice(children('fr'))} dit : « {sentence} »"
            f" Tout le monde répète : « {sentence} »",
            f"Dans la liste {listed}, après {words[0]} vient {words[1]}.",
        )
    )


def _words(telling: Telling) -> list[str]:
    kind = telling.rng.choice(("animals", "things", "fruits"))
    words = [bare(word) for word in phrases(kind, telling.language)]
    return telling.rng.sample(words, telling.rng.randint(3, 5))
