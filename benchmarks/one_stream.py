"""`python -m benchmarks.one_stream`: one text written, token by token, on GPT-2 small's shape."""

from __future__ import annotations

from collections.abc import Callable

import torch

from benchmarks.running import Line, show
from benchmarks.small import Both, gpt2_small, in_turn
from gpt import Settings, distribution
from gpt.weights.packing import PackedGPT, PackedLinear

PROMPT, TOKENS, TIMES = 64, 128, 3
GREEDY = Settings("greedy")


def lines() -> list[Line]:
    """Ours against `transformers` with its cache, without, and against reading the weights."""
    with gpt2_small() as both:
        prompt, floor, rounds = both.ids(PROMPT), weights_read(both), iter(range(100))
        theirs: list[Callable[[], object]] = [
            lambda: both.generate([prompt], TOKENS),
            lambda: uncached_generate(both, prompt),
            lambda: [floor() for _ in range(TOKENS)],
        ]
        ours, cached, uncached, read = in_turn(
            TIMES,
            lambda: write(both, both.ids(PROMPT, seed=next(rounds))),
            *map(both.on_all_cores, theirs),
        )
    a_token = [1000 * taken / TOKENS for taken in (ours, cached, uncached, read)]
    of = f"one stream, {PROMPT} + {TOKENS} tokens: a token"
    return [
        Line(of, "transformers, cache", a_token[0], a_token[1], "ms"),
        Line(of, "uncached, as nanoGPT", a_token[0], a_token[2], "ms"),
        Line(of, "reading the weights once", a_token[0], a_token[3], "ms", aim=1.1),
    ]


def write(both: Both, prompt: list[int]) -> None:
    """As for one visitor: read, choose, append; every distribution computed in float64.

    The text is one that nobody has read yet: nothing may come from what the engine keeps.
    """
    ids = list(prompt)
    for _ in range(TOKENS):
        row = both.engine.read(ids).row_logits(-1)
        ids.append(distribution(row, GREEDY).choose().token_id)


def uncached_generate(both: Both, prompt: list[int]) -> None:
    """nanoGPT's loop: the whole text read anew for every token, the last row alone scored."""
    ids = torch.tensor([prompt])
    with torch.no_grad():
        for _ in range(TOKENS):
            logits = both.peer(ids, use_cache=False, logits_to_keep=1).logits[:, -1]
            ids = torch.cat([ids, logits.argmax(-1, keepdim=True)], dim=1)


def weights_read(both: Both) -> Callable[[], None]:
    """The floor: every matrix multiplied once with one vector, and nothing else."""
    network = both.engine.model.network
    assert isinstance(network, PackedGPT)
    packed = [each for each in network.modules() if isinstance(each, PackedLinear)]
    packed += network._table
    vectors = [torch.ones(1, each.in_features) for each in packed]

    def read() -> None:
        with torch.no_grad():
            for layer, vector in zip(packed, vectors, strict=True):
                layer(vector)

    return read


if __name__ == "__main__":
    show(lines())
