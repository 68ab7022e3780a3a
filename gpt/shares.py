"""Who adds what: a logit as the sum of what every part of the network wrote into the stream.

The residual stream is a sum, and the logit of a token is a dot product with it, once the final norm
has set its scale. A dot product with a sum is the sum of the dot products: each part has its share.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from gpt.model import GPT, Attention, Block
from gpt.trace import Trace


@dataclass(frozen=True)
class Written:
    """What one part wrote at one position: a vector (C,).

    `part` is "token", "position", "head", "attention_bias" or "feed_forward"; blocks and heads are
    counted from 0. A head has its own vector; the bias of an attention is added once for all heads.
    """

    part: str
    vector: Tensor
    block: int | None = None
    head: int | None = None


@torch.no_grad()
def written(network: GPT, trace: Trace, token_id: int, position: int) -> list[Written]:
    """Everything that stands in the stream at a position after the last block; it adds up to it."""
    found = [
        Written("token", network.token_embedding.weight[token_id]),
        Written("position", network.position_embedding.weight[position]),
    ]
    for layer, block in enumerate(network.blocks):
        assert isinstance(block, Block)
        x = trace.residual[layer, : position + 1]
        heads, bias = _by_head(block.attention, block.norm_1(x))
        found += [Written("head", vector, layer, head) for head, vector in enumerate(heads)]
        found.append(Written("attention_bias", bias, layer))

        x = x[position] + heads.sum(dim=0) + bias
        made = block.feed_forward(block.norm_2(x.unsqueeze(0)))[0]  # (C,)
        found.append(Written("feed_forward", made, layer))
    return found


def output_rows(network: GPT) -> Tensor:
    """(V, C): the rows of the output matrix, which is the table of the tokens where it is tied."""
    return (network.token_embedding if network.config.tied else network.output).weight.detach()


@torch.no_grad()
def direct(network: GPT, x: Tensor, end: Tensor, rows: Tensor) -> Tensor:
    """The points that each vector adds directly to each logit.

    Vectors x (…, C), the stream (C,) after the last block, rows (N, C) of
    the output matrix → (…, N). The final norm takes away the mean, divides
    by the spread of the stream, and stretches each channel: of every vector
    alike. So vectors that add up to the stream give points that add up to
    the logits, but for what `of_the_norm` adds.
    """
    norm = network.norm
    spread = (end.double().var(correction=0) + norm.eps).sqrt()
    centred = x.double() - x.double().mean(dim=-1, keepdim=True)
    return centred / spread * norm.weight.double() @ rows.double().T


@torch.no_grad()
def of_the_norm(network: GPT, rows: Tensor) -> Tensor:
    """The points that the final norm's own bias adds to each logit, whatever the text: (N,)."""
    return rows.double() @ network.norm.bias.double()


def _by_head(attention: Attention, x: Tensor) -> tuple[Tensor, Tensor]:
    """What each head adds at the last position of x (T, C), (H, C); and the bias they share, (C,).

    The output layer mixes the heads' vectors, laid end to end; each meets columns of its own.
    """
    per_head = (len(x), 3, attention.heads, -1)
    query, key, value = attention.query_key_value(x).view(per_head).unbind(dim=1)  # (T, H, C/H)
    scores = torch.einsum("hd,thd->ht", query[-1], key) / attention.divisor
    gathered = torch.einsum("ht,thd->hd", scores.softmax(dim=-1), value)  # (H, C/H)
    output = attention.output
    columns = output.weight.view(-1, *gathered.shape)  # (C, H, C/H)
    return torch.einsum("chd,hd->hc", columns, gathered), output.bias
