"""Facts told one after another, now and then introduced, joined, or asked for."""

from __future__ import annotations

import re

from gpt.training.knowledge import french
from gpt.training.knowledge.datafiles import phrases
from gpt.training.knowledge.fact import Fact
from gpt.training.knowledge.frame import framed, small, topic
from gpt.training.knowledge.telling import Telling

JOINTS = {"en": (", and ", ", and ", "; "), "fr": (", et ", ", et ", " ; ")}
LONGEST_JOINED = 150


def lesson(facts: list[Fact], telling: Telling) -> str:
    """A paragraph or two; some have a beginning that says what they are about, some an end."""
    rng, language = telling.rng, telling.language
    told = _sentences(facts, telling)
    if rng.random() < 0.45:
        opening = rng.choice(phrases("openings", language))
        told.insert(0, framed(opening, telling, topic(facts, telling)))
    if rng.random() < 0.15:
        told.append(framed(rng.choice(phrases("closings", language)), telling))
    if len(told) > 7 or rng.random() < 0.15:
        cut = rng.randint(3, max(3, len(told) - 3))
        return "\n\n".join(" ".join(part) for part in (told[:cut], told[cut:]) if part)
    return rng.choice((" ", " ", " ", "\n")).join(told)


def _sentences(facts: list[Fact], telling: Telling) -> list[str]:
    rng, language = telling.rng, telling.language
    said = [_said(fact, telling) for fact in facts]
    told: list[str] = []
    i = 0
    while i < len(said):
        sentence, roll = said[i], rng.random()
        following = said[i + 1] if i + 1 < len(said) else ""
        same_topic = bool(following) and facts[i].topic == facts[i + 1].topic
        if roll < 0.16 and same_topic and _can_be_joined(sentence, following, language):
            joint = rng.choice(JOINTS[language])
            told.append(sentence[:-1] + joint + str(small(following, language)))
            i += 1
        elif roll > _introduced_above(facts[i]) and _is_plain(sentence, language):
            told.append(_introduced(sentence, telling))
        else:
            told.append(sentence)
        i += 1
    return told


def _said(fact: Fact, telling: Telling) -> str:
    if fact.questions and telling.rng.random() < 0.1:
        question, short = telling.question(fact)
        in_full = telling.rng.random() < 0.5
        return f"{question} {telling.full_answer(fact, short) if in_full else short}"
    return telling.sentence(fact)


def _introduced_above(fact: Fact) -> float:
    """A fact of few words is introduced more often, so that its tellings differ too."""
    return 0.86 if len(fact.cycle) > 7 else 0.5


def _introduced(sentence: str, telling: Telling) -> str:
    """Everybody knows that the sentence."""
    language = telling.language
    beginning = framed(telling.rng.choice(phrases("beginnings", language)), telling)
    going_on = str(small(sentence, language))
    if language == "fr" and beginning.endswith(" que"):
        return beginning.removesuffix("que") + french.que(going_on)
    return f"{beginning} {going_on}"


def _can_be_joined(one: str, other: str, language: str) -> bool:
    short = len(one) + len(other) < LONGEST_JOINED
    return short and _is_plain(one, language) and _is_plain(other, language)


def _is_plain(sentence: str, language: str) -> bool:
    """One statement, without a name at its head or a sign that asks for its own sentence."""
    one_stop = sentence.endswith(".") and sentence.count(".") == 1
    return one_stop and not re.search(r"[?!:;\"«]", sentence) and bool(small(sentence, language))
