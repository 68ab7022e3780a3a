"""A reading and a choice as aligned lines of text, for a terminal."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import Any, Protocol

from gpt.reading import Reading, Row
from gpt.sampling import Distribution, Settings
from gpt.tokenizer import Token, Tokenizer

SHOWN = 10
SIGNS = {" ": "·", "\n": "⏎", "\t": "⇥", "\u00a0": "⍽", "\u202f": "⍽"}
ENGLISH = {
    "token": "token",
    "id": "id",
    "guesses": "first guesses",
    "share": "{value} %",
    "came": "what came",
    "rank": "rank",
    "probability": "probability",
    "surprise": "surprise",
    "chooses": "this row chooses",
    "bits": "{value} bits",
    "logit": "logit",
    "softmax": "softmax",
    "after": "after settings",
    "cumulative": "cumulative",
    "kept": "kept",
    "some_kept": "{kept} kept",
    "not_first": "not the first",
    "top_k": "excluded by top-k",
    "top_p": "excluded by top-p",
    "impossible": "impossible",
    "others": "the other {others} tokens",
    "summary": "{kept} of {all} tokens kept, {mass} of the softmax; entropy {plain} → {entropy} "
    "bits, as uncertain as {plain_choices} → {choices} equal choices",
    "greedy": "greedy",
    "temperature": "temperature {value}",
    "k": "top-k {value}",
    "p": "top-p {value}",
    "seed": "seed {value}",
    "broken": "What is no Unicode text in the prompt is read as \ufffd.",
    "dropped": "The first {dropped} tokens do not fit the {context} that are read.",
    "no_row": "The model has no row for {piece}: it is read in pieces that have one.",
    "last_row": "The last row, {settings}",
}
"""What the tables and the lines around them say."""


class Words(Protocol):
    """A language: the words under a key with their blanks filled, and numbers as it writes them."""

    def __call__(self, key: str, **blanks: Any) -> str: ...

    def integer(self, value: int) -> str: ...

    def number(self, value: float, decimals: int) -> str: ...

    def short(self, value: float) -> str: ...

    def percent(self, share: float) -> str: ...


class English:
    """The words and numbers of `python -m gpt`."""

    def __call__(self, key: str, **blanks: Any) -> str:
        return ENGLISH[key].format(**blanks)

    def integer(self, value: int) -> str:
        return f"{value:,}"

    def number(self, value: float, decimals: int) -> str:
        return f"{value:.{decimals}f}"

    def short(self, value: float) -> str:
        return f"{value:g}"

    def percent(self, share: float) -> str:
        return percent(share)


def told(reading: Reading, here: Distribution, words: Words) -> list[str]:
    """All of it: what was not read, every row, the last one with the settings, its uncertainty."""
    lines: list[str] = []
    if reading.dropped:
        fits = words.integer(reading.network.config.context)
        lines += [words("dropped", dropped=words.integer(reading.dropped), context=fits), ""]
    tokenizer = reading.tokenizer
    for piece in tokenizer.without_row(tokenizer.decode(reading.ids)):
        lines += [words("no_row", piece=shown(piece)), ""]
    lines += rows_table(reading, words)
    lines += ["", words("last_row", settings=said(here.settings, words)), ""]
    return [*lines, *choice_table(here, tokenizer, words), "", summary(here, words)]


def rows_table(reading: Reading, words: Words) -> list[str]:
    """A line per position: the token and its id, the first guesses, and what really came."""
    titles = ("token", "id", "guesses", "came", "rank", "probability", "surprise")
    lines = [["", *map(words, titles)]]
    for position, (token, row) in enumerate(zip(reading.tokens, reading.rows(), strict=True)):
        read = [str(position), shown(token), str(token.id), _guesses(reading.tokenizer, row, words)]
        lines.append([*read, *_outcome(reading, position, row, words)])
    return table(lines, left=(1, 3, 4))


def choice_table(here: Distribution, tokenizer: Tokenizer, words: Words) -> list[str]:
    """The first tokens by rank, from logit to what the settings keep, and the sum of the rest."""
    titles = ("rank", "token", "id", "logit", "softmax", "after", "cumulative")
    head = [*map(words, titles), ""]
    first = here.order[:SHOWN].tolist()
    lines = [
        [
            str(rank),
            shown(tokenizer.token(id)),
            str(id),
            words.number(float(here.logits[id]), 3),
            words.percent(float(here.plain[id])),
            words.percent(float(here.probabilities[id])),
            _share(float(here.cumulative[id]), words),
            _rule(here, id, words),
        ]
        for rank, id in enumerate(first, start=1)
    ]
    others = here.order[SHOWN:]
    if len(others):
        plain = words.percent(float(here.plain[others].sum()))
        probability = words.percent(float(here.probabilities[others].sum()))
        name = words("others", others=words.integer(len(others)))
        kept = words("some_kept", kept=words.integer(int(here.kept[others].sum())))
        lines.append(["", name, "", "", plain, probability, "", kept])
    return table([head, *lines], left=(1, 7))


def summary(here: Distribution, words: Words) -> str:
    """What the settings leave: how many tokens, how much of the softmax, how uncertain a choice."""
    return words(
        "summary",
        kept=words.integer(here.kept_count),
        all=words.integer(len(here.order)),
        mass=words.percent(here.mass),
        plain=words.number(here.plain_entropy, 2),
        entropy=words.number(here.entropy, 2),
        plain_choices=words.number(here.plain_effective_choices, 1),
        choices=words.number(here.effective_choices, 1),
    )


def said(settings: Settings, words: Words) -> str:
    """The settings in words."""
    if settings.strategy == "greedy":
        return words("greedy")
    limits = [words("temperature", value=words.short(settings.temperature))]
    if settings.top_k is not None:
        limits.append(words("k", value=str(settings.top_k)))
    if settings.top_p is not None:
        limits.append(words("p", value=words.short(settings.top_p)))
    return ", ".join([*limits, words("seed", value=str(settings.seed))])


def shown(token: Token) -> str:
    """A token made visible: · a space, ⏎ a line end, ⟨C3⟩ a byte that is no whole character."""
    if token.is_end_of_text:
        return token.text
    if not token.bytes:  # the network has a row for it, the vocabulary no entry
        return f"⟨{token.id}⟩"
    return "".join(map(_sign, token.bytes.decode("utf-8", errors="surrogateescape")))


def harmless(text: str) -> str:
    """A text as it is, but for control characters, which a terminal would obey."""
    return "".join(
        _number(c) if unicodedata.category(c) == "Cc" and c not in "\n\t" else c for c in text
    )


def percent(share: float) -> str:
    """12.34 %; what would round to nothing is said to be small, NaN is a dash."""
    if share != share:
        return "–"
    return "<0.01 %" if 0 < share < 0.00005 else f"{100 * share:.2f} %"


def table(lines: Sequence[Sequence[str]], left: Sequence[int]) -> list[str]:
    """Cells in columns two spaces apart, those of the columns in `left` flush left."""
    widths = [max(map(width, column)) for column in zip(*lines, strict=True)]
    return [
        "  ".join(
            cell + " " * (most - width(cell))
            if index in left
            else " " * (most - width(cell)) + cell
            for index, (cell, most) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    ]


def width(text: str) -> int:
    """The columns a text takes in a terminal: two for wide signs, none for combining ones."""
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in text
    )


def _percent(share: float, words: Words) -> str:
    """A share of 1 without decimals."""
    return words("share", value=words.number(100 * share, 0))


def _share(share: float, words: Words) -> str:
    """A share of 1, a dash where there is none."""
    return words.percent(share) if share == share else "–"


def _rule(here: Distribution, id: int, words: Words) -> str:
    """What became of a token, and by which rule."""
    rule = here.excluded_by(id)
    return words("not_first" if rule == "greedy" else rule or "kept")


def _guesses(tokenizer: Tokenizer, row: Row, words: Words) -> str:
    return "  ".join(
        f"{shown(tokenizer.token(guess.token_id))} {_percent(guess.probability, words)}"
        for guess in row.guesses
    )


def _outcome(reading: Reading, position: int, row: Row, words: Words) -> list[str]:
    if row.outcome is None:
        return [words("chooses"), "", "", ""]
    came = row.outcome
    return [
        shown(reading.tokens[position + 1]),
        words.integer(came.rank),
        words.percent(came.probability),
        words("bits", value=words.number(came.surprise, 2)),
    ]


def _sign(character: str) -> str:
    """A character that can be seen: itself, a sign for it, or its number."""
    if character in SIGNS:
        return SIGNS[character]
    if "\udc80" <= character <= "\udcff":
        return f"⟨{ord(character) - 0xDC00:02X}⟩"
    if unicodedata.combining(character):
        return f"◌{character}"
    return character if character.isprintable() else _number(character)


def _number(character: str) -> str:
    return f"⟨U+{ord(character):04X}⟩"
