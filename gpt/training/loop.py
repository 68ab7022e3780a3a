"""The training loop: predict the next token everywhere, and follow the gradient.

Muon (Jordan et al., 2024) moves the matrices of the blocks, AdamW everything else. The rate warms
up, stays, and falls to zero over the last part of the run. All state is written to the folder, and
a run that was stopped goes on where it stood.
"""

from __future__ import annotations

import math
import time
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer
from torch import Tensor, nn

from gpt.model import GPT, Config
from gpt.training.loss import sliced_cross_entropy
from gpt.training.plan import Plan, rate, shorten, snapshot_steps
from gpt.training.state import log, restore, save, snapshot, stop_signals
from gpt.training.tokens import Batches
from gpt.training.watch import Watched
from gpt.training.worker import make_worker

SPEAK_EVERY = 20


def train(
    folder: Path,
    plan: Plan,
    watch_every: int = 200,
    save_every: int = 100,
    start: GPT | None = None,
    seen: int = 0,
) -> bool:
    """Train to the end of the plan, from the state in `folder` if there is one.

    Without a state the run begins with the weights of `start`, which have seen `seen` tokens
    already, or from nothing. Returns False when Ctrl-C or SIGTERM stopped it; the state is saved.
    """
    torch.manual_seed(plan.seed)
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    config = Config(
        tokenizer.get_vocab_size(), plan.context, plan.layers, plan.heads, plan.channels
    )
    model = initial_model(config)
    if start is not None:
        model.load_state_dict(start.state_dict())
    optimizers = make_optimizers(model, plan)
    batches = Batches(folder, tokenizer, plan.context)
    batches.skip(seen // plan.context)
    worker = make_worker(config)
    step = restore(folder, model, optimizers, batches)
    watched = Watched(folder, plan.context)
    snapshots = snapshot_steps(plan.steps)
    losses: list[float] = []
    started, since = time.perf_counter(), step

    with stop_signals() as stop:
        while True:
            if step in snapshots:
                snapshot(folder, model, step)
            if step % watch_every == 0 or step in snapshots or step >= plan.steps:
                copy_weights(model, worker)
                record = {"step": step, "tokens": step * plan.tokens_a_step}
                line = record | mean_loss(losses) | watched.losses(worker)
                log(folder, line)
                print(line, flush=True)
            if step >= plan.steps:
                return True
            copy_weights(model, worker)
            inputs, targets = shorten(*batches.next(plan.rows), step, plan)
            losses.append(gradient(worker, inputs, targets, plan.tokens_at_once))
            follow(model, worker, optimizers, rate(step, plan))
            step += 1
            if step % SPEAK_EVERY == 0:
                pace = (step - since) * plan.tokens_a_step / (time.perf_counter() - started)
                print(
                    f"step {step}/{plan.steps}  loss {losses[-1]:.4f}  {pace:.0f} tokens/s",
                    flush=True,
                )
            if step % save_every == 0 or step == plan.steps or stop.is_set():
                save(folder, model, optimizers, batches, step)
            if stop.is_set():
                print(f"stopped after step {step}; the same command goes on from here", flush=True)
                return False


def initial_model(config: Config) -> GPT:
    """GPT-2's beginning: small normal weights, smaller where a block writes to the residual."""
    model = GPT(config)
    for name, parameter in model.named_parameters():
        if parameter.ndim == 2:
            writes = name.endswith(("attention.output.weight", "contract.weight"))
            scale = math.sqrt(2 * config.layers) if writes else 1
            nn.init.normal_(parameter, std=0.02 / scale)
        elif name.endswith("bias"):
            nn.init.zeros_(parameter)
    return model


def make_optimizers(model: GPT, plan: Plan) -> list[torch.optim.Optimizer]:
    """Muon for the matrices of the blocks, AdamW for embeddings, norms and biases."""
    matrices = [p for p in model.blocks.parameters() if p.ndim == 2]
    embeddings = [model.token_embedding.weight, model.position_embedding.weight]
    vectors = [p for p in model.parameters() if p.ndim == 1]
    others: list[dict[str, Any]] = [{"params": embeddings}, {"params": vectors}]
    return [
        torch.optim.Muon(matrices, lr=plan.matrix_rate, momentum=0.95, weight_decay=0.01),
        torch.optim.AdamW(
            others,
            lr=plan.other_rate,
            betas=(0.9, 0.95),
            weight_decay=0.0,
            fused=True,
        ),
    ]


def mean_loss(losses: list[float]) -> dict[str, float]:
    """The training loss since the last record, in nats a token; the list starts anew."""
    if not losses:
        return {}
    mean = sum(losses) / len(losses)
    losses.clear()
    return {"train": mean}


def gradient(worker: GPT, inputs: Tensor, targets: Tensor, tokens_at_once: int) -> float:
    """Leave the batch's gradient in `worker`, return the loss in nats a token."""
    worker.zero_grad(set_to_none=True)
    total = 0.0
    rows_at_once = max(1, tokens_at_once // inputs.shape[1])
    for first in range(0, len(inputs), rows_at_once):
        here = slice(first, first + rows_at_once)
        share = len(inputs[here]) / len(inputs)
        hidden = worker.hidden(inputs[here]).flatten(0, 1)
        embedding = worker.token_embedding.weight
        loss = sliced_cross_entropy(hidden, embedding, targets[here].flatten()) * share
        loss.backward()  # type: ignore[no-untyped-call]
        total += loss.item()
    return total


def follow(model: GPT, worker: GPT, optimizers: list[torch.optim.Optimizer], share: float) -> None:
    """One step of the optimizers on the float32 weights, with the worker's gradient."""
    for parameter, working in zip(model.parameters(), worker.parameters(), strict=True):
        parameter.grad = None if working.grad is None else working.grad.float()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    for optimizer in optimizers:
        for group in optimizer.param_groups:
            group.setdefault("full_rate", group["lr"])
            group["lr"] = group["full_rate"] * share
        optimizer.step()


def copy_weights(model: GPT, worker: GPT) -> None:
    """Put the float32 weights into the worker, in the worker's precision."""
    with torch.no_grad():
        for parameter, working in zip(model.parameters(), worker.parameters(), strict=True):
            working.copy_(parameter)
