"""Names kept: does a story go on with the one it began with?

In the held-out kits, at every return of a name or filling, the right one is compared with all that
might stand there: the first names of the language, and whatever fills the slots of the kit.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate

import torch
from torch import Tensor

from gpt.generate import Model
from gpt.tokenizer import Tokenizer
from gpt.training.exams.part import Part, hidden_of
from gpt.training.exams.score import Score
from gpt.training.kits.form import Kit
from gpt.training.kits.telling import Telling, could_fill, first_names, heldout_tellings

AT_ONCE = 8

LETTERS = frozenset(range(0x80, 0xE0)) - {0xC2}
"""Bytes of letters such as `é` and `œ`; C2 begins no-break spaces and « », E2 quotes and dashes."""


Cut = tuple[int, ...]


@dataclass(frozen=True)
class Return:
    """A name or filling that stands in a text again: from which character on, and as what."""

    start: int
    word: str
    is_name: bool


@dataclass(frozen=True)
class Kept:
    """How often the right one came first, of the children's names and of the other fillings."""

    names: Score
    fillings: Score

    @property
    def all(self) -> Score:
        return self.names + self.fillings


def score(model: Model, language: str) -> Kept:
    """Of all returns in the held-out kits of a language."""
    return kept(model, language, heldout_tellings(language))


def kept(model: Model, language: str, tellings: Iterable[tuple[Kit, Telling]]) -> Kept:
    """Of all returns in some tellings, as far as they fit the model's context."""
    outcomes: dict[bool, list[bool]] = {True: [], False: []}
    for kit, telling in tellings:
        story = Story(model, telling.text)
        rivals = candidates(kit, language)
        for place in returns(kit, telling):
            first = story.comes_first(place, rivals)
            if first is not None:
                outcomes[place.is_name].append(first)
    return Kept(Score.of(outcomes[True]), Score.of(outcomes[False]))


def candidates(kit: Kit, language: str) -> tuple[str, ...]:
    """What might stand in any slot: the children's names of the language, the kit's fillings."""
    names = [name for gender in "mf" for name in first_names(language, gender)]
    fillings = [word for slot in kit.slots for word, _ in could_fill(slot, language)]
    return tuple(dict.fromkeys([*names, *fillings]))


def returns(kit: Kit, telling: Telling) -> Iterator[Return]:
    """Every name and filling from its second place in the text on, in the order of the text.

    At the head of a paragraph a filling has a capital; it stands in the text as it is told.
    """
    names = {telling.filled[slot.name] for slot in kit.slots if slot.genders}
    slot_of = {
        spelling: word
        for word in telling.filled.values()
        for spelling in (word, word[:1].upper() + word[1:])
    }
    longest_first = sorted(slot_of, key=len, reverse=True)
    pattern = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)")
    seen: set[str] = set()
    for match in pattern.finditer(telling.text):
        word = slot_of[match[0]]
        if word in seen:
            yield Return(match.start(), match[0], word in names)
        seen.add(word)


class Story:
    """A text read once, and what may stand at a place of it.

    A candidate c is as probable as its tokens c₁ … cₙ, cut as the text would be cut with it in
    place (a space before it belongs to it), and the end of the word after them:

        p(c) = p(c₁) · p(c₂ | c₁) · … · p(no letter | c₁ … cₙ)

    Without the last factor a name could never win against its own beginning, Louise against Lou.

    Every factor is at most 1, so p(c) ≤ p(c₁). The one reading of the text gives p(c₁) of all
    candidates at every place, and p of the right one whole. Where p(c₁) ≤ p(right), also
    p(c) ≤ p(right): such a candidate cannot come before the right one and needs no further look.
    The others are read, the likeliest first, until one comes before it.
    """

    def __init__(self, model: Model, text: str) -> None:
        tokenizer = model.tokenizer
        start = [tokenizer.end_of_text] if tokenizer.reads_start else []
        ids = tokenizer.encode(text)[: model.network.config.context - len(start)]
        self._model = model
        self._text = text.encode()
        self._shift = len(start)
        self._reading = model.read_ids(ids)
        ends = list(accumulate(len(tokenizer.spellings[id]) for id in ids))
        self._begins = [0, *ends]  # the byte at which each token begins, and the end of the last
        self._ends_word = _ends_word(tokenizer, model.network.config.vocabulary)

    def comes_first(self, place: Return, rivals: Iterable[str]) -> bool | None:
        """Whether no rival is more probable at a place than what stands there.

        None where the place, or what might stand there, lies beyond the context.
        """
        first, lead = self._beginning(place)
        capital = place.word[:1].isupper()
        others = {rival[:1].upper() + rival[1:] if capital else rival for rival in rivals}
        others.discard(place.word)
        cuts = {word: _cut(self._model.tokenizer, lead, word) for word in (place.word, *others)}
        longest = max(map(len, cuts.values()))
        room = self._model.network.config.context - self._shift
        if not 0 < first < len(self._begins) - 1 or first + longest > room:
            return None
        right = cuts.pop(place.word)
        past = self._shift + first
        rows = self._chances(self._reading.hidden[past - 1 : past + len(right)])
        probability = _whole(right, rows, self._ends_word)
        before = rows[0]
        ahead = [cut for cut in cuts.values() if float(before[cut[0]]) > probability]
        ahead.sort(key=lambda cut: -float(before[cut[0]]))
        for some in (ahead[n : n + AT_ONCE] for n in range(0, len(ahead), AT_ONCE)):
            if max(self._read(past, some, before)) > probability:
                return False
        return True

    def _beginning(self, place: Return) -> tuple[int, str]:
        """The token with which a candidate begins, by number, and what stands in it before."""
        text = self._text.decode()
        here = len(text[: place.start].encode())
        space = here - 1 if self._text[:here].endswith(b" ") else here
        first = next(
            (n for n in range(len(self._begins) - 1) if self._begins[n + 1] > space),
            len(self._begins) - 1,
        )
        return first, self._text[self._begins[first] : here].decode()

    def _read(self, past: int, cuts: Sequence[Cut], before: Tensor) -> list[float]:
        """ln p of each candidate behind `past` tokens; `before` are the chances after these."""
        parts = [Part(cut, self._reading.cache.copy(past)) for cut in cuts]
        hidden = hidden_of(self._model.network, parts)
        rows = torch.split(self._chances(torch.cat(hidden)), list(map(len, cuts)))
        return [
            _whole(cut, torch.cat([before[None], after]), self._ends_word)
            for cut, after in zip(cuts, rows, strict=True)
        ]

    @torch.no_grad()
    def _chances(self, hidden: Tensor) -> Tensor:
        """ln p of every token as the next one, (…, C) → (…, V)."""
        return self._model.network.unembed(hidden).log_softmax(dim=-1)


def _whole(cut: Cut, rows: Tensor, ends_word: Tensor) -> float:
    """ln p of some tokens and of the end of the word behind them, by the rows around."""
    tokens = sum(float(row[id]) for id, row in zip(cut, rows, strict=False))
    return tokens + float(rows[len(cut)][ends_word].logsumexp(0))


@cache
def _cut(tokenizer: Tokenizer, lead: str, word: str) -> Cut:
    """A word's tokens behind what belongs to its first one."""
    return tuple(tokenizer.encode(lead + word))


@cache
def _ends_word(tokenizer: Tokenizer, vocabulary: int) -> Tensor:
    """(V,): whether a token, if it comes next, leaves the word before it as it is."""
    spellings = (*tokenizer.spellings, *[b""] * (vocabulary - tokenizer.size))
    return torch.tensor([not (spelling and _is_letter(spelling[0])) for spelling in spellings])


def _is_letter(byte: int) -> bool:
    return chr(byte).isalnum() if byte < 0x80 else byte in LETTERS
