"""The corpus as token files, and the batches that training takes from them."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch import Tensor

from gpt.training.corpus import END_OF_TEXT, SOURCES, Source, heldout_documents, training_documents
from gpt.training.typography import dress

Ids = NDArray[np.uint16]


def write_passes(folder: Path, tokenizer: Tokenizer, out: Path, passes: int) -> None:
    """`<source>.<pass>.npy`: every document once a pass, in a new order and a new typography."""
    for source in SOURCES:
        for number in range(passes):
            path = out / f"{source.name}.{number}.npy"
            if not path.exists():
                rng = random.Random(f"typography {source.name} {number}")
                texts = [
                    dress(document, source.language, rng)
                    for document in training_documents(folder, source, number)
                ]
                _save(path, encode_documents(tokenizer, texts))


def write_heldout(folder: Path, tokenizer: Tokenizer, out: Path) -> None:
    """`heldout.<source>.npy`: what the loop watches while it trains."""
    for source in SOURCES:
        path = out / f"heldout.{source.name}.npy"
        if not path.exists():
            _save(path, encode_documents(tokenizer, heldout_documents(folder, source)))


def encode_documents(tokenizer: Tokenizer, texts: list[str]) -> Ids:
    """All documents one after the other, `<|endoftext|>` in front of each."""
    start = np.array([tokenizer.token_to_id(END_OF_TEXT)], dtype=np.uint16)
    pieces: list[Ids] = []
    for first in range(0, len(texts), 1000):
        batch = texts[first : first + 1000]
        for encoding in tokenizer.encode_batch(batch, add_special_tokens=False):
            pieces += [start, np.asarray(encoding.ids, dtype=np.uint16)]
    return np.concatenate(pieces)


def _save(path: Path, ids: Ids) -> None:
    """Write aside, then put in place: a file that is there is whole."""
    aside = path.with_suffix(".new")
    with aside.open("wb") as file:
        np.save(file, ids)
    aside.replace(path)


class Stream:
    """The rows of one source, each once a pass, in an order fixed by the pass number.

    After the last pass the first comes again, in another order. Raises ValueError when the source
    has no token file or does not fill one row.
    """

    def __init__(self, folder: Path, source: Source, context: int, line_break: int) -> None:
        paths = sorted(folder.glob(f"{source.name}.*.npy"), key=_pass_number)
        self.share = source.share
        self._passes: list[Ids] = [np.load(path, mmap_mode="r") for path in paths]
        if not all(len(tokens) > context for tokens in self._passes) or not self._passes:
            raise ValueError(f"{source.name}: no token file in {folder}, or one shorter than a row")
        self._context = context
        self._line_break = line_break

    def row(self, index: int) -> Ids:
        """The index-th row of the whole training, context + 1 tokens.

        Every other row starts at the next document or paragraph, `<|endoftext|>` in front, as a
        reader's text does; the others start anywhere.
        """
        number = 0
        while index >= (rows := (len(self._tokens(number)) - 1) // self._context):
            index, number = index - rows, number + 1
        tokens = self._tokens(number)
        slot = int(np.random.default_rng(number).permutation(rows)[index])
        start = slot * self._context
        row = np.array(tokens[start : start + self._context + 1])
        if slot % 2:
            return row
        breaks = row == self._line_break
        breaks[:-1] &= ~breaks[1:]  # a paragraph ends with two: the second gives its place
        begins = np.flatnonzero((row == 0) | breaks)
        if not len(begins) or begins[0] > self._context // 2:
            return row
        start = min(start + int(begins[0]), len(tokens) - self._context - 1)
        row = np.array(tokens[start : start + self._context + 1])
        row[0] = 0
        return row

    def _tokens(self, number: int) -> Ids:
        return self._passes[number % len(self._passes)]


def _pass_number(path: Path) -> int:
    return int(path.stem.rpartition(".")[2])


class Batches:
    """Rows of all sources, mixed by their shares; where it stands is a dictionary of counts."""

    def __init__(self, folder: Path, tokenizer: Tokenizer, context: int) -> None:
        line_break = tokenizer.encode("\n", add_special_tokens=False).ids[0]
        self._streams = {
            source.name: Stream(folder, source, context, line_break) for source in SOURCES
        }
        self.taken = dict.fromkeys(self._streams, 0)

    def skip(self, rows: int) -> None:
        """Pass over about as many rows, each source by its share: another run has seen them."""
        self.taken = {name: round(stream.share * rows) for name, stream in self._streams.items()}

    def next(self, rows: int) -> tuple[Tensor, Tensor]:
        """Inputs and targets, (rows, context) each; the source furthest behind its share gives."""
        batch = []
        for _ in range(rows):
            total = sum(self.taken.values()) + 1
            name = max(
                self._streams,
                key=lambda name: self._streams[name].share * total - self.taken[name],
            )
            batch.append(self._streams[name].row(self.taken[name]))
            self.taken[name] += 1
        ids = torch.from_numpy(np.stack(batch).astype(np.int64))
        return ids[:, :-1], ids[:, 1:]
