"""`python -m benchmarks.training`: tokens a second in training, against a plain loop.

The peer is the loop that nanoGPT made familiar, at the same shape and batch: the logits of all
positions at once, cross entropy, AdamW for everything; in float32, as nanoGPT does on a processor,
and under bfloat16's autocast.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median

import torch
from torch import Tensor, nn
from transformers import GPT2Config, GPT2LMHeadModel

from benchmarks.running import Line, show
from gpt.model import Config
from gpt.training.loop import copy_weights, follow, gradient, initial_model, make_optimizers
from gpt.training.plan import Plan
from gpt.training.worker import make_worker

STEPS, WARM_UP = 3, 1
VOCABULARY = 8192
PLAN = Plan()
Step = Callable[[Tensor, Tensor], None]


def lines() -> list[Line]:
    """All train on the same random tokens, a step of each in turn."""
    torch.manual_seed(1)
    batch = torch.randint(0, VOCABULARY, (PLAN.rows, PLAN.context + 1))
    inputs, targets = batch[:, :-1].contiguous(), batch[:, 1:].contiguous()
    steps = [our_step(), plain_step(torch.float32), plain_step(torch.bfloat16)]
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


def our_step() -> Step:
    """As `gpt.training.loop.train` does it."""
    config = Config(VOCABULARY, PLAN.context, PLAN.layers, PLAN.heads, PLAN.channels)
    model = initial_model(config)
    worker = make_worker(config)
    optimizers = make_optimizers(model, PLAN)

    def step(inputs: Tensor, targets: Tensor) -> None:
        copy_weights(model, worker)
        gradient(worker, inputs, targets, PLAN.tokens_at_once)
        follow(model, worker, optimizers, 0.5)

    return step


def plain_step(precision: torch.dtype) -> Step:
    """nanoGPT's, with the GPT-2 of `transformers`; half the batch at once, as memory asks."""
    model = GPT2LMHeadModel(
        GPT2Config(
            vocab_size=VOCABULARY, n_positions=PLAN.context, n_layer=PLAN.layers,
            n_head=PLAN.heads, n_embd=PLAN.channels, bos_token_id=0, eos_token_id=0,
            resid_pdrop=0.0, embd_pdrop=0.0, attn_pdrop=0.0,
        )
    )  # fmt: skip
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-4, betas=(0.9, 0.95))

    def step(inputs: Tensor, targets: Tensor) -> None:
        optimizer.zero_grad(set_to_none=True)
        for half in (slice(None, PLAN.rows // 2), slice(PLAN.rows // 2, None)):
            with torch.autocast("cpu", precision, enabled=precision != torch.float32):
                logits = model(inputs[half], use_cache=False).logits
                loss = nn.functional.cross_entropy(logits.flatten(0, 1), targets[half].flatten())
            (loss / 2).backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()

    return step


if __name__ == "__main__":
    show(lines())
