"""From the corpus to what the training loop reads: a vocabulary, and the held-out texts."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from tokenizers import Tokenizer

from gpt.training.tokens import write_heldout
from gpt.training.vocabulary import learn, sample

VOCABULARY = 8192
SAMPLE_MEGABYTES = 40


def prepare(
    corpus: Path,
    state: Path,
    vocabulary: int = VOCABULARY,
    tokenizer: Path | None = None,
) -> None:
    """Put into `state` what is not there yet: tokenizer.json and the held-out tokens.

    The vocabulary is learnt from the corpus, unless `tokenizer` names one that exists. Raises
    FileNotFoundError when the corpus lacks a file.
    """
    state.mkdir(parents=True, exist_ok=True)
    path = state / "tokenizer.json"
    if not path.exists():
        if tokenizer is not None:
            shutil.copyfile(tokenizer, path)
        else:
            print(f"learning {vocabulary} tokens", flush=True)
            learn(sample(corpus, SAMPLE_MEGABYTES), vocabulary).save(str(path))
    encoder = Tokenizer.from_file(str(path))
    write_heldout(corpus, encoder, state)


def tokens_seen(checkpoint: Path) -> int:
    """How many tokens the weights of a checkpoint have seen, by its record; 0 without a record."""
    path = checkpoint / "training.json"
    if not path.exists():
        return 0
    return int(json.loads(path.read_text(encoding="utf-8"))["records"][-1]["tokens"])
