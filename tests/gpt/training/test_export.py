from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from tokenizers import Tokenizer, models

from gpt.model import GPT, Config
from gpt.tokenizer import END_OF_TEXT
from gpt.training.export import export, split_in_shards


def test_shards_stay_under_nine_megabytes(tmp_path: Path) -> None:
    """The bundled model's own shape."""
    network = GPT(Config(vocabulary=8192, context=512, layers=6, heads=4, channels=256))
    tokenizer = Tokenizer(models.BPE())
    tokenizer.add_special_tokens([END_OF_TEXT])
    export(network, tokenizer, tmp_path)
    shards = list(tmp_path.glob("*.safetensors"))
    index = json.loads((tmp_path / "model.safetensors.index.json").read_text())
    assert max(shard.stat().st_size for shard in shards) < 9_000_000
    assert sum(shard.stat().st_size for shard in shards) < 32_000_000
    assert {shard.name for shard in shards} == set(index["weight_map"].values())
    assert len(index["weight_map"]) == len(network.state_dict())


def test_shards_keep_the_order_and_lose_nothing() -> None:
    tensors = {
        name: torch.zeros(size, dtype=torch.int8)
        for name, size in zip("abcde", (4, 5, 6, 2, 2), strict=True)
    }
    shards = split_in_shards(tensors, most=10)
    assert [list(shard) for shard in shards] == [["a", "b"], ["c", "d", "e"]]


def test_a_tensor_larger_than_a_shard_is_refused() -> None:
    with pytest.raises(ValueError, match="wte is 11 bytes"):
        split_in_shards({"wte": torch.zeros(11, dtype=torch.int8)}, most=10)
