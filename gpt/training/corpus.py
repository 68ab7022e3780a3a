"""The corpus on disk, as documents.

A folder of UTF-8 files, each compressed with xz: `*.txt.xz` holds documents between lines
`<|endoftext|>`, paragraphs between blank lines; `*.tsv.xz` holds sentence pairs, an English and a
French column. The same file names in the sub-folder `heldout/` are for evaluation only.
"""

from __future__ import annotations

import lzma
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

END_OF_TEXT = "<|endoftext|>"
SENTENCES_A_PARAGRAPH = 8


@dataclass(frozen=True)
class Source:
    """One register in one language: its name, its file, its share of the tokens seen."""

    name: str
    file: str
    language: str
    share: float


SOURCES = (
    Source("en_tinystories", "en_tinystories.txt.xz", "en", 0.05),
    Source("en_simple", "en_simple.txt.xz", "en", 0.33),
    Source("en_sentences", "en_fr_sentences.tsv.xz", "en", 0.09),
    Source("en_prose", "en_prose.txt.xz", "en", 0.04),
    Source("fr_simple", "fr_simple.txt.xz", "fr", 0.32),
    Source("fr_sentences", "en_fr_sentences.tsv.xz", "fr", 0.11),
    Source("fr_prose", "fr_prose.txt.xz", "fr", 0.06),
)


def read_documents(path: Path) -> list[str]:
    """The documents of a `.txt.xz` file, without the separators."""
    text = lzma.decompress(path.read_bytes()).decode("utf-8")
    documents = (document.strip("\n") for document in text.split(END_OF_TEXT))
    return [document for document in documents if document]


def read_pairs(path: Path) -> list[tuple[str, str]]:
    """The (English, French) sentences of a `.tsv.xz` file, in file order."""
    lines = lzma.decompress(path.read_bytes()).decode("utf-8").splitlines()
    return [(english, french) for english, french in (line.split("\t") for line in lines if line)]


def heldout_documents(folder: Path, source: Source) -> list[str]:
    """What evaluation reads of a source; sentences in file order, each once, eight a paragraph."""
    path = folder / "heldout" / source.file
    if not source.file.endswith(".tsv.xz"):
        return read_documents(path)
    column = 0 if source.language == "en" else 1
    return paragraphs(list(dict.fromkeys(pair[column] for pair in read_pairs(path))))


def training_documents(folder: Path, source: Source, seed: int) -> Iterator[str]:
    """The documents of one pass over a source, in an order fixed by the seed.

    Long documents are cut at random between paragraphs half of the time, so that the model sees
    beginnings often; sentences are dealt into small hands of which each keeps the file's order,
    so that a paragraph holds sentences of one length and paraphrases stand side by side.
    """
    rng = random.Random(f"{source.name} {seed}")
    path = folder / source.file
    if source.file.endswith(".tsv.xz"):
        documents = list(_sentence_paragraphs(read_pairs(path), source.language, rng))
    else:
        documents = [piece for document in read_documents(path) for piece in _pieces(document, rng)]
    rng.shuffle(documents)
    yield from documents


def paragraphs(sentences: list[str]) -> list[str]:
    """Eight sentences after one another, joined by spaces."""
    size = SENTENCES_A_PARAGRAPH
    return [" ".join(sentences[i : i + size]) for i in range(0, len(sentences), size)]


def _sentence_paragraphs(
    pairs: list[tuple[str, str]], language: str, rng: random.Random
) -> Iterator[str]:
    by_english: dict[str, list[str]] = {}
    for english, french in pairs:
        by_english.setdefault(english, []).append(french)
    hands: list[list[str]] = [[] for _ in range(100)]
    for english, french_versions in by_english.items():
        hand = rng.choice(hands)
        hand.extend([english] if language == "en" else french_versions)
    for hand in hands:
        yield from paragraphs(list(dict.fromkeys(hand)))


def _pieces(document: str, rng: random.Random, least: int = 1200, most: int = 3000) -> list[str]:
    if rng.random() < 0.5:
        return [document]
    pieces, current, size, limit = [], [], 0, rng.randint(least, most)
    for paragraph in document.split("\n\n"):
        current.append(paragraph)
        size += len(paragraph)
        if size >= limit:
            pieces.append("\n\n".join(current))
            current, size, limit = [], 0, rng.randint(least, most)
    if current:
        pieces.append("\n\n".join(current))
    return pieces
