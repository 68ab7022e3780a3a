"""What is wrong with a kit, before it is told: for those who write one."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gpt.training.kits.form import CHOICE, SLOT, Kit

FEWEST_WORDS = 45
FEWEST_FILLINGS = 3

_BY_LANGUAGE = {
    "fr": {
        r"\b(?:[ldnmstjc]|qu)['’]\{": "an elision before a slot",
        r"\w[!?;]": "no space before ! ? ;",
        r"«(?! )|(?<! )»": "no space inside « »",
    },
    "en": {r"\b[Aa]n \{": "'an' before a slot"},
}


def faults(kit: Kit) -> Iterator[str]:
    """A sentence a fault; none for a kit that can be told."""
    if not re.fullmatch(r"[a-z0-9-]+", kit.name):
        yield f"{kit.name}: a name is lower case, digits and hyphens"
    yield from (f"{kit.name}: {fault}" for fault in _of_slots(kit))
    for language, text in kit.texts.items():
        yield from (f"{kit.name}, {language}: {fault}" for fault in _of_text(kit, language, text))


def _of_slots(kit: Kit) -> Iterator[str]:
    for slot in kit.slots:
        if slot.fillings and len(slot.fillings) < FEWEST_FILLINGS:
            yield f"{slot.name} has fewer than {FEWEST_FILLINGS} fillings"
        for filling in slot.fillings:
            if re.match(r"(?i)[aeiouyàâéèêëîïôûœh]", filling.words["fr"]):
                yield f"'{filling.words['fr']}' begins with a vowel or an h"
            if re.match(r"(?i)[aeiou]", filling.words["en"]):
                yield f"'{filling.words['en']}' begins with a vowel"


def _of_text(kit: Kit, language: str, text: str) -> Iterator[str]:
    if len(text.split()) < FEWEST_WORDS:
        yield f"fewer than {FEWEST_WORDS} words"
    used = {slot[1] for slot in SLOT.finditer(text)}
    known = {slot.name for slot in kit.slots}
    yield from (f"nothing fills {{{name}}}" for name in sorted(used - known))
    yield from (f"{name} never stands in the text" for name in sorted(known - used))
    if mark := re.search(r"[{}~]", SLOT.sub("", text)):
        yield f"a stray {mark[0]}"
    if mark := re.search(r"[\[\]|]", CHOICE.sub("", SLOT.sub("", text))):
        yield f"a stray {mark[0]}"
    if re.search(r"[’“”]", text):
        yield "quotes and apostrophes are straight"
    for pattern, fault in _BY_LANGUAGE[language].items():
        if re.search(pattern, text):
            yield fault
