"""The corpus as tokens, and the batches that training takes from them."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch import Tensor

from gpt.training.corpus import END_OF_TEXT, SOURCES, Source, heldout_documents, training_documents
from gpt.training.typography import dress

Ids = NDArray[np.uint16]

WATCHED = tuple(source for source in SOURCES if not source.name.endswith("_knowledge"))
"""The sources of which something is held out."""


class Passes:
    """`<source>.<number>.npy`: a source told once more, written when its turn has come.

    Every pass has a new order, a new typography and, where a teller tells it, new words. Of each
    source only the last pass stays in the folder.
    """

    def __init__(self, corpus: Path, tokenizer: Tokenizer, folder: Path) -> None:
        self._corpus = corpus
        self._tokenizer = tokenizer
        self._folder = folder

    def tokens(self, source: Source, number: int) -> Ids:
        """All documents of a pass one after the other, each behind the start token."""
        path = self._folder / f"{source.name}.{number}.npy"
        if not path.exists():
            for old in self._folder.glob(f"{source.name}.*.npy"):
                old.unlink()
            rng = random.Random(f"typography {source.name} {number}")
            texts = [
                dress(document, source.language, rng)
                for document in training_documents(self._corpus, source, number)
            ]
            _save(path, encode_documents(self._tokenizer, texts))
        tokens: Ids = np.load(path, mmap_mode="r")
        return tokens


def write_heldout(folder: Path, tokenizer: Tokenizer, out: Path) -> None:
    """`heldout.<source>.npy`: what the loop watches while it trains."""
    for source in WATCHED:
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
    """The rows of one source, pass after pass, in an order fixed by the pass number.

    `number` and `index` say where it stands: the pass, and the row of it that comes next.
    """

    def __init__(
        self, name: str, tokens: Callable[[int], Ids], context: int, line_break: int, number: int
    ) -> None:
        self.number = number
        self.index = 0
        self._name = name
        self._tokens = tokens
        self._context = context
        self._line_break = line_break

    def next(self) -> Ids:
        """The next row, context + 1 tokens.

        Every other row starts at the next document or paragraph, `<|endoftext|>` in front, as a
        reader's text does; the others start anywhere. Raises ValueError when a pass is shorter
        than a row.
        """
        if self.index >= len(self._pass.order):
            self.number, self.index = self.number + 1, 0
            del self._pass
        slot = int(self._pass.order[self.index])
        self.index += 1
        return self._row(self._pass.tokens, slot)

    def go_to(self, number: int, index: int) -> None:
        """Go on from a row of a pass."""
        self.__dict__.pop("_pass", None)
        self.number, self.index = number, index

    @cached_property
    def _pass(self) -> _Pass:
        tokens = self._tokens(self.number)
        rows = (len(tokens) - 1) // self._context
        if rows < 1:
            raise ValueError(f"{self._name}: pass {self.number} is shorter than a row")
        return _Pass(tokens, np.random.default_rng(self.number).permutation(rows))

    def _row(self, tokens: Ids, slot: int) -> Ids:
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


class _Pass:
    def __init__(self, tokens: Ids, order: NDArray[np.int64]) -> None:
        self.tokens = tokens
        self.order = order


class Batches:
    """Rows of all sources, mixed by their shares.

    `taken` counts the rows that each source has given. The first pass has the number `first`: a
    run that goes on from stored weights begins with one that they have not seen.
    """

    def __init__(self, passes: Passes, tokenizer: Tokenizer, context: int, first: int = 0) -> None:
        line_break = tokenizer.encode("\n", add_special_tokens=False).ids[0]

        def stream(source: Source) -> Stream:
            return Stream(
                source.name,
                lambda number: passes.tokens(source, number),
                context,
                line_break,
                first,
            )

        self._streams = {source.name: stream(source) for source in SOURCES}
        self._shares = {source.name: source.share for source in SOURCES}
        self.taken = dict.fromkeys(self._streams, 0)

    def state(self) -> dict[str, Any]:
        """Where it stands, for `restore`."""
        places = {name: (stream.number, stream.index) for name, stream in self._streams.items()}
        return {"taken": dict(self.taken), "places": places}

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from where a run stood."""
        self.taken = dict(state["taken"])
        for name, (number, index) in state["places"].items():
            self._streams[name].go_to(number, index)

    def next(self, rows: int) -> tuple[Tensor, Tensor]:
        """Inputs and targets, (rows, context) each; the source furthest behind its share gives."""
        batch = []
        for _ in range(rows):
            total = sum(self.taken.values()) + 1
            name = max(self._shares, key=lambda name: self._shares[name] * total - self.taken[name])
            batch.append(self._streams[name].next())
            self.taken[name] += 1
        ids = torch.from_numpy(np.stack(batch).astype(np.int64))
        return ids[:, :-1], ids[:, 1:]
