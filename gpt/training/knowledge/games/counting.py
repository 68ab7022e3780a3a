"""Things named one by one, and their number."""

from __future__ import annotations

from gpt.training.knowledge.datafiles import phrases
from gpt.training.knowledge.english import a
from gpt.training.knowledge.filters import bare, capitalise
from gpt.training.knowledge.numbers import in_words
from gpt.training.knowledge.telling import Telling

KINDS = {
    "en": {"animals": "animals", "fruits": "fruits", "things": "things"},
    "fr": {"animals": "animaux", "fruits": "fruits", "things": "choses"},
}


def counting(telling: Telling) -> str:
    """Three or four times, two to six things."""
    lines = [_counted(telling) for _ in range(telling.rng.randint(3, 4))]
    return telling.rng.choice(("\n", " ")).join(lines)


def _counted(telling: Telling) -> str:
    rng, language = telling.rng, telling.language
    kind = rng.choice(tuple(KINDS[language]))
    plural = KINDS[language][kind]
    words = rng.sample(phrases(kind, language), rng.randint(2, 6))
    many = in_words(len(words), language)
    aloud = ", ".join(in_words(n, language) for n in range(1, len(words) + 1))
    if language == "en":
        named = [a(word) for word in words]
        listed = ", ".join(named[:-1]) + " and " + named[-1]
        where = "In the yard" if kind == "animals" else "On the table"
        return rng.choice(
            (
                f"{capitalise(listed)}: that makes {many} {plural}.",
                f"How many {plural} are there here: {', '.join(words)}? There are {many}.",
                f"{where} we see {listed}. Count them: {aloud}. There are {many}.",
            )
        )
    listed = ", ".join(words[:-1]) + " et " + words[-1]
    unnamed = ", ".join(bare(word) for word in words)
    return rng.choice(
        (
            f"{capitalise(listed)} : cela fait {many} {plural}.",
            f"Combien de mots y a-t-il ici : {unnamed} ? Il y a {many} mots.",
            f"On voit {listed}. Comptons : {aloud}. Il y en a {many}.",
        )
    )
