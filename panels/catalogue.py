"""Every panel by its name: what it is drawn from, and what the reader can move on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from panels import (
    attention,
    blocks,
    by_hand,
    choice,
    compare,
    continues,
    cost,
    duel,
    feed_forward,
    full_context,
    growing,
    heads,
    logit_curve,
    logits,
    next,
    one_step,
    parameters,
    probabilities,
    repeat,
    rows,
    scale,
    scores,
    sentence,
    shares,
    softmax,
    switches,
    text,
    tokens,
    training,
    twenty_lines,
    two_parts,
    vectors,
    voices,
    weight,
    whole,
)
from panels.screen.controls import Control, asked
from panels.screen.view import View

CHOICE = ("strategy", "temperature", "top_k", "top_p", "seed")
SETTLE = ("strategy", "temperature", "top_k", "top_p")


@dataclass(frozen=True)
class Panel:
    """`reads` names the fields of the state that its form lets the reader change.

    `asks` says that it reads a prompt that its form does not show, which its drawing then carries.
    `typed` names the texts of its own that are typed into its drawing, and carried there.
    `any_model` says whether the panel shows what any model gives, not something of the bundled one.
    """

    compute: Callable[..., dict[str, Any]]
    reads: tuple[str, ...] = ("prompt",)
    controls: tuple[Control, ...] = ()
    any_model: bool = True
    asks: bool = False
    typed: tuple[str, ...] = ()

    def data(self, view: View, query: Mapping[str, str]) -> dict[str, Any]:
        """What the panel's template draws, as plain as JSON."""
        values: dict[str, Any] = dict(asked(self.controls, query))
        if self.typed:
            values["typed"] = {name: query.get(name, "") for name in self.typed}
        return self.compute(view, **values)


PANELS: dict[str, Panel] = {
    "sentence": Panel(sentence.data, (), asks=True),
    "next": Panel(next.data),
    "continues": Panel(continues.data, (), asks=True),
    "tokens": Panel(tokens.data),
    "cost": Panel(cost.data, (), cost.CONTROLS),
    "two_parts": Panel(two_parts.data, ("prompt", *CHOICE)),
    "vectors": Panel(vectors.data),
    "blocks": Panel(blocks.data),
    "attention": Panel(attention.data, ("prompt",), attention.CONTROLS),
    "weight": Panel(weight.data, ("prompt",), weight.CONTROLS),
    "heads": Panel(heads.data, ("prompt",), heads.CONTROLS),
    "feed_forward": Panel(feed_forward.data, ("prompt",), feed_forward.CONTROLS),
    "parameters": Panel(parameters.data, ()),
    "rows": Panel(rows.data),
    "logits": Panel(logits.data, ("prompt", *CHOICE)),
    "softmax": Panel(softmax.data, ("prompt", "temperature")),
    "probabilities": Panel(probabilities.data, ("prompt", *SETTLE)),
    "choice": Panel(choice.data, ("prompt", *CHOICE)),
    "repeat": Panel(repeat.data, ("prompt", *CHOICE)),
    "growing": Panel(growing.data, ("prompt", *CHOICE[1:]), growing.CONTROLS),
    "voices": Panel(voices.data, ("prompt", *CHOICE), voices.CONTROLS, any_model=False),
    "full_context": Panel(full_context.data, ("prompt", "seed"), full_context.CONTROLS),
    "scores": Panel(scores.data, (), scores.CONTROLS, any_model=False),
    "twenty_lines": Panel(twenty_lines.data, ("prompt", *CHOICE)),
    "logit_curve": Panel(logit_curve.data, ("prompt",), logit_curve.CONTROLS),
    "training": Panel(training.data, (), training.CONTROLS, any_model=False),
    "by_hand": Panel(by_hand.data, (), by_hand.CONTROLS, any_model=False),
    "scale": Panel(scale.data, ()),
    "one_step": Panel(one_step.data, ("prompt",), one_step.CONTROLS, any_model=False),
    "switches": Panel(switches.data, ("prompt",), switches.CONTROLS),
    "shares": Panel(shares.data, ("prompt",), shares.CONTROLS),
    "compare": Panel(compare.data, ("prompt", "beside")),
    "whole": Panel(whole.data, ("prompt", *CHOICE)),
    "duel": Panel(duel.data, (), duel.CONTROLS, typed=duel.TYPED),
    "text": Panel(text.data, ("prompt", *CHOICE)),
}
