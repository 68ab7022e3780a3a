"""The cloze test: beginnings of sentences and the words that should come next."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from gpt.training.knowledge.datafiles import phrases
from gpt.training.knowledge.english import a
from gpt.training.knowledge.fact import Fact, cloze_shares, facts, in_open_fifth
from gpt.training.knowledge.filters import capitalise
from gpt.training.knowledge.french import le
from gpt.training.knowledge.games.invention import invented_name
from gpt.training.knowledge.numbers import in_words
from gpt.training.knowledge.pattern import prompt as cut
from gpt.training.knowledge.tables import tables
from gpt.training.knowledge.verses import Verse, verses

ARTICLE = re.compile(
    r"((?:un|une|le|la|les|du|des|de|au|aux|à|en|dans|sur|autour|son|sa|a|an|the|in|to) )(?=\S)"
)
NEW_SHARE = 0.52
NEW_FIRST = ("geography", "science", "time", "opening")
"""Single facts, of which few have a new phrasing: it is asked wherever there is one."""

GAMES = 36
LONGEST_PROMPT = 160


@dataclass(frozen=True)
class Cloze:
    """A prompt without a space at its end, and the words that may follow it.

    `new`: this phrasing is never told. `kept`: nothing may be tuned on this fact. `table` is the
    relation, or verse, sequence, game; in a game, the names are made up and the phrasing is told.
    """

    language: str
    prompt: str
    expected: tuple[str, ...]
    new: bool
    kept: bool
    table: str


def cloze() -> list[Cloze]:
    """The whole test, French first; no prompt stands in it twice."""
    return list(_all())


@cache
def _all() -> tuple[Cloze, ...]:
    found: dict[tuple[str, str], Cloze] = {}
    for language in ("fr", "en"):
        for line in (
            *_of_facts(language),
            *_of_verses(language),
            *_of_sequences(language),
            *_of_games(language),
        ):
            found.setdefault((language, line.prompt), line)
    return tuple(found.values())


def _of_facts(language: str) -> Iterator[Cloze]:
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


def _of_verses(language: str) -> Iterator[Cloze]:
    rng = random.Random(f"cloze {language} verses")
    for verse in verses(language):
        marked = list(_marked(verse))
        more = 3 if "Fontaine" in verse.title else 1 if len(marked) > 3 else 0
        kept = not in_open_fifth(verse.title)
        for prompt, answer in marked[:1] + rng.sample(marked[1:], min(len(marked[1:]), more)):
            yield Cloze(language, prompt, (answer,), False, kept, "verse")


def _marked(verse: Verse) -> Iterator[tuple[str, str]]:
    """The line before and the line up to a marked word."""
    first = True
    for before, line in zip(("", *verse.lines), verse.lines, strict=False):
        for match in re.finditer(r"<([^<>]+)>", line):
            start = line[: match.start()]
            prompt = re.sub(r"[<>]", "", f"{before} {start}").strip()
            least = 2 if first and not before else 4
            if start.endswith(" ") and len(prompt.split()) >= least:
                first = False
                yield prompt, match[1]


def _of_sequences(language: str) -> Iterator[Cloze]:
    for line in phrases("sequences", language):
        prompt, answer = line.split(" => ")
        yield Cloze(language, prompt, (answer,), False, not in_open_fifth(prompt), "sequence")


def _of_games(language: str) -> Iterator[Cloze]:
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
