"""A corpus of a few kilobytes in the layout of the real one, for runs of a few seconds."""

from __future__ import annotations

import lzma
import random
from collections.abc import Callable
from pathlib import Path

WHO = {
    "en": ("The cat", "A little girl", "The old king", 'The wolf said "yes" and', "My brother"),
    "fr": ("Le chat", "Une petite fille", "Le vieux roi", "« Oui ! » dit le loup, qui", "L'enfant"),
}
DID = {
    "en": ("saw", "didn't like", "found", "looked for", "ate"),
    "fr": ("vit", "n'aimait pas", "trouva", "cherchait", "mangea"),
}
WHAT = {
    "en": ("the moon", "a red apple", "the king's house", "an egg", "some bread"),
    "fr": ("la lune", "une pomme rouge", "la maison du roi", "un œuf", "du pain"),
}
WHEN = {
    "en": ("in the morning", "at night", "again", "before dinner", "in the snow"),
    "fr": ("le matin", "la nuit", "encore une fois", "avant le dîner", "dans la neige"),
}
STORIES = {
    "en_tinystories": "en",
    "en_fables": "en",
    "en_simple": "en",
    "en_prose": "en",
    "fr_simple": "fr",
    "fr_prose": "fr",
}


def write_corpus(folder: Path) -> Path:
    """Every file of the corpus and its held-out part; the held-out documents are marked."""
    rng = random.Random(0)
    for part, documents, mark in ((folder, 12, ""), (folder / "heldout", 4, "Held out: ")):
        part.mkdir(parents=True, exist_ok=True)
        for name, language in STORIES.items():
            texts = [mark + story(language, rng) for _ in range(documents)]
            _write(part / f"{name}.txt.xz", "\n<|endoftext|>\n".join(texts) + "\n")
        pairs = [f"{mark}{sentence('en', rng)}\t{mark}{sentence('fr', rng)}" for _ in range(60)]
        _write(part / "en_fr_sentences.tsv.xz", "\n".join(pairs) + "\n")
    return folder


def story(language: str, rng: random.Random) -> str:
    """A few paragraphs."""
    return "\n\n".join(" ".join(_some(5, lambda: sentence(language, rng))) for _ in range(4))


def sentence(language: str, rng: random.Random) -> str:
    """Somebody did something some time."""
    words = [rng.choice(table[language]) for table in (WHO, DID, WHAT, WHEN)]
    return " ".join(words) + "."


def _some(count: int, make: Callable[[], str]) -> list[str]:
    return [make() for _ in range(count)]


def _write(path: Path, text: str) -> None:
    path.write_bytes(lzma.compress(text.encode()))
