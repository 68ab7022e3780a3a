"""Prompts from the patterns of facts, in words that are told or in words that are not."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache

from gpt.training.knowledge.clozes.line import Cloze
from gpt.training.knowledge.fact import Fact, cloze_shares, facts
from gpt.training.knowledge.numbers import in_words
from gpt.training.knowledge.pattern import prompt as cut
from gpt.training.knowledge.tables import tables

ARTICLE = re.compile(
    r"((?:un|une|le|la|les|du|des|de|au|aux|à|en|dans|sur|autour|son|sa|a|an|the|in|to) )(?=\S)"
)
NEW_SHARE = 0.52
NEW_FIRST = ("geography", "science", "time", "opening")
"""Single facts, of which few have a new phrasing: it is asked wherever there is one."""

LONGEST_PROMPT = 160


def of_facts(language: str) -> Iterator[Cloze]:
    """As many of each relation as its section says, mostly those that are told twice."""
    told_of = _told_of_the_same(language)
    for relation, share in cloze_shares(language).items():
        rng = random.Random(f"cloze {language} {relation}")
        pool = [fact for fact in facts(language) if fact.relation == relation]
        pool = [fact for fact in pool if _has_one_answer(fact, language)]
        order = {fact: (fact.often < 2) + rng.random() + (rng.random() < 0.3) for fact in pool}
        taken = 0
        for fact in sorted(pool, key=order.__getitem__):
            if taken == share:
                break
            if (line := _line(fact, told_of, rng)) is not None:
                taken += 1
                yield line


def _line(fact: Fact, told_of: dict[str, set[str]], rng: random.Random) -> Cloze | None:
    """One way to ask for the fact, None when no pattern asks for a word of its own."""
    seen = [(False, pattern) for pattern in rng.sample(fact.clozes, len(fact.clozes))]
    unseen = [(True, pattern) for pattern in rng.sample(fact.unseen, len(fact.unseen))]
    wants_new = fact.relation in NEW_FIRST or rng.random() < NEW_SHARE
    for new, pattern in [*(unseen if wants_new else []), *seen]:
        made = _prompt(pattern, fact, rng)
        if made is not None:
            prompt, answer = made
            others = told_of.get(fact.key, set()) if _asks_what_it_is(prompt) else set()
            expected = _accepted(answer, fact.language, sorted(others))
            return Cloze(fact.language, prompt, expected, new, fact.kept, fact.relation)
    return None


def _asks_what_it_is(prompt: str) -> bool:
    """The sun is …: yellow, or hot."""
    return prompt.endswith((" is", " est")) and not re.search("colour|couleur", prompt)


def _prompt(pattern: str, fact: Fact, rng: random.Random) -> tuple[str, str] | None:
    """The prompt and its answer, an article at the head of the answer moved into the prompt."""
    made = cut(pattern, fact.cells, rng)
    if made is None:
        return None
    prompt, answer = made
    while (match := ARTICLE.match(answer)) and len(answer) > match.end():
        prompt, answer = prompt + match[1], answer[match.end() :]
    answer = re.sub(r"[.,;:!?»\"]+$", "", answer).strip()
    elided = re.match(r"(l|d|qu|s|m|t|n|j)'", answer)
    too_short, too_long = len(prompt.split()) < 2, len(prompt) > LONGEST_PROMPT
    if not prompt.endswith(" ") or elided or too_short or too_long:
        return None
    return prompt.rstrip(" "), answer


def _accepted(answer: str, language: str, others: list[str]) -> tuple[str, ...]:
    """The answer, what else is told of the same thing, synonyms, and the number in figures."""
    also = {row.key: row.cells["also"].split(", ") for row in tables()["accepted"]}
    figures = {in_words(n, language): str(n) for n in range(101)}
    in_letters = {digits: word for word, digits in figures.items()}
    number = figures.get(answer) or in_letters.get(answer)
    words = [answer, *others, *also.get(answer, []), *([number] if number else [])]
    return tuple(dict.fromkeys(words))


def _has_one_answer(fact: Fact, language: str) -> bool:
    """Whether no other word pair shares a word with this one, and the opposite is one word."""
    if fact.is_language_pair:
        shared = _shared_words(language)
        return shared[fact.cells["english"]] == shared[fact.cells["french"]] == 1
    if fact.relation == "opposite":
        return all(" " not in cell for cell in fact.cells.values())
    return True


@cache
def _shared_words(language: str) -> Counter[str]:
    pairs = [fact for fact in facts(language) if fact.is_language_pair]
    return Counter(fact.cells[column] for fact in pairs for column in ("english", "french"))


def _told_of_the_same(language: str) -> dict[str, set[str]]:
    """The sun is yellow, and hot: by thing, where two tables say something of it."""
    columns = {"en": ("colour", "quality"), "fr": ("accord", "qualité")}[language]
    told: dict[str, set[str]] = {}
    for fact in facts(language):
        if fact.relation in ("colour", "property"):
            told.setdefault(fact.key, set()).update(
                fact.cells[column] for column in columns if column in fact.cells
            )
    return {key: words for key, words in told.items() if len(words) > 1}
