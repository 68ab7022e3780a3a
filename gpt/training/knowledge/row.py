"""One item of a table."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """What is so of one thing: its cells by column, "-" where nothing is known or true.

    `key` tells the row from the others of its table, in both languages; `often` is how many times
    a pass tells each of its facts, 1 or 2.
    """

    key: str
    cells: dict[str, str]
    often: int = 1
