"""GPT-2 as `transformers` computes it, to compare with."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import tokenizers
import torch
from transformers import GPT2Config, GPT2LMHeadModel

from tests.gpt.conftest import randomise


def gpt2(seed: int = 2, **options: Any) -> Any:
    """A GPT-2 of `transformers`, tiny unless the options of its configuration say otherwise."""
    usual: dict[str, Any] = {
        "vocab_size": 320,
        "n_positions": 32,
        "n_layer": 2,
        "n_head": 2,
        "n_embd": 16,
        "bos_token_id": 0,
        "eos_token_id": 0,
        "attn_implementation": "eager",
        "dtype": torch.float32,
    }
    reference: Any = GPT2LMHeadModel(GPT2Config(**{**usual, **options}))
    randomise(reference, seed)
    return reference.eval()


def save(reference: Any, encoder: tokenizers.Tokenizer, folder: Path, shard: str = "1GB") -> Path:
    """A checkpoint folder written by `transformers`, the tokenizer beside it."""
    reference.save_pretrained(folder, max_shard_size=shard)
    encoder.save(str(folder / "tokenizer.json"))
    return folder
