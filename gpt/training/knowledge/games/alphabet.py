"""Words to be put in the order of the alphabet."""

from __future__ import annotations

from gpt.training.knowledge.datafiles import phrases
from gpt.training.knowledge.filters import bare, capitalise
from gpt.training.knowledge.telling import Telling

PHRASES = {
    "en": (
        "Put these words in alphabetical order: {words}. In alphabetical order: {sorted}.",
        "{words}: in alphabetical order, that makes {sorted}.",
        "In the dictionary, the words {words} come in this order: {sorted}.",
    ),
    "fr": (
        "Range ces mots dans l'ordre alphabétique : {words}. Dans l'ordre alphabétique : {sorted}.",
        "{words} : dans l'ordre alphabétique, cela donne {sorted}.",
        "Dans le dictionnaire, les mots {words} se suivent ainsi : {sorted}.",
    ),
}
WITHOUT_ACCENTS = str.maketrans("éèêàâîôûç", "eeeaaiouc")


def alphabet(telling: Telling) -> str:
    """Two or three lists of three to five words, no two of which begin alike."""
    rng, language = telling.rng, telling.language
    lines = []
    for _ in range(rng.randint(2, 3)):
        words = _words(telling)
        in_order = sorted(words, key=lambda word: word.translate(WITHOUT_ACCENTS))
        phrase = rng.choice(PHRASES[language])
        line = phrase.format(words=", ".join(words), sorted=", ".join(in_order))
        lines.append(capitalise(line))
    return rng.choice(("\n", " ")).join(lines)


def _words(telling: Telling) -> list[str]:
    kinds = ("animals", "fruits", "things", "colours")
    pool = [bare(word) for kind in kinds for word in phrases(kind, telling.language)]
    by_letter: dict[str, str] = {}
    for word in telling.rng.sample(pool, len(pool)):
        by_letter.setdefault(word[0].translate(WITHOUT_ACCENTS), word)
    return list(by_letter.values())[: telling.rng.randint(3, 5)]
