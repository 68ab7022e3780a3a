"""Everything told once: lessons, dialogues, quizzes, lists, verses, sequences and games."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass

from gpt.training.knowledge.dialogue import dialogue
from gpt.training.knowledge.fact import Fact, facts
from gpt.training.knowledge.games import GAMES
from gpt.training.knowledge.lesson import lesson
from gpt.training.knowledge.listing import listing
from gpt.training.knowledge.quiz import quiz
from gpt.training.knowledge.sequences import sequences, times_table
from gpt.training.knowledge.telling import Telling
from gpt.training.knowledge.verses import told, verses

MIXED_SHARE = 0.36
"""How much of each relation is told among facts of other relations."""

SEQUENCES, TIMES_TABLES = 22, 6


@dataclass(frozen=True)
class Document:
    """`kind` is fact, pair (of words of both languages), verse, sequence or game."""

    kind: str
    text: str


def one_pass(language: str, number: int) -> list[Document]:
    """The documents of a pass, shuffled. They depend on the number alone."""
    return documents_of(Telling(language, number))


def documents_of(telling: Telling) -> list[Document]:
    """The same of a telling that has just begun, which knows afterwards what it told."""
    rng, language = telling.rng, telling.language
    of_one_language = [fact for fact in facts(language) if not fact.is_language_pair]
    of_both = [fact for fact in facts(language) if fact.is_language_pair]
    made = [Document("fact", text) for text in _about(of_one_language, telling)]
    made += [Document("pair", text) for text in _about(of_both, telling)]
    made += [Document("verse", told(verse, telling)) for verse in verses(language)]
    made += [Document("sequence", sequences(telling)) for _ in range(SEQUENCES)]
    for number_of_table in rng.sample(range(1, 11), TIMES_TABLES):
        made.append(Document("sequence", times_table(number_of_table, telling)))
    for game, count in GAMES.items():
        made += [Document("game", game(telling)) for _ in range(count)]
    rng.shuffle(made)
    return [Document(document.kind, _tidied(document.text)) for document in made]


def _about(chosen: list[Fact], telling: Telling) -> Iterator[str]:
    """Documents in which each of the facts is told as often as it should be."""
    rng = telling.rng
    by_relation: dict[str, list[Fact]] = {}
    mixed: list[Fact] = []
    for fact in chosen:
        by_relation.setdefault(fact.relation, []).append(fact)
        mixed += [fact] * (fact.often - 1)
    telling.plainly_once(chosen)
    for group in by_relation.values():
        for part in _parts(rng.sample(group, len(group)), 4, 10, rng):
            if rng.random() < MIXED_SHARE:
                mixed += part
            else:
                yield _document(part, telling)
    rng.shuffle(mixed)
    for part in _parts(mixed, 4, 9, rng):
        yield _document(part, telling)


def _document(group: list[Fact], telling: Telling) -> str:
    """A quiz, a dialogue, a list, or most often a lesson, as far as the facts lend themselves."""
    roll = telling.rng.random()
    asked = [fact for fact in group if fact.questions]
    if roll < 0.22 and len(asked) > 2:
        return _with_rest(quiz(asked, telling), group, asked, telling)
    if 0.22 <= roll < 0.36 and len(asked) > 1:
        return _with_rest(dialogue(asked[:6], telling), group, asked[:6], telling)
    if 0.36 <= roll < 0.46 and _is_listable(group):
        return listing(group, telling)
    half = len(group) // 2
    later = [fact for fact in asked if fact in group[half:]]
    if 0.46 <= roll < 0.52 and len(later) > 2:
        second = quiz(later, telling)
        first = [fact for fact in group if fact not in later]
        return lesson(first, telling) + "\n\n" + second
    return lesson(group, telling)


def _with_rest(text: str, group: list[Fact], asked: list[Fact], telling: Telling) -> str:
    rest = [fact for fact in group if fact not in asked]
    return f"{text}\n\n{lesson(rest, telling)}" if rest else text


def _is_listable(group: list[Fact]) -> bool:
    return len(group) > 2 and group[0].pairs != () and len({fact.relation for fact in group}) == 1


def _parts(items: list[Fact], least: int, most: int, rng: random.Random) -> Iterator[list[Fact]]:
    """Runs of least to most items; what would be left over at the end joins the last."""
    start = 0
    while start < len(items):
        size, left = rng.randint(least, most), len(items) - start
        if left - size < least and left <= most + least:
            size = left
        yield items[start : start + size]
        start += size


def _tidied(text: str) -> str:
    text = re.sub(r"[ \t]+", " ", text)
    text = re.sub(r" *\n *", "\n", text)
    return re.sub(r"\n{3,}", "\n\n", text).strip()
