"""The copy of the model that computes gradients: the same weights, made for speed.

What takes the time is said here, as measured: attention written out, as `gpt.model` has it to be
read, moves T × T numbers per head through memory several times; fused, it never writes them down.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from gpt.cache import Cache
from gpt.model import GPT, Attention, Block, Config
from gpt.trace import Trace


class FusedAttention(Attention):
    """What `Attention` gives, without its weights in memory where nobody asks for them."""

    def forward(
        self, x: Tensor, mask: Tensor, cache: Cache | None = None, trace: Trace | None = None
    ) -> Tensor:
        if cache is not None or trace is not None:
            return super().forward(x, mask, cache, trace)
        query, key, value = map(self._per_head, self.query_key_value(x).chunk(3, dim=-1))
        gathered = F.scaled_dot_product_attention(query, key, value, is_causal=True)
        mixed: Tensor = self.output(gathered.transpose(1, 2).flatten(2))  # (B, T, C)
        return mixed


def make_worker(config: Config) -> GPT:
    """A GPT of this shape for whole rows; its weights are to be copied from the model's."""
    worker = GPT(config)
    for layer, block in enumerate(worker.blocks):
        assert isinstance(block, Block)
        block.attention = FusedAttention(config, layer)
    return worker.to(working_precision())


def working_precision() -> torch.dtype:
    """bfloat16 where the machine has tiles for it (AMX), else float32.

    With AVX-512's instructions for bfloat16 alone, its products were measured slower than
    float32's: 165 against 290 GFLOP/s on two cores.
    """
    return torch.bfloat16 if torch.cpu._is_amx_tile_supported() else torch.float32
