"""A glance at the held-out texts while the run goes on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from gpt.model import GPT
from gpt.training.corpus import SOURCES
from gpt.training.loss import sliced_cross_entropy

LANGUAGES = ("en", "fr")


class Watched:
    """A fixed handful of held-out rows per language, prose left out, to see how far the run is.

    Raises ValueError when a language's held-out texts are shorter than one row.
    """

    def __init__(self, folder: Path, context: int, rows: int = 24) -> None:
        self._rows: dict[str, Tensor] = {}
        for language in LANGUAGES:
            names = [s.name for s in SOURCES if s.language == language and "prose" not in s.name]
            tokens = [np.load(folder / f"heldout.{name}.npy") for name in names]
            cut = [
                piece[first : first + context + 1]
                for piece in tokens
                for first in range(0, len(piece) - context, context)
            ]
            if not cut:
                raise ValueError(f"the held-out texts in {language!r} do not fill {context} tokens")
            chosen = cut[:: max(1, len(cut) // rows)][:rows]
            self._rows[language] = torch.from_numpy(np.stack(chosen).astype(np.int64))

    @torch.no_grad()
    def losses(self, worker: GPT) -> dict[str, float]:
        """Mean loss in nats a token, per language."""
        found = {}
        for language, rows in self._rows.items():
            total = 0.0
            for row in torch.split(rows, 4):
                hidden = worker.hidden(row[:, :-1]).flatten(0, 1)
                embedding = worker.token_embedding.weight
                loss = sliced_cross_entropy(hidden, embedding, row[:, 1:].flatten())
                total += loss.item() * len(row)
            found[f"heldout_{language}"] = total / len(rows)
        return found

    def targets(self, language: str) -> list[int]:
        """The ids that are predicted in a language, row after row."""
        ids: list[int] = self._rows[language][:, 1:].flatten().tolist()
        return ids
