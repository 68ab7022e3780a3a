"""The kinds of answers: what a form asks for, how it is read, and what is said of it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from panels.exercises.numbers import Written, number, percent, readings, whole
from panels.screen.state import clean_prompt

Verdict = Literal["right", "wrong", "told"]
Given = Mapping[str, str]
"""What was sent: the fields of a form by name."""

CONFIDENCES = (5, 10, 25, 50, 75, 90, 99)
PROMPT_MOST = 2_000


@dataclass(frozen=True)
class Said:
    """What is said of an answer; `told` judges nothing: it was empty, or could not be read.

    A `key` that begins with a dot is the exercise's own, the others are of all exercises. `over`
    says that the answer is on the screen now, whatever was answered.
    """

    verdict: Verdict
    key: str
    values: Mapping[str, Written] = field(default_factory=dict)
    over: bool = False


class Answer(Protocol):
    """One kind of answer, with the right one in it."""

    @property
    def form(self) -> dict[str, Any]:
        """What the form shows, as plain as JSON: its `kind` and what can be chosen."""

    def judge(self, given: Given) -> Said: ...

    @property
    def right(self) -> Given | None:
        """The fields of a right answer; None where none is known."""

    @property
    def key(self) -> Written:
        """The right answer, as a teacher reads it."""


@dataclass(frozen=True)
class Number:
    """A number, right within a tolerance; `traps` are those that a misconception gives.

    Of a `share` of 1, percent are typed.
    """

    value: float
    tolerance: float
    decimals: int = 0
    share: bool = False
    traps: Mapping[str, float] = field(default_factory=dict)

    @property
    def form(self) -> dict[str, Any]:
        return {"kind": "number", "share": self.share}

    def judge(self, given: Given) -> Said:
        text = given.get("answer", "").strip()
        if not text:
            return Said("told", "exercises.empty")
        typed = readings(text, self.share)
        if not typed:
            return Said("told", "exercises.no_number")
        if any(abs(each - self.value) <= self.tolerance for each in typed):
            return Said("right", "exercises.right")
        for name, value in self.traps.items():
            near = max(self.tolerance, abs(value) * 1e-3)
            if abs(value - self.value) > self.tolerance and any(
                abs(each - value) <= near for each in typed
            ):
                return Said("wrong", f".traps.{name}")
        nearest = min(typed, key=lambda each: abs(each - self.value))
        return Said("wrong", "exercises.too_high" if nearest > self.value else "exercises.too_low")

    @property
    def right(self) -> Given:
        value = self.value * 100 if self.share else self.value
        return {"answer": f"{value:.{self.decimals}f}" + "%" * self.share}

    @property
    def key(self) -> Written:
        return percent(self.value) if self.share else number(self.value, self.decimals)


@dataclass(frozen=True)
class Option:
    """One of several: by its own `words`, as a `token`, or as a text of numbers and names."""

    value: str
    token: Mapping[str, Any] | None = None
    text: str = ""
    values: Mapping[str, Written] = field(default_factory=dict)

    @property
    def drawn(self) -> dict[str, Any]:
        return {
            "value": self.value,
            "token": self.token,
            "text": self.text,
            "values": dict(self.values),
        }


@dataclass(frozen=True)
class Choice:
    """One of several options; `said` is what is said of a wrong one, by its value."""

    options: Sequence[Option]
    value: str
    said: Mapping[str, Said] = field(default_factory=dict)

    @property
    def form(self) -> dict[str, Any]:
        return {"kind": "choice", "options": [option.drawn for option in self.options]}

    def judge(self, given: Given) -> Said:
        value = given.get("answer", "")
        if not value:
            return Said("told", "exercises.nothing_chosen")
        if value not in {option.value for option in self.options}:
            return Said("told", "exercises.not_offered")
        if value == self.value:
            return Said("right", "exercises.right")
        return self.said.get(value, Said("wrong", f".traps.{value}"))

    @property
    def right(self) -> Given:
        return {"answer": self.value}

    @property
    def key(self) -> Written:
        (option,) = (each for each in self.options if each.value == self.value)
        return ["option", option.drawn]


@dataclass(frozen=True)
class Order:
    """Several things to be put in order: each gets a place, from 1 on; `order` is the right one."""

    options: Sequence[Option]
    order: Sequence[str]

    @property
    def form(self) -> dict[str, Any]:
        return {"kind": "order", "options": [option.drawn for option in self.options]}

    def judge(self, given: Given) -> Said:
        places = [given.get(f"place_{option.value}", "") for option in self.options]
        if not any(places):
            return Said("told", "exercises.nothing_chosen")
        if sorted(places) != [str(place + 1) for place in range(len(self.options))]:
            return Said("told", "exercises.each_place_once")
        placed = sum(given[f"place_{value}"] == str(n + 1) for n, value in enumerate(self.order))
        if placed == len(self.order):
            return Said("right", "exercises.right")
        return Said("wrong", "exercises.in_place", {"placed": placed, "all": len(self.order)})

    @property
    def right(self) -> Given:
        return {f"place_{value}": str(n + 1) for n, value in enumerate(self.order)}

    @property
    def key(self) -> Written:
        named = {option.value: option.drawn for option in self.options}
        return ["options", *(named[value] for value in self.order)]


@dataclass(frozen=True)
class Prompts:
    """One text to be found, or several; `check` has the model judge them.

    `example` is one that the model accepts, empty where we know of none.
    """

    check: Callable[[Sequence[str]], Said]
    example: Sequence[str]
    count: int = 1

    @property
    def form(self) -> dict[str, Any]:
        return {"kind": "prompts", "count": self.count, "most": PROMPT_MOST}

    def judge(self, given: Given) -> Said:
        typed = [given.get(name, "") for name in self._names]
        if not all(typed):
            return Said("told", "exercises.empty")
        if max(map(len, typed)) > PROMPT_MOST:
            return Said("told", "exercises.too_long", {"most": PROMPT_MOST})
        return self.check([clean_prompt(text)[0] for text in typed])

    @property
    def _names(self) -> list[str]:
        return [f"answer_{n + 1}" for n in range(self.count)]

    @property
    def right(self) -> Given | None:
        return dict(zip(self._names, self.example, strict=True)) if self.example else None

    @property
    def key(self) -> Written:
        return ["texts", *self.example]


@dataclass(frozen=True)
class Bet:
    """A guess of the token that comes next, and how sure one is; scored in bits, like the model.

    `rest` is how the text goes on, `token` the token it goes on with, `probability` the model's.
    """

    token: str
    rest: str
    probability: float
    vocabulary: int

    @property
    def form(self) -> dict[str, Any]:
        return {"kind": "bet", "confidences": list(CONFIDENCES)}

    def judge(self, given: Given) -> Said:
        word = given.get("answer", "").strip().casefold()
        if not word:
            return Said("told", "exercises.empty")
        sure = given.get("confidence", "")
        if sure not in map(str, CONFIDENCES):
            return Said("told", "exercises.not_offered")
        share = int(sure) / 100
        right = self._came(word)
        mine = share if right else (1 - share) / (self.vocabulary - 1)
        told: dict[str, Written] = {
            "bits": number(-math.log2(mine)),
            "model_bits": number(-math.log2(self.probability)),
            "token": self.token,
            "confidence": whole(share),
            "rest": self.rest.strip(" .,;:!?"),
        }
        verdict: Verdict = "right" if right else "wrong"
        return Said(verdict, ".came" if right else ".not_come", told, over=True)

    def _came(self, word: str) -> bool:
        """The word that comes, or the token that is its beginning."""
        token, rest = self.token.strip().casefold(), self.rest.strip().casefold()
        whole = rest.split()[0] if rest.split() else token
        return word in (token, whole, whole.strip('.,;:!?»”"\u202f\u00a0'))

    @property
    def right(self) -> Given:
        return {"answer": self.token.strip() or self.rest.split()[0], "confidence": "50"}

    @property
    def key(self) -> Written:
        return self.right["answer"]
