"""The corpus, as documents: files in a folder, and what our own tellers tell.

A folder of UTF-8 files, each compressed with xz: `*.txt.xz` holds documents between lines
`<|endoftext|>`, paragraphs between blank lines; `*.tsv.xz` holds sentence pairs, an English and a
French column. The same file names in the sub-folder `heldout/` are for evaluation only.

Story kits and knowledge are told by `gpt.training.kits` and `gpt.training.knowledge`, in other
words at every pass. One kit in twenty is held out; knowledge is examined by its cloze test instead.
"""

from __future__ import annotations

import lzma
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from gpt.training import kits, knowledge

END_OF_TEXT = "<|endoftext|>"
SENTENCES_A_PARAGRAPH = 8


@dataclass(frozen=True)
class Source:
    """One register in one language: its name, its share of the tokens seen, where it comes from.

    `file` lies in the corpus; without one, `teller` tells a pass: (language, number) to documents.
    """

    name: str
    language: str
    share: float
    file: str = ""
    teller: Callable[[str, int], list[str]] | None = None


SENTENCES = "en_fr_sentences.tsv.xz"

SOURCES = (
    Source("en_tinystories", "en", 0.070, "en_tinystories.txt.xz"),
    Source("en_fables", "en", 0.020, "en_fables.txt.xz"),
    Source("en_kits", "en", 0.080, teller=kits.documents),
    Source("en_knowledge", "en", 0.075, teller=knowledge.documents),
    Source("en_sentences", "en", 0.080, SENTENCES),
    Source("en_simple", "en", 0.163, "en_simple.txt.xz"),
    Source("en_prose", "en", 0.012, "en_prose.txt.xz"),
    Source("fr_kits", "fr", 0.100, teller=kits.documents),
    Source("fr_knowledge", "fr", 0.075, teller=knowledge.documents),
    Source("fr_sentences", "fr", 0.085, SENTENCES),
    Source("fr_simple", "fr", 0.225, "fr_simple.txt.xz"),
    Source("fr_prose", "fr", 0.015, "fr_prose.txt.xz"),
)
"""Modern and simple first; both languages have the same share."""


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
    """What evaluation reads of a source; sentences in file order, each once, eight a paragraph.

    Nothing of knowledge, which is told whole.
    """
    if source.teller is not None:
        return kits.heldout_documents(source.language) if source.teller is kits.documents else []
    path = folder / "heldout" / source.file
    if not source.file.endswith(".tsv.xz"):
        return read_documents(path)
    column = 0 if source.language == "en" else 1
    return paragraphs(list(dict.fromkeys(pair[column] for pair in read_pairs(path))))


def training_documents(folder: Path, source: Source, number: int) -> Iterator[str]:
    """The documents of one pass over a source, in an order fixed by the pass's number.

    Long documents are cut at random between paragraphs half of the time, so that the model sees
    beginnings often; sentences are dealt into small hands of which each keeps the file's order,
    so that a paragraph holds sentences of one length and paraphrases stand side by side.
    """
    if source.teller is not None:
        yield from source.teller(source.language, number)
        return
    rng = random.Random(f"{source.name} {number}")
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
