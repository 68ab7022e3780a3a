"""How well a checkpoint foresees texts it has never read, in bits per byte.

A document of n bytes costs −Σ log₂ p bits, p being the probability of each token as it came; bits
over bytes compares models with different vocabularies, and a model with a file compressor.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from gpt.generate import Model
from gpt.model import GPT
from gpt.training.corpus import Source, heldout_documents

TOKENS_AT_ONCE = 8192
LOGITS_AT_ONCE = 1024

TARGETS = {
    "en_tinystories": 0.70,
    "en_simple": 1.22,
    "en_sentences": 1.03,
    "fr_simple": 1.14,
    "fr_sentences": 0.84,
}
"""Bits per byte that the bundled model is to reach, at most."""


@dataclass(frozen=True)
class Text:
    """The held-out documents of one source, as a model's tokens."""

    source: Source
    documents: tuple[tuple[int, ...], ...]
    content: bytes  # the documents in UTF-8, a line break between two of them
    bytes: int  # of the documents alone

    @property
    def tokens(self) -> int:
        return sum(map(len, self.documents))


def read_text(model: Model, corpus: Path, source: Source) -> Text:
    """The held-out part of a source. Raises FileNotFoundError when the corpus has none."""
    documents = heldout_documents(corpus, source)
    return Text(
        source,
        tuple(tuple(model.tokenizer.encode(document)) for document in documents),
        "\n".join(documents).encode(),
        sum(len(document.encode()) for document in documents),
    )


def bits_per_byte(model: Model, text: Text, context: int) -> float:
    """What the model needs for the documents of a text, each read by itself."""
    start = model.tokenizer.end_of_text
    documents = [[start, *document] for document in text.documents]
    return total_bits(model.network, documents, context) / text.bytes


@dataclass(frozen=True)
class Window:
    """A stretch of a document that is read at once; the first `known` targets are not scored."""

    document: int
    first: int
    length: int
    known: int


def windows(document: int, length: int, context: int) -> list[Window]:
    """Windows of `context` positions, each half a context further, that score each target once.

    `length` counts the targets of the document: all its tokens but the first, which is given.
    """
    stride = context // 2
    found = [Window(document, 0, min(context, length), 0)]
    while (scored := found[-1].first + found[-1].length) < length:
        first = found[-1].first + stride
        found.append(Window(document, first, min(context, length - first), scored - first))
    return found


def total_bits(network: GPT, documents: Sequence[Sequence[int]], context: int) -> float:
    """−Σ log₂ p over all tokens but the first of each document.

    Raises ValueError when the context is longer than the network's, or not an even number from 2.
    """
    if not 2 <= context <= network.config.context or context % 2:
        raise ValueError(
            f"a context is an even number from 2 to {network.config.context}, not {context}"
        )
    cut = [
        window
        for number, document in enumerate(documents)
        for window in windows(number, len(document) - 1, context)
        if window.length
    ]
    cut.sort(key=lambda window: window.length)
    rows = max(1, TOKENS_AT_ONCE // context)
    batches = [cut[first : first + rows] for first in range(0, len(cut), rows)]
    return sum(_bits_of_batch(network, documents, batch) for batch in batches)


def _bits_of_batch(network: GPT, documents: Sequence[Sequence[int]], batch: list[Window]) -> float:
    longest = max(window.length for window in batch)
    ids = torch.zeros(len(batch), longest + 1, dtype=torch.long)  # no position sees the filling
    scored = torch.zeros(len(batch), longest, dtype=torch.bool)
    for row, window in enumerate(batch):
        piece = documents[window.document][window.first : window.first + window.length + 1]
        ids[row, : len(piece)] = torch.tensor(piece)
        scored[row, window.known : window.length] = True
    with torch.inference_mode():
        hidden = network.hidden(ids[:, :-1])[scored]  # (N, C)
        surprises = [
            _surprise(network.unembed(some), targets)
            for some, targets in zip(
                torch.split(hidden, LOGITS_AT_ONCE),
                torch.split(ids[:, 1:][scored], LOGITS_AT_ONCE),
                strict=True,
            )
        ]
    return sum(surprises) / math.log(2)


def _surprise(logits: Tensor, targets: Tensor) -> float:
    """−Σ ln p of the targets (N,) under the logits (N, V)."""
    came = logits.gather(-1, targets.unsqueeze(-1)).squeeze(-1)
    return float((logits.logsumexp(dim=-1) - came).double().sum())
