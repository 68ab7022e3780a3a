"""GPT-2's own names for its tensors ↔ ours, and which way round it stores them: they end here."""

from __future__ import annotations

import re
from pathlib import Path

import torch
from torch import Tensor

from gpt.errors import CheckpointError
from gpt.model import GPT

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

MASK = re.compile(r"(transformer\.)?h\.\d+\.attn\.(masked_)?bias")
"""Old checkpoints hold the causal mask as if it were a weight."""


def fitted(stored: dict[str, Tensor], network: GPT, folder: Path) -> dict[str, Tensor]:
    """GPT-2's names and orientation → ours, each tensor of the shape that the network wants."""
    stored = {key: tensor for key, tensor in stored.items() if not MASK.fullmatch(key)}
    names = {our_name(key): key for key in stored}
    if network.config.tied:
        only = names.pop("output.weight", "")
        if only:  # one of the two may stand for both
            names.setdefault("token_embedding.weight", only)
        head = stored.get(only)
        embedding = stored.get(names.get("token_embedding.weight", ""))
        if head is not None and embedding is not None and not torch.equal(head, embedding):
            raise CheckpointError(
                f"{folder.name}: config.json says that the output layer is tied to the token "
                "embeddings, and the weights say that it is not."
            )
    found = {}
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
        found[ours] = tensor.T if turned else tensor
    if names:
        raise CheckpointError(f"{folder.name}: GPT-2 has no tensor {min(names.values())}.")
    return found


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
