"""The copy of the model that computes gradients: the same weights, made for speed.

What takes the time is said here, as measured: attention written out, as `gpt.model` has it to be
read, moves T × T numbers per head through memory several times. On a graphics card a fused kernel
never writes them down; on a processor, 128 queries at a time stay in the cache and skip the keys
that they may not see, twice to three times as fast as the fused kernel there.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from gpt.cache import Cache
from gpt.model import GPT, Attention, Block, Config
from gpt.trace import Trace
from gpt.training.loss import Slice, slice_loss, sliced_cross_entropy

QUERIES_AT_ONCE = 128
MEASURED_SECONDS = 0.4
MEASURED_ROWS = 1024


class FastAttention(Attention):
    """What `Attention` gives, without T × T weights in memory where nobody asks for them."""

    def forward(
        self, x: Tensor, mask: Tensor, cache: Cache | None = None, trace: Trace | None = None
    ) -> Tensor:
        if cache is not None or trace is not None:
            return super().forward(x, mask, cache, trace)
        query, key, value = map(self._per_head, self.query_key_value(x).chunk(3, dim=-1))
        if x.is_cuda:
            gathered = F.scaled_dot_product_attention(
                query, key, value, is_causal=True, scale=1 / self.divisor
            )
        else:
            gathered = _gather_in_parts(query / self.divisor, key, value, mask)
        mixed: Tensor = self.output(gathered.transpose(1, 2).flatten(2))  # (B, T, C)
        return mixed


def _gather_in_parts(query: Tensor, key: Tensor, value: Tensor, mask: Tensor) -> Tensor:
    parts = []
    for first in range(0, query.shape[-2], QUERIES_AT_ONCE):
        last = min(first + QUERIES_AT_ONCE, query.shape[-2])
        keys = key[:, :, :last].transpose(-2, -1)
        scores = query[:, :, first:last] @ keys + mask[first:last, :last]
        parts.append(scores.softmax(dim=-1) @ value[:, :, :last])
    return torch.cat(parts, dim=-2)


@dataclass(frozen=True)
class Way:
    """How gradients are computed: where, how exactly, how much at once, compiled or not."""

    precision: torch.dtype = torch.float32
    device: str = "cpu"
    tokens_at_once: int = 4096
    compiled: bool = False


class Worker:
    """Computes the gradient of a batch: `network` has the weights, and gathers the gradients.

    All its parameters look into one stretch of memory, `weights`, and their gradients into another,
    `gradient`, so that several workers can share the first and add up the second at once.
    """

    def __init__(self, config: Config, way: Way, weights: Tensor | None = None) -> None:
        self.network = make_network(config).to(device=way.device, dtype=way.precision)
        parameters = list(self.network.parameters())
        if weights is None:
            weights = torch.cat([parameter.detach().flatten() for parameter in parameters])
        self.weights = weights
        self.gradient = torch.zeros_like(weights)
        self._tokens_at_once = way.tokens_at_once
        self._hidden: Callable[[Tensor], Tensor] = self.network.hidden
        self._slice_loss: Slice = slice_loss
        self.look_into(self.weights, self.gradient)
        if way.compiled:
            self._compile(config, way.device)

    def look_into(self, weights: Tensor, gradient: Tensor) -> None:
        """Let the parameters be parts of `weights`, and gather their gradients in `gradient`."""
        self.weights, self.gradient = weights, gradient
        for parameter, weight, slope in zip(
            self.network.parameters(),
            parts(weights, self.network),
            parts(gradient, self.network),
            strict=True,
        ):
            parameter.data = weight
            parameter.grad = slope

    def learn(self, inputs: Tensor, targets: Tensor) -> float:
        """Put the batch's gradient into `gradient`, return the loss in nats a token."""
        self.gradient.zero_()
        total = 0.0
        rows_at_once = max(1, self._tokens_at_once // inputs.shape[1])
        embedding = self.network.token_embedding.weight
        for first in range(0, len(inputs), rows_at_once):
            here = slice(first, first + rows_at_once)
            share = len(inputs[here]) / len(inputs)
            hidden = self._hidden(inputs[here]).flatten(0, 1)
            loss = sliced_cross_entropy(
                hidden, embedding, targets[here].flatten(), self._slice_loss
            )
            (loss * share).backward()  # type: ignore[no-untyped-call]
            total += loss.item() * share
        return total

    def _compile(self, config: Config, device: str) -> None:
        """Fuse what lies between the products; where no compiler is found, say so and go on."""
        plain = self._hidden, self._slice_loss
        row = torch.zeros(1, min(8, config.context), dtype=torch.long, device=device)
        try:
            self._slice_loss = torch.compile(slice_loss)
            self._hidden = torch.compile(self.network.hidden)
            self.learn(row, row)
        except Exception as reason:  # whatever a compiler may say, the plain way gives the same
            print(f"without torch.compile: {_first_line(reason)}", flush=True)
            self._hidden, self._slice_loss = plain


def _first_line(reason: Exception) -> str:
    return (str(reason).strip() or type(reason).__name__).splitlines()[0]


def parts(whole: Tensor, network: GPT) -> list[Tensor]:
    """A stretch of numbers cut into the shapes of a network's parameters."""
    parameters = list(network.parameters())
    pieces = torch.split(whole, [parameter.numel() for parameter in parameters])
    return [piece.view(p.shape) for piece, p in zip(pieces, parameters, strict=True)]


def make_network(config: Config) -> GPT:
    """A GPT of this shape with fast attention; its weights are to be copied from the model's."""
    network = GPT(config)
    for layer, block in enumerate(network.blocks):
        assert isinstance(block, Block)
        block.attention = FastAttention(config, layer)
    return network


def measured_precision(config: Config, device: str = "cpu") -> torch.dtype:
    """bfloat16 where it multiplies faster on this machine, else float32.

    Measured, because neither a processor's name nor its flags tell: on some, products in bfloat16
    are four times as fast as in float32, on others slower.
    """
    return min(_PRECISIONS, key=lambda kind: _seconds_a_product(config, device, kind))


_PRECISIONS = (torch.float32, torch.bfloat16)


def _seconds_a_product(config: Config, device: str, precision: torch.dtype) -> float:
    """How long the run's own product takes, rows × C by C × 4C.

    The shortest of many: what else a busy machine does only lengthens some of them.
    """
    wide = 4 * config.channels
    rows = torch.ones(MEASURED_ROWS, config.channels, device=device, dtype=precision)
    table = torch.ones(config.channels, wide, device=device, dtype=precision)
    (rows @ table).sum().item()
    shortest, ending = float("inf"), time.perf_counter() + MEASURED_SECONDS
    while (started := time.perf_counter()) < ending:
        (rows @ table)[0, 0].item()
        shortest = min(shortest, time.perf_counter() - started)
    return shortest
