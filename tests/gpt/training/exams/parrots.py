"""Models made by hand: after each token they say the one that they were told, almost surely."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import torch

import gpt
from gpt.training.vocabulary import learn


def words_of(*texts: str, size: int = 600) -> gpt.Tokenizer:
    """A vocabulary in which every word of some texts is one token; it reads no start token."""
    return gpt.Tokenizer(learn(iter(texts * 3), size))


def parrot(tokenizer: gpt.Tokenizer, *texts: str, context: int = 64) -> gpt.Model:
    """A model that goes on from a token as the first of the texts does in which it stands."""
    follows: dict[int, int] = {}
    for text in texts:
        for id, after in pairwise([*tokenizer.encode(text), tokenizer.end_of_text]):
            follows.setdefault(id, after)
    return told(tokenizer, {id: [after] for id, after in follows.items()}, context)


def told(
    tokenizer: gpt.Tokenizer, follows: Mapping[int, Sequence[int]], context: int = 64
) -> gpt.Model:
    """A model that expects after a token the first of some others, then the second, and so on.

    The blocks add nothing; an embedding is a one for its token, and the output layer reads off
    what comes after that.
    """
    size = tokenizer.size
    network = gpt.GPT(gpt.Config(size, context, layers=1, heads=1, channels=size, tied=False))
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.zero_()
        network.norm.weight.fill_(1.0)
        network.token_embedding.weight.copy_(torch.eye(size))
        for id, later in follows.items():
            for rank, after in enumerate(later):
                network.output.weight[after, id] = 1.0 - 0.2 * rank
    return gpt.Model("parrot", network.eval().requires_grad_(False), tokenizer)
