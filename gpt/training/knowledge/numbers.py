"""Numbers in words, and the tables that can be worked out: the sums, the doubles, the tens."""

from __future__ import annotations

from gpt.training.knowledge.datafiles import phrases
from gpt.training.knowledge.row import Row

ROUND = {"en": {100: "one hundred", 1000: "one thousand"}, "fr": {100: "cent", 1000: "mille"}}

PARITY = {"en": ("even", "odd"), "fr": ("pair", "impair")}


def in_words(number: int, language: str) -> str:
    """From 0 to 100, and 1000; KeyError for another number."""
    return _french(number) if language == "fr" else _english(number)


def words(digits: str) -> str:
    """The number in English words."""
    return in_words(int(digits), "en")


def mots(digits: str) -> str:
    """The number in French words."""
    return in_words(int(digits), "fr")


def fois(digits: str) -> str:
    """The number in French words before fois: une fois."""
    return "une" if digits == "1" else mots(digits)


def number_tables() -> dict[str, list[Row]]:
    """The tables by name; numbers stand in figures, the patterns ask for words."""
    tables = {
        "next_numbers": [
            _row(n=n, before=n - 1, after=n + 1, often=n <= 10)
            for n in range(1, 100)
            if n <= 30 or n % 10 in (0, 4, 9)
        ],
        "figures": [
            _row(n=n, often=n <= 20)
            for n in [*range(31), 40, 45, 50, 60, 64, 70, 72, 80, 90, 99, 100, 1000]
        ],
        "sums": [
            _row(a=a, b=b, sum=a + b, often=a + b <= 6 or a == b)
            for a in range(1, 11)
            for b in range(1, 11)
        ],
        "differences": [_row(a=a, b=b, rest=a - b) for a, b in _differences()],
        "products": [_row(a=a, b=b, product=a * b) for a in range(1, 11) for b in range(1, 11)],
        "doubles": [_row(n=n, double=2 * n) for n in [*range(1, 21), 25, 30, 40, 50]],
        "tens": [_row(n=n, before=n - 10, after=n + 10) for n in range(10, 100, 10)],
    }
    for language in ("en", "fr"):
        kinds, ranks = PARITY[language], phrases("ranks", language)
        tables[f"parity_{language}"] = [
            _row(n=n, kind=kinds[n % 2], other=kinds[1 - n % 2]) for n in range(1, 21)
        ]
        tables[f"ranks_{language}"] = [_row(rank=ranks[i], next=ranks[i + 1]) for i in range(9)]
    return tables


def _row(often: bool = False, **cells: int | str) -> Row:
    named = {name: str(cell) for name, cell in cells.items()}
    return Row(key=" ".join(named.values()), cells=named, often=2 if often else 1)


def _differences() -> list[tuple[int, int]]:
    small = [(a, b) for a in range(1, 11) for b in range(1, a + 1)]
    return small + [(a, b) for a in range(11, 21) for b in (1, 2, 5, 10)]


def _english(number: int) -> str:
    ones = phrases("numbers from zero", "en")
    if number < 20:
        return ones[number]
    if number < 100:
        tens = phrases("tens from twenty", "en")[number // 10 - 2]
        return f"{tens}-{ones[number % 10]}" if number % 10 else tens
    return ROUND["en"][number]


def _french(number: int) -> str:
    ones = phrases("numbers from zero", "fr")
    if number < 20:
        return ones[number]
    if number < 70:
        tens, one = phrases("tens from twenty", "fr")[number // 10 - 2], number % 10
        return tens if one == 0 else f"{tens} et un" if one == 1 else f"{tens}-{ones[one]}"
    if number < 80:
        return "soixante et onze" if number == 71 else f"soixante-{ones[number - 60]}"
    if number < 100:
        return "quatre-vingts" if number == 80 else f"quatre-vingt-{ones[number - 80]}"
    return ROUND["fr"][number]
