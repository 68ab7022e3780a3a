"""The training loop: predict the next token everywhere, and follow the gradient.

Muon (Jordan et al., 2024) moves the matrices of the blocks, AdamW everything else. The rate warms
up, stays, and falls to zero over the last part of the run. All state is written to the folder, and
a run that was stopped goes on where it stood.
"""

from __future__ import annotations

import math
import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer
from torch import nn

from gpt.model import GPT, Config
from gpt.training.average import Average
from gpt.training.hands import hands
from gpt.training.plan import Plan, rate, shorten, snapshot_steps
from gpt.training.state import log, restore, save, snapshot, stop_signals
from gpt.training.tokens import Batches, Passes
from gpt.training.watch import Watched
from gpt.training.worker import Way, make_network, measured_precision

SPEAK_EVERY = 20
TOKENS_AT_ONCE_ON_A_CARD = 32_768


@dataclass(frozen=True)
class Means:
    """What a run is computed with: the device, how many processes beside each other, compiled.

    No number of `hands` means: as many as there are cores, and one for a graphics card.
    """

    device: str = "cpu"
    hands: int | None = None
    compiled: bool = True

    def count(self) -> int:
        if self.hands is not None:
            return self.hands
        return len(os.sched_getaffinity(0)) if self.device == "cpu" else 1

    def way(self, config: Config, plan: Plan) -> Way:
        """How gradients are computed, the precision as measured now."""
        large = plan.tokens_at_once if self.device == "cpu" else TOKENS_AT_ONCE_ON_A_CARD
        precision = measured_precision(config, self.device)
        return Way(precision, self.device, large, self.compiled)


@dataclass(frozen=True)
class Beginning:
    """Weights to begin with, and how many tokens they have seen."""

    network: GPT
    seen: int


def train(
    corpus: Path,
    folder: Path,
    plan: Plan,
    means: Means,
    watch_every: int = 200,
    save_every: int = 100,
    beginning: Beginning | None = None,
) -> bool:
    """Train to the end of the plan, from the state in `folder` if there is one.

    Without a state the run begins with stored weights, or from nothing. Returns False when Ctrl-C
    or SIGTERM stopped it; the state is saved.
    """
    torch.manual_seed(plan.seed)
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    config = Config(
        tokenizer.get_vocab_size(), plan.context, plan.layers, plan.heads, plan.channels
    )
    model = initial_model(config)
    if beginning is not None:
        model.load_state_dict(beginning.network.state_dict())
    model.to(means.device)
    average = Average(model, plan.averaged_steps)
    optimizers = make_optimizers(model, plan)
    # other passes than those that stored weights have read: there are never as many
    first = beginning.seen // plan.context if beginning else 0
    batches = Batches(Passes(corpus, tokenizer, folder), tokenizer, plan.context, first)
    step = restore(folder, model, average, optimizers, batches)
    snapshots = snapshot_steps(plan.steps)
    way = means.way(config, plan)
    watched = Watched(folder, plan.context)
    watching = make_network(config).to(device=way.device, dtype=way.precision)
    losses: list[float] = []
    print(f"{way}, {means.count()} at once", flush=True)

    with stop_signals() as stop, hands(config, way, means.count()) as working:
        started, since = time.perf_counter(), step
        while True:
            if step in snapshots:
                snapshot(folder, average, step)
            if step % watch_every == 0 or step in snapshots or step >= plan.steps:
                watching.load_state_dict(average.weights)
                record = {"step": step, "tokens": step * plan.tokens_a_step}
                line = record | mean_loss(losses) | watched.losses(watching)
                log(folder, line)
                print(line, flush=True)
            if step >= plan.steps:
                return True
            working.take(model)
            inputs, targets = shorten(*batches.next(plan.rows), step, plan)
            losses.append(working.learn(inputs.to(means.device), targets.to(means.device)))
            working.give(model)
            follow(model, optimizers, rate(step, plan))
            step += 1
            average.follow(model, step)
            if step % SPEAK_EVERY == 0:
                pace = (step - since) * plan.tokens_a_step / (time.perf_counter() - started)
                started, since = time.perf_counter(), step
                print(
                    f"step {step}/{plan.steps}  loss {losses[-1]:.4f}  {pace:.0f} tokens/s",
                    flush=True,
                )
            if step % save_every == 0 or step == plan.steps or stop.is_set():
                save(folder, model, average, optimizers, batches, step)
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
        torch.optim.Muon(matrices, lr=plan.matrix_rate, momentum=0.95, weight_decay=plan.decay),
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


def follow(model: GPT, optimizers: list[torch.optim.Optimizer], share: float) -> None:
    """One step of the optimizers on the float32 weights, with the gradient that they hold."""
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    for optimizer in optimizers:
        for group in optimizer.param_groups:
            group.setdefault("full_rate", group["lr"])
            group["lr"] = group["full_rate"] * share
        optimizer.step()
