"""A checkpoint in the Hub's layout → a model and its tokenizer.

A checkpoint is a folder with `config.json`, `tokenizer.json` and the weights as safetensors, whole
or in shards. GPT-2's own tensor names (`wte`, `c_attn`, …) end in this file. Whatever is wrong with
a checkpoint is told in one sentence, as a CheckpointError.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from gpt.generate import Model
from gpt.model import GPT, Config
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
}

TURNED = ("query_key_value.weight", "attention.output.weight", "expand.weight", "contract.weight")
"""GPT-2 stores these matrices as (inputs, outputs); PyTorch's linear layers want the other way."""

MASK = re.compile(r"h\.\d+\.attn\.(masked_)?bias")
"""Old checkpoints hold the causal mask as if it were a weight."""


class CheckpointError(Exception):
    """A checkpoint that cannot be opened; the message says in one sentence why."""


def load(name: str | Path) -> Model:
    """Open a checkpoint by its bundled name or its folder, float32, ready to read.

    Raises CheckpointError.
    """
    folder = BUNDLED.get(str(name), Path(name))
    if not folder.is_dir():
        raise CheckpointError(f"There is no model folder {name}.")
    config = read_config(folder)
    tokenizer = _open_tokenizer(folder)
    if tokenizer.size > config.vocabulary:
        raise CheckpointError(
            f"{folder.name}: the tokenizer knows {tokenizer.size} tokens, "
            f"the model only {config.vocabulary}."
        )
    with torch.device("meta"):
        network = GPT(config)
    wanted = {name: tensor.shape for name, tensor in network.state_dict().items()}
    weights = _renamed(read_tensors(folder))
    for key, shape in wanted.items():
        if key not in weights:
            raise CheckpointError(f"{folder.name}: the tensor {key} is missing.")
        if weights[key].shape != shape:
            found = tuple(weights[key].shape)
            raise CheckpointError(f"{folder.name}: {key} is {found}, not {tuple(shape)}.")
    foreign = sorted(set(weights) - set(wanted))
    if foreign:
        raise CheckpointError(f"{folder.name}: GPT-2 has no tensor {foreign[0]}.")
    network.load_state_dict(weights, assign=True)
    return Model(str(name), network.eval().requires_grad_(False), tokenizer)


def read_config(folder: Path) -> Config:
    """The shape of a GPT-2 from its `config.json`."""
    values = _read_json(folder / "config.json")
    if values.get("model_type") != "gpt2":
        raise CheckpointError(
            f"{folder.name}: this is a {values.get('model_type')!r} model, not a 'gpt2' one."
        )
    if values.get("activation_function", "gelu_new") != "gelu_new":
        raise CheckpointError(
            f"{folder.name}: its activation {values['activation_function']!r} is not GPT-2's."
        )
    if values.get("n_inner") not in (None, 4 * int(values.get("n_embd", 0))):
        raise CheckpointError(f"{folder.name}: its feed-forward layers do not expand by four.")
    try:
        return Config(
            vocabulary=int(values["vocab_size"]),
            context=int(values["n_positions"]),
            layers=int(values["n_layer"]),
            heads=int(values["n_head"]),
            channels=int(values["n_embd"]),
            norm_epsilon=float(values.get("layer_norm_epsilon", 1e-5)),
        )
    except KeyError as missing:
        raise CheckpointError(f"{folder.name}: config.json has no {missing}.") from None
    except (TypeError, ValueError) as reason:
        raise CheckpointError(f"{folder.name}: config.json does not fit: {reason}.") from None


def read_tensors(folder: Path) -> dict[str, Tensor]:
    """All tensors of a checkpoint under their stored names, float32."""
    tensors: dict[str, Tensor] = {}
    for file in _weight_files(folder):
        if not file.is_file():
            raise CheckpointError(f"{folder.name}: the file {file.name} is missing.")
        try:
            with safe_open(file, framework="pt") as stored:
                for key in stored.keys():  # noqa: SIM118: the handle is not a dictionary
                    tensors[key] = stored.get_tensor(key).float()
        except (SafetensorError, OSError, ValueError):
            raise CheckpointError(f"{folder.name}: {file.name} is damaged or cut short.") from None
    return tensors


def _weight_files(folder: Path) -> list[Path]:
    index = folder / "model.safetensors.index.json"
    if not index.is_file():
        return [folder / "model.safetensors"]
    shards = _read_json(index).get("weight_map")
    if not isinstance(shards, dict) or not shards:
        raise CheckpointError(f"{folder.name}: {index.name} names no shard.")
    return [folder / Path(str(shard)).name for shard in sorted(set(shards.values()))]


def _renamed(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """GPT-2's names and orientation → ours; masks are left out, a tied head is not kept twice."""
    embedding = tensors.get("transformer.wte.weight", tensors.get("wte.weight"))
    head = tensors.pop("lm_head.weight", None)
    if head is not None and embedding is not None and not torch.equal(head, embedding):
        raise CheckpointError("The output layer is not tied to the token embeddings.")
    renamed = {}
    for key, tensor in tensors.items():
        key = key.removeprefix("transformer.")
        if MASK.fullmatch(key):
            continue
        ours = our_name(key)
        renamed[ours] = tensor.T.contiguous() if ours.endswith(TURNED) else tensor
    return renamed


def our_name(key: str) -> str:
    """`h.0.attn.c_attn.weight` → `blocks.0.attention.query_key_value.weight`."""
    match = re.fullmatch(r"(?:(h)\.(\d+)\.)?(.+)\.(weight|bias)", key)
    if match is None:
        return key
    group, number, layer, kind = match.groups()
    prefix = f"{NAMES[group]}.{number}." if group else ""
    return f"{prefix}{NAMES.get(layer, layer)}.{kind}"


def their_name(key: str) -> str:
    """The reverse of `our_name`, with the prefix that published checkpoints carry."""
    back = {ours: theirs for theirs, ours in NAMES.items()}
    match = re.fullmatch(r"(?:(blocks)\.(\d+)\.)?(.+)\.(weight|bias)", key)
    assert match is not None, key
    group, number, layer, kind = match.groups()
    prefix = f"{back[group]}.{number}." if group else ""
    return f"transformer.{prefix}{back[layer]}.{kind}"


def _open_tokenizer(folder: Path) -> Tokenizer:
    path = folder / "tokenizer.json"
    if not path.is_file():
        raise CheckpointError(f"{folder.name}: the file tokenizer.json is missing.")
    try:
        return Tokenizer.from_file(path)
    except Exception as reason:  # `tokenizers` raises the bare class
        sentence = str(reason).splitlines()[0] if str(reason) else type(reason).__name__
        raise CheckpointError(f"{folder.name}: tokenizer.json does not open: {sentence}") from None


def _read_json(path: Path) -> dict[str, Any]:
    if not path.is_file():
        raise CheckpointError(f"{path.parent.name}: the file {path.name} is missing.")
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        raise CheckpointError(f"{path.parent.name}: {path.name} is not JSON.") from None
    if not isinstance(values, dict):
        raise CheckpointError(f"{path.parent.name}: {path.name} holds no settings.")
    return values
