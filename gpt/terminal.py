"""A reading and a choice as aligned lines of text, for a terminal."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from gpt.reading import Reading, Row
from gpt.sampling import Distribution, Settings
from gpt.tokenizer import Token, Tokenizer

SHOWN = 10
SIGNS = {" ": "·", "\n": "⏎", "\t": "⇥", "\u00a0": "⍽", "\u202f": "⍽"}
RULES = {
    "greedy": "not the first",
    "top_k": "excluded by top-k",
    "top_p": "excluded by top-p",
    "impossible": "impossible",
}


def rows_table(reading: Reading) -> list[str]:
    """A line per position: the token and its id, the first guesses, and what really came."""
    head = ["", "token", "id", "first guesses", "what came", "rank", "probability", "surprise"]
    lines = [head]
    for position, (token, row) in enumerate(zip(reading.tokens, reading.rows(), strict=True)):
        read = [str(position), shown(token), str(token.id), _guesses(reading.tokenizer, row)]
        lines.append([*read, *_outcome(reading, position, row)])
    return table(lines, left=(1, 3, 4))


def choice_table(here: Distribution, tokenizer: Tokenizer) -> list[str]:
    """The first tokens by rank, from logit to what the settings keep, and the sum of the rest."""
    head = ["rank", "token", "id", "logit", "softmax", "after settings", "cumulative", ""]
    first = here.order[:SHOWN].tolist()
    lines = [
        [
            str(rank),
            shown(tokenizer.token(id)),
            str(id),
            f"{float(here.logits[id]):.3f}",
            percent(float(here.plain[id])),
            percent(float(here.probabilities[id])),
            percent(float(here.cumulative[id])),
            RULES[rule] if (rule := here.excluded_by(id)) else "kept",
        ]
        for rank, id in enumerate(first, start=1)
    ]
    others = here.order[SHOWN:]
    if len(others):
        plain = percent(float(here.plain[others].sum()))
        probability = percent(float(here.probabilities[others].sum()))
        name = f"the other {len(others):,} tokens"
        lines.append(
            ["", name, "", "", plain, probability, "", f"{int(here.kept[others].sum()):,} kept"]
        )
    return table([head, *lines], left=(1, 7))


def summary(here: Distribution) -> str:
    """What the settings leave: how many tokens, how much of the softmax, how uncertain a choice."""
    return (
        f"{here.kept_count:,} of {len(here.order):,} tokens kept, {percent(here.mass)} of the "
        f"softmax; entropy {here.plain_entropy:.2f} → {here.entropy:.2f} bits, as uncertain as "
        f"{here.plain_effective_choices:.1f} → {here.effective_choices:.1f} equal choices"
    )


def said(settings: Settings) -> str:
    """The settings in words."""
    if settings.strategy == "greedy":
        return "greedy"
    limits = [f"temperature {settings.temperature:g}"]
    if settings.top_k is not None:
        limits.append(f"top-k {settings.top_k}")
    if settings.top_p is not None:
        limits.append(f"top-p {settings.top_p:g}")
    return ", ".join([*limits, f"seed {settings.seed}"])


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


def _guesses(tokenizer: Tokenizer, row: Row) -> str:
    return "  ".join(
        f"{shown(tokenizer.token(guess.token_id))} {100 * guess.probability:.0f} %"
        for guess in row.guesses
    )


def _outcome(reading: Reading, position: int, row: Row) -> list[str]:
    if row.outcome is None:
        return ["this row chooses", "", "", ""]
    came = row.outcome
    return [
        shown(reading.tokens[position + 1]),
        f"{came.rank:,}",
        percent(came.probability),
        f"{came.surprise:.2f} bits",
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
