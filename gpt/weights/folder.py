"""What lies in a checkpoint's folder → the model's shape, its tokenizer, its tensors.

`config.json`, a tokenizer (`tokenizer.json`, or `vocab.json` with `merges.txt`) and the weights as
safetensors, whole or in shards.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from gpt.errors import CheckpointError
from gpt.model import ACTIVATIONS, Config
from gpt.tokenizer import Tokenizer
from gpt.weights.names import MASK

WHOLE, INDEX = "model.safetensors", "model.safetensors.index.json"
"""The weights in one file, or the list of the files that each hold some of them."""

OPTIONS = "tokenizer_config.json"
"""What `transformers` is told about the tokenizer, beside its own file."""

PIECE = 1 << 20
"""Bytes that are read at a time where a file need not be in memory as a whole."""

FLOATS = (torch.float32, torch.float16, torch.bfloat16, torch.float64)
"""How weights may be stored. Of smaller numbers each stands for another, by a scale of its own."""

SYNONYMS = {"gelu_pytorch_tanh": "gelu_new", "gelu_fast": "gelu_new", "swish": "silu"}
"""Other names, in `transformers`, of activations that GPT has."""


def read_config(folder: Path) -> Config:
    """The shape of a GPT-2 from its `config.json`; what our GPT-2 does not compute is refused."""
    values = _read_json(folder / "config.json")
    if values.get("model_type") != "gpt2":
        raise CheckpointError(
            f"{folder.name}: this is a {values.get('model_type')!r} model, not a 'gpt2' one.",
            "not_gpt2",
        )
    activation = values.get("activation_function", "gelu_new")
    activation = SYNONYMS.get(str(activation), activation)
    if not isinstance(activation, str) or activation not in ACTIVATIONS:
        raise CheckpointError(
            f"{folder.name}: its activation {activation!r} is not one of GPT-2's.", "not_gpt2"
        )
    if _flag(values, "add_cross_attention", False, folder):
        raise CheckpointError(f"{folder.name}: its blocks read a second text.", "not_gpt2")
    epsilon = values.get("layer_norm_epsilon", 1e-5)
    if not isinstance(epsilon, float) or not 0 < epsilon < 1:
        raise CheckpointError(f"{folder.name}: layer_norm_epsilon is {epsilon!r}.")
    try:
        return Config(
            vocabulary=_whole(values, "vocab_size", folder),
            context=_whole(values, "n_positions", folder),
            layers=_whole(values, "n_layer", folder),
            heads=_whole(values, "n_head", folder),
            channels=_whole(values, "n_embd", folder),
            norm_epsilon=epsilon,
            tied=values.get("tie_word_embeddings", True) is not False,
            activation=activation,
            neurons=None if values.get("n_inner") is None else _whole(values, "n_inner", folder),
            scaled=_flag(values, "scale_attn_weights", True, folder),
            scaled_by_block=_flag(values, "scale_attn_by_inverse_layer_idx", False, folder),
        )
    except ValueError as reason:
        raise CheckpointError(f"{folder.name}: config.json does not fit: {reason}.") from None


def read_tensors(folder: Path) -> dict[str, Tensor]:
    """All tensors of a checkpoint under their stored names, float32."""
    tensors: dict[str, Tensor] = {}
    for file in _weight_files(folder):
        if not file.is_file():
            raise CheckpointError(f"{folder.name}: the file {file.name} is missing.", "missing")
        try:
            tensors |= load_file(file)
        except (SafetensorError, OSError, ValueError):
            raise CheckpointError(f"{folder.name}: {file.name} is damaged or cut short.") from None
    for name, tensor in tensors.items():
        if tensor.dtype not in FLOATS and not MASK.fullmatch(name):
            kind = str(tensor.dtype).removeprefix("torch.")
            raise CheckpointError(
                f"{folder.name}: the tensor {name} is packed into {kind}, which GPT-2 does not "
                "unpack.",
                "packed",
            )
    return {name: tensor.float() for name, tensor in tensors.items()}


def fingerprint(folder: Path) -> str:
    """The SHA-256 of the weights: of the one file's bytes, or of all shards', one after another."""
    digest = hashlib.sha256()
    for path in _weight_files(folder):
        with path.open("rb") as file:
            while piece := file.read(PIECE):
                digest.update(piece)
    return digest.hexdigest()


def shards(folder: Path) -> list[str]:
    """The files that an index of shards names."""
    index = folder / INDEX
    named = _read_json(index).get("weight_map")
    if not isinstance(named, dict) or not named:
        raise CheckpointError(f"{folder.name}: {index.name} names no shard.")
    return [Path(str(shard)).name for shard in sorted(set(map(str, named.values())))]


def _weight_files(folder: Path) -> list[Path]:
    whole, index = folder / WHOLE, folder / INDEX
    if index.is_file():
        return [folder / shard for shard in shards(folder)]
    if not whole.is_file() and any(folder.glob("pytorch_model*.bin*")):
        raise CheckpointError(
            f"{folder.name}: its weights are pickled, which can hide a program; "
            "only safetensors are opened.",
            "pickled",
        )
    return [whole]


def open_tokenizer(folder: Path, rows: int) -> Tokenizer:
    """What cuts texts for a network of so many rows: its start and its end as `config.json` names
    them, a space in front as `tokenizer_config.json` says."""
    path, vocabulary, merges = (
        folder / name for name in ("tokenizer.json", "vocab.json", "merges.txt")
    )
    pair = vocabulary.is_file() and merges.is_file()
    if not path.is_file() and not pair:
        raise CheckpointError(f"{folder.name}: the file tokenizer.json is missing.", "missing")
    named = path.name if path.is_file() else f"{vocabulary.name} with {merges.name}"
    values = _read_json(folder / "config.json")
    options = folder / OPTIONS
    prefix_space = _read_json(options).get("add_prefix_space") if options.is_file() else None
    how = (
        _id(values, "bos_token_id"),
        _id(values, "eos_token_id"),
        prefix_space if isinstance(prefix_space, bool) else None,
        rows,
    )
    try:
        if path.is_file():
            return Tokenizer.from_file(path, *how)
        return Tokenizer.from_pair(vocabulary, merges, *how)
    except Exception as reason:  # `tokenizers` raises the bare class
        sentence = str(reason).splitlines()[0] if str(reason) else type(reason).__name__
        raise CheckpointError(f"{folder.name}: {named} does not open: {sentence}.") from None


def _id(values: dict[str, Any], key: str) -> int | None:
    """The id that `config.json` gives, the first of several."""
    given = values.get(key)
    first = given[0] if isinstance(given, list) and given else given
    return first if type(first) is int and first >= 0 else None


def _whole(values: dict[str, Any], key: str, folder: Path) -> int:
    """A whole number of `config.json`."""
    value = values.get(key)
    if type(value) is not int:
        raise CheckpointError(f"{folder.name}: {key} is {value!r} in config.json, not a number.")
    return value


def _flag(values: dict[str, Any], key: str, usual: bool, folder: Path) -> bool:
    """A yes or no of `config.json`, `usual` where it does not say."""
    value = values.get(key, usual)
    if not isinstance(value, bool):
        raise CheckpointError(f"{folder.name}: {key} is {value!r} in config.json, not yes or no.")
    return value


def _read_json(path: Path) -> dict[str, Any]:
    if not path.is_file():
        raise CheckpointError(f"{path.parent.name}: the file {path.name} is missing.", "missing")
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError):
        raise CheckpointError(f"{path.parent.name}: {path.name} is not JSON.") from None
    except OSError:
        raise CheckpointError(f"{path.parent.name}: {path.name} cannot be read.") from None
    if not isinstance(values, dict):
        raise CheckpointError(f"{path.parent.name}: {path.name} holds no settings.")
    return values
