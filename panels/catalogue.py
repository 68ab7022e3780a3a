"""Every panel by its name: what it is drawn from, and what the reader can move on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from panels import choice, logits, next, probabilities, repeat, rows, softmax, text, tokens
from panels.controls import Control, asked
from panels.view import View

CHOICE = ("strategy", "temperature", "top_k", "top_p", "seed")
SETTLE = ("strategy", "temperature", "top_k", "top_p")


@dataclass(frozen=True)
class Panel:
    """`reads` names the fields of the state that its form lets the reader change."""

    compute: Callable[..., dict[str, Any]]
    reads: tuple[str, ...] = ("prompt",)
    controls: tuple[Control, ...] = ()

    def data(self, view: View, query: Mapping[str, str]) -> dict[str, Any]:
        """What the panel's template draws, as plain as JSON."""
        return self.compute(view, **asked(self.controls, query))


PANELS: dict[str, Panel] = {
    "next": Panel(next.data),
    "tokens": Panel(tokens.data),
    "rows": Panel(rows.data),
    "logits": Panel(logits.data, ("prompt", *CHOICE)),
    "softmax": Panel(softmax.data, ("prompt", "temperature")),
    "probabilities": Panel(probabilities.data, ("prompt", *SETTLE)),
    "repeat": Panel(repeat.data, ("prompt", *CHOICE)),
    "choice": Panel(choice.data, ("prompt", *CHOICE)),
    "text": Panel(text.data, ("prompt", *CHOICE)),
}
