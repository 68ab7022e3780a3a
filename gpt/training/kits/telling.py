"""Telling a kit: the same filling from the first word to the last, everything else by chance."""

from __future__ import annotations

import random
import re
import tomllib
from dataclasses import dataclass
from functools import cache

from gpt.training.kits.form import CHOICE, HERE, SLOT, Kit, Slot, all_kits, held_out

HELD_OUT_TELLINGS = 4

_SENTENCE = re.compile(r"(?:^|(?<=\n))((?:— |« |\")?)([a-zà-ÿœ])")


@dataclass(frozen=True)
class Telling:
    """A story as it was told, and what stands in each slot."""

    text: str
    filled: dict[str, str]


def documents(language: str, number: int) -> list[str]:
    """Every kit that is not held out, told once; another number tells it otherwise."""
    told = [
        tell(kit, language, random.Random(f"{kit.name} {language} {number}")).text
        for kit in all_kits()
        if not held_out(kit)
    ]
    random.Random(f"{language} {number}").shuffle(told)
    return told


def heldout_documents(language: str) -> list[str]:
    """The held-out kits, each told a few times, always the same."""
    return [telling.text for _, telling in heldout_tellings(language)]


def heldout_tellings(language: str) -> list[tuple[Kit, Telling]]:
    """The held-out kits with their tellings, to ask what a model makes of the fillings."""
    return [
        (kit, tell(kit, language, random.Random(f"held out: {kit.name} {language} {time}")))
        for kit in all_kits()
        if held_out(kit)
        for time in range(HELD_OUT_TELLINGS)
    ]


def tell(kit: Kit, language: str, rng: random.Random) -> Telling:
    """One telling of a kit in a language ('fr' or 'en')."""
    filled: dict[str, tuple[str, str]] = {}
    for slot in kit.slots:
        taken = {word for word, _ in filled.values()}
        free = [pair for pair in could_fill(slot, language) if pair[0] not in taken]
        if slot.genders:
            gender = rng.choice(slot.genders)
            free = [pair for pair in free if pair[1] == gender]
        filled[slot.name] = rng.choice(free)
    text = CHOICE.sub(lambda choice: rng.choice(choice[1].split("|")), kit.texts[language])
    text = SLOT.sub(lambda slot: _put(slot, *filled[slot[1]]), text)
    return Telling(_tidy(text), {name: word for name, (word, _) in filled.items()})


def could_fill(slot: Slot, language: str) -> list[tuple[str, str]]:
    """All that may stand in a slot, as (word, gender)."""
    if slot.genders:
        return [(name, gender) for gender in slot.genders for name in first_names(language, gender)]
    return [(filling.words[language], filling.gender) for filling in slot.fillings]


@cache
def first_names(language: str, gender: str) -> tuple[str, ...]:
    """The children's names of a language; gender is 'm' or 'f'."""
    lists = tomllib.loads((HERE / "names.toml").read_text(encoding="utf-8"))
    return tuple(lists[language]["boys" if gender == "m" else "girls"])


def _put(slot: re.Match[str], word: str, gender: str) -> str:
    """The filling itself, or of `A~B` what agrees with it."""
    if slot[2] is None:
        return word
    return slot[2] if gender == "m" else slot[3]


def _tidy(text: str) -> str:
    """One space where choices left several, one line a paragraph, a capital at its beginning."""
    paragraphs = re.split(r"\n\s*\n", text)
    lines = [re.sub(r"\s+", " ", paragraph).strip() for paragraph in paragraphs]
    return _SENTENCE.sub(lambda m: m[1] + m[2].upper(), "\n\n".join(line for line in lines if line))
