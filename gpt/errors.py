"""Why a model cannot be opened."""

from __future__ import annotations


class CheckpointError(Exception):
    """A checkpoint that cannot be opened; the message says in one sentence why.

    `kind` names the reason for those who say it in other words: "damaged", "not_gpt2", "pickled",
    "packed", "missing", "unknown" to the Hub or "unreachable", and those of whoever opens it for
    others. `values` are the numbers that belong to it.
    """

    def __init__(self, message: str, kind: str = "damaged", **values: int) -> None:
        super().__init__(message)
        self.kind = kind
        self.values = values
