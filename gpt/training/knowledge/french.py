"""French words in a sentence: article, elision, preposition, gender and number.

A noun comes with its article ("une vache", "l'Égypte", "du pain"), a name of a town without.
"""

from __future__ import annotations

import re

from gpt.training.knowledge.datafiles import phrases

ASPIRATED = re.compile(
    "ha(che|mac|mbourg|mster|nche|ngar|noï|ricot|rpe|ut)|h(érisson|éros|ibou|ockey)"
    "|ho(llande|mard|ngrie)|hu(it|tte)"
)
"""How words begin whose h lets no elision through."""

NO_ELISION = ("oui", "onz", "ouaga")

ARTICLE = re.compile(r"(une|un|de la|du|des|les|le|la) (.+)|(?:de l'|l')(.+)")
DEFINITE = {"une": "la", "un": "le", "de la": "la", "du": "le", "des": "les"}


def elides(word: str) -> bool:
    """Whether le, de, que lose their vowel before the word."""
    word = word.lower()
    if word.startswith("h"):
        return not ASPIRATED.match(word)
    return word[:1] in tuple("aàâeéèêiîoôuœ") and not word.startswith(NO_ELISION)


def split_article(noun: str) -> tuple[str, str]:
    """The definite article and the word: "une vache" is ("la", "vache"), "Paris" ("", "Paris")."""
    if noun == "Le Caire":  # du Caire, au Caire
        return "le", "Caire"
    match = ARTICLE.match(noun)
    if not match:
        return "", noun
    if match[3]:
        return "l'", match[3]
    article = DEFINITE.get(match[1], match[1])
    return ("l'" if article != "les" and elides(match[2]) else article), match[2]


def bare(noun: str) -> str:
    """The word without its article: vache."""
    return split_article(noun)[1]


def le(noun: str) -> str:
    """With its definite article: la vache, l'herbe, Paris."""
    return _join(*split_article(noun))


def de(noun: str) -> str:
    """After de: de la vache, du Caire, d'Anvers."""
    article, word = split_article(noun)
    if not article:
        return ("d'" if elides(word) else "de ") + word
    return _join({"le": "du", "les": "des", "la": "de la", "l'": "de l'"}[article], word)


def au(noun: str) -> str:
    """After à: à la vache, au Caire, à Anvers."""
    article, word = split_article(noun)
    return _join({"": "à", "le": "au", "les": "aux", "la": "à la", "l'": "à l'"}[article], word)


def en(country: str) -> str:
    """In a country: en France, au Maroc, aux Pays-Bas, à Cuba."""
    article, word = split_article(country)
    if word == "Haïti":
        return "en Haïti"
    return _join({"": "à", "le": "au", "les": "aux", "la": "en", "l'": "en"}[article], word)


def de_pays(country: str) -> str:
    """Of a country, as towns are: de France, d'Italie, du Maroc, des Pays-Bas."""
    article, word = split_article(country)
    return de(word if article in ("la", "l'") else country)


def que(clause: str) -> str:
    """The clause after que: qu'elle est là."""
    return ("qu'" if elides(clause) else "que ") + clause


def je(verb: str) -> str:
    """The verb after je: j'ai, je suis."""
    return ("j'" if elides(verb) else "je ") + verb


def is_feminine(noun: str) -> bool:
    """Of a noun with an article that says so."""
    return noun.startswith(("une ", "la ", "de la "))


def il(noun: str) -> str:
    """The pronoun that stands for the noun: elle for une vache."""
    return "elle" if is_feminine(noun) else "il"


def lui(noun: str) -> str:
    """The same after a preposition: chez elle, chez lui."""
    return "elle" if is_feminine(noun) else "lui"


def celui(noun: str) -> str:
    """celle for la boulangère, celui for le boulanger."""
    return "celle" if is_feminine(noun) else "celui"


def e(noun: str) -> str:
    """The e that an adjective takes beside the noun, or nothing: petit, petite."""
    return "e" if is_feminine(noun) else ""


def pluriel(noun: str) -> str:
    """Of the kinds of animals: oiseaux, poissons."""
    word = bare(noun)
    return word + ("x" if word.endswith("eau") else "s")


def small_first_letter(sentence: str) -> str | None:
    """The sentence as the continuation of another; None where its first word is a name."""
    first = re.match(r"[\w'À-]+", sentence)
    if first and (
        first[0] in phrases("small first words", "fr") or re.match(r"[LDQ]'[a-zéêœâ]", first[0])
    ):
        return sentence[0].lower() + sentence[1:]
    return None


def _join(article: str, word: str) -> str:
    if not article:
        return word
    return article + word if article.endswith("'") else f"{article} {word}"
