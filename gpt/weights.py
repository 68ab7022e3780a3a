"""A checkpoint in the Hub's layout → a model and its tokenizer.

A checkpoint is a folder with `config.json`, a tokenizer (`tokenizer.json`, or `vocab.json` with
`merges.txt`) and the weights as safetensors, whole or in shards. GPT-2's own tensor names (`wte`,
`c_attn`, …) end in this file. Whatever is wrong with a checkpoint is told in one sentence, as a
CheckpointError.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from gpt import hub
from gpt.errors import CheckpointError
from gpt.generate import Model
from gpt.model import GPT, Config
from gpt.packing import PackedGPT
from gpt.tokenizer import Tokenizer

BUNDLED = {"conteur": Path(__file__).parent / "conteur"}

NAMES = {
    "wte": "token_embedding",
    "wpe": "position_embedding",
    "h": "blocks",
    "ln_1": "norm_1",
    "attn.c_attn": "attention.query_key_value",
    "attn.c_proj": "attention.output",
    "ln_2": "norm_2",
    "mlp.c_fc": "feed_forward.expand",
    "mlp.c_proj": "feed_forward.contract",
    "ln_f": "norm",
    "lm_head": "output",
}

TURNED = ("query_key_value.weight", "attention.output.weight", "expand.weight", "contract.weight")
"""GPT-2 stores these matrices as (inputs, outputs); PyTorch's linear layers want the other way."""

HUB_ID = re.compile(r"(?:[\w-][\w.-]*/)?[\w-][\w.-]*", re.ASCII)

MASK = re.compile(r"(transformer\.)?h\.\d+\.attn\.(masked_)?bias")
"""Old checkpoints hold the causal mask as if it were a weight."""

USUAL = {
    "scale_attn_weights": True,
    "scale_attn_by_inverse_layer_idx": False,
    "add_cross_attention": False,
}
"""What GPT-2 itself does, where the class of `transformers` can do otherwise."""


def load(
    name: str | Path,
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
        folder = hub.fetch(str(name), lambda folder: fits(read_config(folder)), progress)
    config = read_config(folder)
    fits(config)
    tokenizer = _open_tokenizer(folder)
    if tokenizer.size > config.vocabulary:
        raise CheckpointError(
            f"{folder.name}: the tokenizer knows {tokenizer.size} tokens, "
            f"the model only {config.vocabulary}."
        )
    with torch.device("meta"):
        network = PackedGPT(config)
    network.load_state_dict(_fitted(read_tensors(folder), network, folder), assign=True)
    network.eval().requires_grad_(False).pack()
    return Model(str(name), network, tokenizer)


def read_config(folder: Path) -> Config:
    """The shape of a GPT-2 from its `config.json`; what our GPT-2 does not compute is refused."""
    values = _read_json(folder / "config.json")
    if values.get("model_type") != "gpt2":
        raise CheckpointError(
            f"{folder.name}: this is a {values.get('model_type')!r} model, not a 'gpt2' one.",
            "not_gpt2",
        )
    if values.get("activation_function", "gelu_new") not in ("gelu_new", "gelu_pytorch_tanh"):
        raise CheckpointError(
            f"{folder.name}: its activation {values['activation_function']!r} is not GPT-2's.",
            "not_gpt2",
        )
    for option, usual in USUAL.items():
        if values.get(option, usual) != usual:
            raise CheckpointError(
                f"{folder.name}: {option} is {values[option]!r}, not {usual}.", "not_gpt2"
            )
    if values.get("n_inner") not in (None, 4 * _whole(values, "n_embd", folder)):
        raise CheckpointError(
            f"{folder.name}: its feed-forward layers do not expand by four.", "not_gpt2"
        )
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
            tensors |= {name: tensor.float() for name, tensor in load_file(file).items()}
        except (SafetensorError, OSError, ValueError):
            raise CheckpointError(f"{folder.name}: {file.name} is damaged or cut short.") from None
    return tensors


def shards(folder: Path) -> list[str]:
    """The files that an index of shards names."""
    index = folder / "model.safetensors.index.json"
    named = _read_json(index).get("weight_map")
    if not isinstance(named, dict) or not named:
        raise CheckpointError(f"{folder.name}: {index.name} names no shard.")
    return [Path(str(shard)).name for shard in sorted(set(map(str, named.values())))]


def _weight_files(folder: Path) -> list[Path]:
    whole, index = folder / "model.safetensors", folder / "model.safetensors.index.json"
    if index.is_file():
        return [folder / shard for shard in shards(folder)]
    if not whole.is_file() and any(folder.glob("pytorch_model*.bin*")):
        raise CheckpointError(
            f"{folder.name}: its weights are pickled, which can hide a program; "
            "only safetensors are opened.",
            "pickled",
        )
    return [whole]


def _fitted(stored: dict[str, Tensor], network: GPT, folder: Path) -> dict[str, Tensor]:
    """GPT-2's names and orientation → ours, each tensor of the shape that the network wants."""
    stored = {key: tensor for key, tensor in stored.items() if not MASK.fullmatch(key)}
    names = {our_name(key): key for key in stored}
    if network.config.tied:
        head = stored.get(names.pop("output.weight", ""))
        embedding = stored.get(names.get("token_embedding.weight", ""))
        if head is not None and embedding is not None and not torch.equal(head, embedding):
            raise CheckpointError(
                f"{folder.name}: config.json says that the output layer is tied to the token "
                "embeddings, and the weights say that it is not."
            )
    fitted = {}
    for ours, wanted in network.state_dict().items():
        if ours not in names:
            raise CheckpointError(f"{folder.name}: the tensor {their_name(ours)} is missing.")
        name = names.pop(ours)
        tensor = stored[name]
        turned = ours.endswith(TURNED)
        if tensor.shape != (wanted.shape[::-1] if turned else wanted.shape):
            raise CheckpointError(
                f"{folder.name}: the tensor {name} has the shape {tuple(tensor.shape)}, "
                "which config.json contradicts."
            )
        if not bool(tensor.isfinite().all()):
            raise CheckpointError(f"{folder.name}: the tensor {name} holds infinities or NaN.")
        fitted[ours] = tensor.T if turned else tensor
    if names:
        raise CheckpointError(f"{folder.name}: GPT-2 has no tensor {min(names.values())}.")
    return fitted


def our_name(key: str) -> str:
    """`h.0.attn.c_attn.weight` → `blocks.0.attention.query_key_value.weight`.

    The prefix that published checkpoints carry may be there or not.
    """
    match = re.fullmatch(r"(?:transformer\.)?(?:(h)\.(\d+)\.)?(.+)\.(weight|bias)", key)
    if match is None:
        return key
    group, number, layer, kind = match.groups()
    prefix = f"{NAMES[group]}.{number}." if group else ""
    return f"{prefix}{NAMES.get(layer, layer)}.{kind}"


def their_name(key: str) -> str:
    """The reverse of `our_name`, with the prefix."""
    back = {ours: theirs for theirs, ours in NAMES.items()}
    match = re.fullmatch(r"(?:(blocks)\.(\d+)\.)?(.+)\.(weight|bias)", key)
    assert match is not None, key
    group, number, layer, kind = match.groups()
    if layer == "output":
        return f"{back[layer]}.{kind}"
    prefix = f"{back[group]}.{number}." if group else ""
    return f"transformer.{prefix}{back[layer]}.{kind}"


def _open_tokenizer(folder: Path) -> Tokenizer:
    path, vocabulary, merges = (
        folder / name for name in ("tokenizer.json", "vocab.json", "merges.txt")
    )
    pair = vocabulary.is_file() and merges.is_file()
    if not path.is_file() and not pair:
        raise CheckpointError(f"{folder.name}: the file tokenizer.json is missing.", "missing")
    named = path.name if path.is_file() else f"{vocabulary.name} with {merges.name}"
    try:
        if path.is_file():
            return Tokenizer.from_file(path)
        return Tokenizer.from_pair(vocabulary, merges)
    except Exception as reason:  # `tokenizers` raises the bare class
        sentence = str(reason).splitlines()[0] if str(reason) else type(reason).__name__
        raise CheckpointError(f"{folder.name}: {named} does not open: {sentence}.") from None


def _whole(values: dict[str, Any], key: str, folder: Path) -> int:
    """A whole number of `config.json`."""
    value = values.get(key)
    if not isinstance(value, int):
        raise CheckpointError(f"{folder.name}: {key} is {value!r} in config.json, not a number.")
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
