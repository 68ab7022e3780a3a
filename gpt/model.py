"""Tokens in, logits out: GPT-2's architecture, to be read from top to bottom.

The shapes at every turn use one set of letters: B texts in a batch, T positions, L layers, H heads,
C channels, V vocabulary. Source of the architecture: Radford et al., "Language Models are
Unsupervised Multitask Learners" (2019), and the weights published with it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from gpt.cache import Cache
from gpt.trace import Trace

ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "gelu_new": partial(F.gelu, approximate="tanh"),
    "gelu": F.gelu,
    "relu": F.relu,
    "silu": F.silu,
    "tanh": torch.tanh,
}
"""The curves that a feed-forward may bend its sums with, by the names that GPT-2's configuration
gives them. GPT-2's own is the first: GELU, with a tanh."""


@dataclass(frozen=True)
class Config:
    """The five numbers that fix a GPT's shape, the norms' epsilon, and whether the output is tied.

    A tied output layer is the table of token embeddings, used a second time; GPT-2's is. The rest
    are choices that GPT-2's configuration leaves open, at the values that GPT-2 has: the curve of
    the feed-forward; how many neurons that has, None for 4C; whether scores are divided by √(C/H);
    and by the number of their block, from 1, too.
    """

    vocabulary: int
    context: int
    layers: int
    heads: int
    channels: int
    norm_epsilon: float = 1e-5
    tied: bool = True
    activation: str = "gelu_new"
    neurons: int | None = None
    scaled: bool = True
    scaled_by_block: bool = False

    def __post_init__(self) -> None:
        numbers = (self.vocabulary, self.context, self.layers, self.heads, self.channels)
        if min(numbers) < 1:
            raise ValueError(f"the five numbers of a GPT's shape are at least 1, not {numbers}")
        if self.channels % self.heads:
            raise ValueError(f"{self.channels} channels cannot be shared by {self.heads} heads")
        if self.wide < 1:
            raise ValueError(f"a feed-forward has at least 1 neuron, not {self.neurons}")
        if self.activation not in ACTIVATIONS:
            raise ValueError(f"no activation is called {self.activation!r}")

    @property
    def wide(self) -> int:
        """How many neurons a feed-forward has."""
        return 4 * self.channels if self.neurons is None else self.neurons

    def divisor(self, layer: int) -> float:
        """What the scores of a block's heads are divided by."""
        root = math.sqrt(self.channels / self.heads) if self.scaled else 1.0
        return root * (layer + 1) if self.scaled_by_block else root


class Attention(nn.Module):
    """Each position gathers what matters, from itself and those before."""

    def __init__(self, config: Config, layer: int) -> None:
        super().__init__()
        self.layer = layer
        self.heads = config.heads
        # GPT-2's is √(C/H).
        self.divisor = config.divisor(layer)
        channels = config.channels
        self.query_key_value = nn.Linear(channels, 3 * channels)
        self.output = nn.Linear(channels, channels)

    def forward(
        self,
        x: Tensor,
        mask: Tensor,
        cache: Cache | None = None,
        trace: Trace | None = None,
    ) -> Tensor:
        all_three = self.query_key_value(x).chunk(3, dim=-1)
        query, key, value = map(self._per_head, all_three)
        if cache is not None:
            key, value = cache.extend(self.layer, torch.stack([key, value]))

        query = query / self.divisor
        # How well each query fits each key, (B, H, T, past + T).
        scores = query @ key.transpose(-2, -1) + mask
        weights = scores.softmax(dim=-1)
        if trace is not None:
            trace.keep_attention(weights)
        # What each head gathers, (B, H, T, C/H).
        gathered = weights @ value
        # The heads side by side, mixed, (B, T, C).
        mixed: Tensor = self.output(gathered.transpose(1, 2).flatten(2))
        return mixed

    def _per_head(self, x: Tensor) -> Tensor:
        # (B, T, C) → (B, H, T, C/H): each head has channels of its own.
        return x.view(*x.shape[:-1], self.heads, -1).transpose(1, 2)


class FeedForward(nn.Module):
    """Each position by itself: expand, bend, contract."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.expand = nn.Linear(config.channels, config.wide)
        # GPT-2's is GELU.
        self.bend = ACTIVATIONS[config.activation]
        self.contract = nn.Linear(config.wide, config.channels)

    def forward(self, x: Tensor, trace: Trace | None = None) -> Tensor:
        # Wider, GPT-2's four times, and bent, (B, T, 4C).
        activations = self.bend(self.expand(x))
        if trace is not None:
            trace.keep_activations(activations)
        # As wide as before, (B, T, C).
        contracted: Tensor = self.contract(activations)
        return contracted


class Block(nn.Module):
    """Adds to the residual stream what attention and feed-forward make."""

    def __init__(self, config: Config, layer: int) -> None:
        super().__init__()
        self.norm_1 = nn.LayerNorm(config.channels, eps=config.norm_epsilon)
        self.attention = Attention(config, layer)
        self.norm_2 = nn.LayerNorm(config.channels, eps=config.norm_epsilon)
        self.feed_forward = FeedForward(config)

    def forward(
        self,
        x: Tensor,
        mask: Tensor,
        cache: Cache | None = None,
        trace: Trace | None = None,
    ) -> Tensor:
        x = x + self.attention(self.norm_1(x), mask, cache, trace)
        x = x + self.feed_forward(self.norm_2(x), trace)
        return x


class GPT(nn.Module):
    """Token ids (B, T) in, logits (B, T, V) out.

    A row of scores after every position.
    """

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
        channels = config.channels
        self.token_embedding = nn.Embedding(config.vocabulary, channels)
        self.position_embedding = nn.Embedding(config.context, channels)
        blocks = [Block(config, layer) for layer in range(config.layers)]
        self.blocks = nn.ModuleList(blocks)
        self.norm = nn.LayerNorm(channels, eps=config.norm_epsilon)
        if not config.tied:
            self.output = nn.Linear(channels, config.vocabulary, bias=False)

    def forward(
        self,
        tokens: Tensor,
        cache: Cache | None = None,
        trace: Trace | None = None,
    ) -> Tensor:
        """The logits of every position, (B, T, V).

        With a cache, `tokens` are those that follow what it holds.
        Raises ValueError when the text is longer than the context.
        """
        return self.unembed(self.hidden(tokens, cache, trace))

    def hidden(
        self,
        tokens: Tensor,
        cache: Cache | None = None,
        trace: Trace | None = None,
    ) -> Tensor:
        """The residual stream after the final norm, (B, T, C)."""
        start = 0 if cache is None else cache.length
        end = start + tokens.shape[-1]
        most = self.config.context
        if end > most:
            raise ValueError(f"{end} tokens do not fit a context of {most}")

        positions = torch.arange(start, end, device=tokens.device)
        # What each token is, and where it stands, (B, T, C).
        x = self.token_embedding(tokens)
        x = x + self.position_embedding(positions)
        if trace is not None:
            trace.keep_residual(x)
        mask = _no_future(start, end, x)
        for block in self.blocks:
            x = block(x, mask, cache, trace)
            if trace is not None:
                trace.keep_residual(x)
        normed: Tensor = self.norm(x)
        return normed

    def unembed(self, hidden: Tensor) -> Tensor:
        """Compare each position with every token's row of the output table.

        (…, C) → (…, V). Tied, as GPT-2's is, that table is the one of the
        token embeddings, used a second time.
        """
        table = self.token_embedding if self.config.tied else self.output
        return hidden @ table.weight.T

    def empty_cache(self) -> Cache:
        """A cache for a text of which nothing has been read."""
        return Cache(self.config.layers)


def _no_future(start: int, end: int, like: Tensor) -> Tensor:
    """(end - start, end): 0 where a position may look, −∞ where it would look at a later one."""
    mask = torch.full((end - start, end), -math.inf, dtype=like.dtype, device=like.device)
    return mask.triu(diagonal=start + 1)
