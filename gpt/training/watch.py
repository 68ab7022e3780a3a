"""A glance at the held-out texts while the run goes on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from gpt.model import GPT
from gpt.training.loss import sliced_cross_entropy
from gpt.training.tokens import WATCHED

LANGUAGES = ("en", "fr")
ROWS = 8


class Watched:
    """A fixed handful of held-out rows of every source, to see how far the run is.

    Raises ValueError when a source's held-out text is shorter than one row.
    """

    def __init__(self, folder: Path, context: int, rows: int = ROWS) -> None:
        self._rows: dict[str, Tensor] = {}
        for source in WATCHED:
            tokens = np.load(folder / f"heldout.{source.name}.npy")
            cut = [
                tokens[first : first + context + 1]
                for first in range(0, len(tokens) - context, context)
            ]
            if not cut:
                raise ValueError(f"the held-out {source.name} does not fill {context} tokens")
            chosen = cut[:: max(1, len(cut) // rows)][:rows]
            self._rows[source.name] = torch.from_numpy(np.stack(chosen).astype(np.int64))

    @torch.no_grad()
    def losses(self, network: GPT) -> dict[str, float]:
        """Mean loss in nats a token, per source."""
        device = network.token_embedding.weight.device
        found = {}
        for name, rows in self._rows.items():
            total = 0.0
            for row in torch.split(rows.to(device), 4):
                hidden = network.hidden(row[:, :-1]).flatten(0, 1)
                embedding = network.token_embedding.weight
                loss = sliced_cross_entropy(hidden, embedding, row[:, 1:].flatten())
                total += loss.item() * len(row)
            found[name] = total / len(rows)
        return found

    def targets(self, source: str) -> list[int]:
        """The ids that are predicted of a source, row after row."""
        ids: list[int] = self._rows[source][:, 1:].flatten().tolist()
        return ids
