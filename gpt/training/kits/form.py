"""From a file of kits to `Kit`s.

The form is told in README.md; what does not fit it raises a ValueError that names the kit.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

HERE = Path(__file__).parent
LANGUAGES = ("fr", "en")
HELD_OUT_IN = 20

SLOT = re.compile(r"\{(\w+)(?::([^{}~]*)~([^{}~]*))?\}")
"""`{slot}` or `{slot:masculine~feminine}`."""

CHOICE = re.compile(r"\[([^\[\]]*)\]")
"""`[one way|another way]`."""

_CHILD = re.compile(r"(girl|boy)(\|(girl|boy))?")
_FILLING = re.compile(r"\s*\[([mf])\]\s*(.+?)\s*=\s*(.+?)\s*")


@dataclass(frozen=True)
class Filling:
    """What may stand in a slot: the word in each language, and its gender, that of the French."""

    gender: str
    words: dict[str, str]


@dataclass(frozen=True)
class Slot:
    """A slot is filled by a child's name of one of the `genders`, or by one of the `fillings`."""

    name: str
    genders: tuple[str, ...] = ()
    fillings: tuple[Filling, ...] = ()


@dataclass(frozen=True)
class Kit:
    """One story: its name, its slots, and its text per language, marks and all."""

    name: str
    slots: tuple[Slot, ...]
    texts: dict[str, str]


@cache
def all_kits(folder: Path = HERE) -> tuple[Kit, ...]:
    """The kits of all files of a folder, by file and in file order; no name comes twice."""
    kits = tuple(kit for path in sorted(folder.glob("*.kits")) for kit in read_kits(path))
    names = [kit.name for kit in kits]
    if twice := {name for name in names if names.count(name) > 1}:
        raise ValueError(f"kits of the same name: {', '.join(sorted(twice))}")
    return kits


def read_kits(path: Path) -> list[Kit]:
    """The kits of one file."""
    blocks = re.split(r"^=== *", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return [read_kit(block) for block in blocks[1:]]


def read_kit(block: str) -> Kit:
    """One kit, from its name on."""
    head, french_follows, rest = block.partition("\n--- fr\n")
    french, english_follows, english = rest.partition("\n--- en\n")
    name, *lines = head.strip().split("\n")
    if not (french_follows and english_follows):
        raise ValueError(f"{name}: a kit has a part '--- fr' and a part '--- en'")
    slots = tuple(_read_slot(name, line) for line in lines if line.strip())
    return Kit(name.strip(), slots, {"fr": french.strip(), "en": english.strip()})


def held_out(kit: Kit) -> bool:
    """True for one kit in twenty, by the hash of its name: it is never told in training."""
    return int(hashlib.sha256(kit.name.encode()).hexdigest(), 16) % HELD_OUT_IN == 0


def _read_slot(kit: str, line: str) -> Slot:
    name, _, said = line.partition(":")
    if _CHILD.fullmatch(said.strip()):
        genders = {"boy": "m", "girl": "f"}
        return Slot(name.strip(), genders=tuple(genders[who] for who in said.strip().split("|")))
    found = [_FILLING.fullmatch(part) for part in said.split("|")]
    fillings = [Filling(m[1], {"fr": m[2], "en": m[3]}) for m in found if m]
    if len(fillings) != len(found):
        raise ValueError(f"{kit}: the slot {name.strip()} is not '[m] French = English | …'")
    return Slot(name.strip(), fillings=tuple(fillings))
