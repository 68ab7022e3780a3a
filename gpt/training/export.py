"""The trained weights in the Hub's layout, as `transformers` opens a GPT-2."""

from __future__ import annotations

import json
from pathlib import Path

import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer, processors
from torch import Tensor

from gpt.model import GPT
from gpt.tokenizer import END_OF_TEXT
from gpt.weights import TURNED, their_name

SHARD_BYTES = 8_000_000
"""Files of 10 MB and more are refused by the hosts that the checkpoint is for."""


def export(model: GPT, tokenizer: Tokenizer, out: Path) -> None:
    """Write config.json, tokenizer files and float16 shards of at most 8 MB.

    Raises ValueError when a single tensor is larger than a shard may be.
    """
    out.mkdir(parents=True, exist_ok=True)
    for old in out.glob("model*.safetensors*"):
        old.unlink()
    write_tokenizer(tokenizer, model.config.context, out)
    _write_json(out / "config.json", hub_config(model))
    shards = split_in_shards(stored_tensors(model), SHARD_BYTES)
    index: dict[str, str] = {}
    for number, shard in enumerate(shards, start=1):
        name = f"model-{number:05}-of-{len(shards):05}.safetensors"
        save_file(shard, out / name, metadata={"format": "pt"})
        index |= dict.fromkeys(shard, name)
    total = sum(tensor.nbytes for shard in shards for tensor in shard.values())
    _write_json(
        out / "model.safetensors.index.json",
        {"metadata": {"total_size": total}, "weight_map": dict(sorted(index.items()))},
    )


def hub_config(model: GPT) -> dict[str, object]:
    """`config.json`: the shape under the names that `transformers` gives it."""
    config = model.config
    return {
        "architectures": ["GPT2LMHeadModel"],
        "model_type": "gpt2",
        "activation_function": "gelu_new",
        "attn_pdrop": 0.0,
        "bos_token_id": 0,
        "dtype": "float16",
        "embd_pdrop": 0.0,
        "eos_token_id": 0,
        "layer_norm_epsilon": config.norm_epsilon,
        "n_ctx": config.context,
        "n_embd": config.channels,
        "n_head": config.heads,
        "n_layer": config.layers,
        "n_positions": config.context,
        "resid_pdrop": 0.0,
        "tie_word_embeddings": True,
        "vocab_size": config.vocabulary,
    }


def stored_tensors(model: GPT) -> dict[str, Tensor]:
    """GPT-2's names and orientation, float16."""
    tensors = {}
    for name, tensor in model.state_dict().items():
        turned = tensor.T if name.endswith(TURNED) else tensor
        tensors[their_name(name)] = turned.to(torch.float16).contiguous()
    return tensors


def split_in_shards(tensors: dict[str, Tensor], most: int) -> list[dict[str, Tensor]]:
    """The tensors in their order, dealt into shards of at most `most` bytes."""
    shards: list[dict[str, Tensor]] = [{}]
    size = 0
    for name, tensor in tensors.items():
        if tensor.nbytes > most:
            raise ValueError(f"{name} is {tensor.nbytes:,} bytes, a shard at most {most:,}")
        if size + tensor.nbytes > most:
            shards.append({})
            size = 0
        shards[-1][name] = tensor
        size += tensor.nbytes
    return shards


def reading_start(tokenizer: Tokenizer) -> Tokenizer:
    """The tokenizer that puts the start token in front by itself: our model always reads one."""
    whole = Tokenizer.from_str(tokenizer.to_str())
    start = whole.token_to_id(END_OF_TEXT)
    whole.post_processor = processors.TemplateProcessing(
        single=f"{END_OF_TEXT} $A",
        pair=f"{END_OF_TEXT} $A {END_OF_TEXT} $B",
        special_tokens=[(END_OF_TEXT, start)],
    )
    return whole


def write_tokenizer(tokenizer: Tokenizer, context: int, out: Path) -> None:
    """The tokenizer's files: the vocabulary, and what `transformers` must be told about it."""
    whole = reading_start(tokenizer)
    start = whole.token_to_id(END_OF_TEXT)
    whole.save(str(out / "tokenizer.json"))
    _write_json(
        out / "tokenizer_config.json",
        {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "bos_token": END_OF_TEXT,
            "eos_token": END_OF_TEXT,
            "unk_token": END_OF_TEXT,
            "model_max_length": context,
            "clean_up_tokenization_spaces": False,
        },
    )
    _write_json(out / "generation_config.json", {"bos_token_id": start, "eos_token_id": start})


def _write_json(path: Path, values: dict[str, object]) -> None:
    path.write_text(json.dumps(values, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
