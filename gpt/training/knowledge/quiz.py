"""Questions and answers, one after another."""

from __future__ import annotations

from gpt.training.knowledge.datafiles import phrases
from gpt.training.knowledge.fact import Fact
from gpt.training.knowledge.frame import framed, topic
from gpt.training.knowledge.telling import Telling

STYLES = {
    "en": (
        ("Q: ", "\nA: "),
        ("Question: ", "\nAnswer: "),
        ("Q: ", " A: "),
        ("{n}. ", " "),
        ("", " "),
        ("Question: ", " Answer: "),
    ),
    "fr": (
        ("Question : ", "\nRéponse : "),
        ("Q : ", "\nR : "),
        ("Q : ", " R : "),
        ("{n}. ", " "),
        ("", " "),
        ("Question : ", " Réponse : "),
    ),
}
ON_TWO_LINES, UNMARKED = (0, 1), 4


def quiz(facts: list[Fact], telling: Telling) -> str:
    """Facts that have questions, in one of six styles."""
    rng, language = telling.rng, telling.language
    style, in_full = rng.randrange(len(STYLES[language])), rng.random() < 0.35
    before, between = STYLES[language][style]
    items = []
    for number, fact in enumerate(facts, 1):
        question, short = telling.question(fact)
        answer = telling.full_answer(fact, short) if in_full else short
        items.append(before.replace("{n}", str(number)) + question + between + answer)
    opening = ""
    if rng.random() < 0.25:
        phrase = rng.choice(phrases("quiz openings", language))
        opening = framed(phrase, telling, topic(facts, telling)) + "\n"
    if style == UNMARKED and rng.random() < 0.5:
        return opening + " ".join(items)
    spaced = style in ON_TWO_LINES and rng.random() < 0.5
    return opening + ("\n\n" if spaced else "\n").join(items)
