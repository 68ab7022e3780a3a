"""Sequences that go on: counting, days, letters, the times tables."""

from __future__ import annotations

import random
from collections.abc import Callable

from gpt.training.knowledge.datafiles import phrases
from gpt.training.knowledge.filters import capitalise
from gpt.training.knowledge.numbers import fois, in_words
from gpt.training.knowledge.telling import Telling

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
KINDS = {
    "up": 4,
    "down": 2,
    "twos": 1,
    "fives": 1,
    "tens": 1,
    "odd": 1,
    "days": 2,
    "months": 1,
    "letters": 1,
    "small letters": 1,
    "list": 2,
}
"""How often each comes, of seventeen."""

LISTS = ("planets", "seasons", "rainbow", "ranks")
FULL_STOP, CALL = (".", ".", "."), {"en": "!", "fr": " !"}


def sequences(telling: Telling) -> str:
    """Three to six of them."""
    many = range(telling.rng.randint(3, 6))
    return telling.rng.choice(("\n", "\n", " ")).join(sequence(telling) for _ in many)


def sequence(telling: Telling) -> str:
    """One run of words in order, half of the time named before."""
    rng, language = telling.rng, telling.language
    name, run = _run(rng, language)
    text = ", ".join(run)
    end = rng.choice((*FULL_STOP, CALL[language]))
    if rng.random() < 0.5:
        return f"{rng.choice(phrases(f'before {name}', language))} {text}{end}"
    return (text if name == "small letters" else capitalise(text)) + end


def times_table(number: int, telling: Telling) -> str:
    """From once to ten times the number, in figures or in words."""
    rng, language = telling.rng, telling.language
    times, makes = {"en": ("times", "is"), "fr": ("fois", "égale")}[language]
    make = {"en": "is", "fr": "font"}[language]
    first = fois(str(number)) if language == "fr" else in_words(number, language)

    def line(style: int, k: int) -> str:
        if style == 0:
            return f"{number} x {k} = {number * k}"
        if style == 1:
            return f"{number} {times} {k} {makes} {number * k}"
        if style == 2:
            return f"{k} x {number} = {number * k}"
        product = in_words(number * k, language)
        return f"{first} {times} {in_words(k, language)} {make} {product}"

    style = rng.randrange(4)
    lines = [line(style, k) for k in range(1, 11)]
    name = in_words(number, language)
    head = {"en": f"The {name} times table:", "fr": f"La table de {name} :"}[language]
    return rng.choice(
        (
            "\n".join([head, *lines]),
            f"{head} {', '.join(lines)}.",
            capitalise(", ".join(lines)) + ".",
            "\n".join(lines),
        )
    )


def _run(rng: random.Random, language: str) -> tuple[str, list[str]]:
    """What kind of run it is, and its words."""
    name = rng.choices(tuple(KINDS), tuple(KINDS.values()))[0]
    top = rng.choice((5, 6, 8, 10, 10, 12, 15, 20))
    say = _figures_or_words(rng, language)
    if name == "up":
        low = rng.choice((1, 1, 1, rng.randint(2, 80)))
        return name, [say(n) for n in range(low, min(low + top, 101))]
    if name == "down":
        high = rng.choice((5, 6, 8, 10, 10, 10, 12, 20))
        return name, [say(n) for n in range(high, -1 if rng.random() < 0.6 else 0, -1)]
    if name == "tens":
        return name, [say(n) for n in range(10, 101, 10)]
    if name in ("twos", "odd", "fives"):
        first, step = {"twos": (2, 2), "odd": (1, 2), "fives": (5, 5)}[name]
        return name, [str(first + step * i) for i in range(top)]
    if name in ("days", "months"):
        return name, _cut_from_a_ring(phrases(name, language), rng)
    if name == "list":
        name = rng.choice(LISTS)
        return name, list(phrases(name, language)[:10])
    letters = LETTERS if name == "letters" else LETTERS.lower()
    start = rng.choice((0, 0, rng.randrange(len(letters) - 3)))
    return name, list(letters[start : start + rng.randint(4, 26)])


def _figures_or_words(rng: random.Random, language: str) -> Callable[[int], str]:
    return str if rng.random() < 0.5 else lambda number: in_words(number, language)


def _cut_from_a_ring(words: tuple[str, ...], rng: random.Random) -> list[str]:
    """All of them from the first, or some from anywhere, round the end."""
    start = rng.choice((0, 0, rng.randrange(len(words))))
    length = len(words) if start == 0 else rng.randint(3, len(words))
    return list((words + words)[start : start + length])
