"""`python -m benchmarks.training`: tokens a second in training, against a plain loop.

The peer is the loop that nanoGPT made familiar, at the same shape and batch: the logits of all
positions at once, cross entropy, AdamW for everything; in float32, as nanoGPT does on a processor,
and under bfloat16's autocast.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack
from statistics import median

import torch
from torch import Tensor, nn
from transformers import GPT2Config, GPT2LMHeadModel

from benchmarks.running import Line, show
from gpt.model import Config
from gpt.training.hands import hands
from gpt.training.loop import Means, follow, initial_model, make_optimizers
from gpt.training.plan import Plan

STEPS, WARM_UP = 3, 2
VOCABULARY = 8192
CORES = torch.get_num_threads()
PLAN = Plan()
Step = Callable[[Tensor, Tensor], None]


def lines() -> list[Line]:
    """All train on the same random tokens, a step of each in turn."""
    torch.manual_seed(1)
    batch = torch.randint(0, VOCABULARY, (PLAN.rows, PLAN.context + 1))
    inputs, targets = batch[:, :-1].contiguous(), batch[:, 1:].contiguous()
    with ExitStack() as ending:
        steps = [our_step(ending), plain_step(torch.float32), plain_step(torch.bfloat16)]
        taken: list[list[float]] = [[] for _ in steps]
        for _ in range(WARM_UP + STEPS):
            for step, times in zip(steps, taken, strict=True):
                started = time.perf_counter()
                step(inputs, targets)
                times.append(time.perf_counter() - started)
    ours, plain, cast = (inputs.numel() / median(times[WARM_UP:]) for times in taken)
    of = f"training, {PLAN.layers} blocks, {PLAN.channels} channels"
    return [
        Line(of, "a plain loop", ours, plain, "tokens/s", 1.5, least=True),
        Line(of, "the same in bfloat16", ours, cast, "tokens/s", least=True),
    ]


def our_step(ending: ExitStack) -> Step:
    """As `gpt.training.loop.train` does it: compiled, in the precision that is faster here."""
    config = Config(VOCABULARY, PLAN.context, PLAN.layers, PLAN.heads, PLAN.channels)
    model = initial_model(config)
    optimizers = make_optimizers(model, PLAN)
    means = Means()
    working = ending.enter_context(hands(config, means.way(config, PLAN), means.count()))

    def step(inputs: Tensor, targets: Tensor) -> None:
        torch.set_num_threads(1)
        working.take(model)
        working.learn(inputs, targets)
        working.give(model)
        follow(model, optimizers, 0.5)

    return step


def plain_step(precision: torch.dtype) -> Step:
    """nanoGPT's, with the GPT-2 of `transformers`; as much at once as memory and cache ask.

    It uses all cores at every product; ours has one core a process.
    """
    model = GPT2LMHeadModel(
        GPT2Config(
            vocab_size=VOCABULARY, n_positions=PLAN.context, n_layer=PLAN.layers,
            n_head=PLAN.heads, n_embd=PLAN.channels, bos_token_id=0, eos_token_id=0,
            resid_pdrop=0.0, embd_pdrop=0.0, attn_pdrop=0.0,
        )
    )  # fmt: skip
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-4, betas=(0.9, 0.95))

    def step(inputs: Tensor, targets: Tensor) -> None:
        torch.set_num_threads(CORES)
        optimizer.zero_grad(set_to_none=True)
        parts = PLAN.rows // 8
        for some, their_targets in zip(inputs.chunk(parts), targets.chunk(parts), strict=True):
            with torch.autocast("cpu", precision, enabled=precision != torch.float32):
                logits = model(some, use_cache=False).logits
                loss = nn.functional.cross_entropy(logits.flatten(0, 1), their_targets.flatten())
            (loss / parts).backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()

    return step


if __name__ == "__main__":
    show(lines())
