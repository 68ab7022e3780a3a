"""A checkpoint in the Hub's layout → a model and its tokenizer.

A checkpoint is bundled, a folder, or of the Hub: `hub.py` fetches that one. `folder.py` reads what
lies in the folder, `names.py` gives the tensors our names, `packing.py` lays them out for the
processor. Whatever is wrong with a checkpoint is told in one sentence, as a CheckpointError.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import torch

from gpt.errors import CheckpointError
from gpt.generate import Model
from gpt.model import Config
from gpt.weights.folder import fingerprint, open_tokenizer, read_config, read_tensors
from gpt.weights.hub import HUB_ID, fetch
from gpt.weights.names import TURNED, fitted, our_name, their_name
from gpt.weights.packing import PackedGPT

__all__ = ["BUNDLED", "TURNED", "load", "our_name", "read_config", "read_tensors", "their_name"]

BUNDLED = {"conteur": Path(__file__).parent.parent / "conteur"}


def load(
    name: str | Path = "conteur",
    fits: Callable[[Config], None] = lambda _: None,
    progress: Callable[[int, int], None] = lambda _got, _size: None,
) -> Model:
    """Open a checkpoint by its bundled name, its folder or its Hub id, float32, ready to read.

    `fits` is shown the shape before anything big is fetched or read, and may raise; `progress` is
    told how many bytes of how many have come from the Hub. Raises CheckpointError.
    """
    folder = BUNDLED.get(str(name), Path(name).absolute())
    if not os.path.isdir(folder):
        if not HUB_ID.fullmatch(str(name)):
            raise CheckpointError(f"There is no model folder {folder.name}.", "missing")
        folder = fetch(str(name), lambda folder: fits(read_config(folder)), progress)
    config = read_config(folder)
    fits(config)
    tokenizer = open_tokenizer(folder, config.vocabulary)
    with torch.device("meta"):
        network = PackedGPT(config)
    network.load_state_dict(fitted(read_tensors(folder), network, folder), assign=True)
    network.eval().requires_grad_(False).pack()
    return Model(str(name), network, tokenizer, fingerprint(folder))
