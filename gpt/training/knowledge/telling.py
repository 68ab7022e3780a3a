"""One pass: which words each fact is told in, worked out from the number of the pass."""

from __future__ import annotations

import random
import re
from collections import Counter

from gpt.training.knowledge.fact import Fact
from gpt.training.knowledge.pattern import sentence, words

PLAIN_SHARE = 0.7
"""How often a fact that is told twice a pass is told once of them in its plainest words."""


class Telling:
    """The passes before are not remembered: pass `number` begins where they would have come to."""

    def __init__(self, language: str, number: int) -> None:
        self.language = language
        self.number = number
        self.rng = random.Random(f"knowledge {language} {number}")
        self.told: Counter[Fact] = Counter()
        self._asked: Counter[Fact] = Counter()
        self._plain: set[Fact] = set()

    def plainly_once(self, facts: list[Fact]) -> None:
        """Most of the facts that are told twice are told next in their plainest words."""
        for fact in facts:
            if fact.often > 1 and fact.plainest and self.rng.random() < PLAIN_SHARE:
                self._plain.add(fact)

    def sentence(self, fact: Fact) -> str:
        """The fact in the words that are due."""
        if fact in self._plain:
            self._plain.remove(fact)
            self.told[fact] += 1
            return sentence(self.rng.choice(fact.plainest), fact.cells, self.rng)
        pattern = self._due(fact, 0)
        self.told[fact] += 1
        return sentence(pattern, fact.cells, self.rng)

    def question(self, fact: Fact) -> tuple[str, str]:
        """The question that is due and its short answer; only of a fact that has questions."""
        pattern = fact.questions[(self.number + self._asked[fact]) % len(fact.questions)]
        self._asked[fact] += 1
        self.told[fact] += 1
        question, _, answer = pattern.partition("=>")
        return self._fill(question, fact), stopped(self._fill(answer, fact))

    def full_answer(self, fact: Fact, short: str) -> str:
        """One sentence that ends with the short answer, else the short answer itself."""
        end = _core(short)
        for step in range(len(fact.cycle)):
            full = sentence(self._due(fact, step), fact.cells, self.rng)
            if not re.search(r"\?|[.!] ", full) and _core(full).endswith(end):
                return full
        return short

    def pair(self, fact: Fact, which: int) -> str:
        """The fact as a line of a list, in one of the forms that the relation has."""
        self.told[fact] += 1
        return words(fact.pairs[which % len(fact.pairs)], fact.cells, self.rng)

    def _due(self, fact: Fact, step: int) -> str:
        index = self.number * fact.often + self.told[fact] + step
        return fact.cycle[index % len(fact.cycle)]

    def _fill(self, text: str, fact: Fact) -> str:
        return sentence(text.strip(), fact.cells, self.rng)


def stopped(text: str) -> str:
    """With a full stop, where no other sign ends it."""
    return text if text.endswith((".", "!", "?", "»", '"')) else text + "."


def _core(text: str) -> str:
    """In small letters, without the signs at both ends."""
    return re.sub(r"^\W+|[\W_]+$", "", text).lower()
