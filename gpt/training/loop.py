"""The training loop: predict the next token everywhere, and follow the gradient.

Muon (Jordan et al., 2024) moves the matrices of the blocks, AdamW everything else. The rate warms
up, stays, and falls to zero over the last part of the run. All state is written to the folder, and
a run that was stopped goes on where it stood.
"""

from __future__ import annotations

import json
import math
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor, nn

from gpt.model import GPT, Config
from gpt.training.corpus import SOURCES
from gpt.training.loss import SlicedCrossEntropy
from gpt.training.tokens import Batches


@dataclass(frozen=True)
class Plan:
    """What a run is to be: the shape, how many tokens, how fast."""

    layers: int = 6
    heads: int = 4
    channels: int = 256
    context: int = 512
    tokens: int = 60_000_000
    rows: int = 16
    tokens_at_once: int = 4096
    matrix_rate: float = 0.02
    other_rate: float = 3e-3
    warm_up_steps: int = 100
    falling_share: float = 0.45
    short_share: float = 0.5
    seed: int = 1

    @property
    def steps(self) -> int:
        return self.tokens // (self.rows * self.context)


def train(folder: Path, plan: Plan, watch_every: int = 200, save_every: int = 100) -> GPT:
    """Train to the end of the plan, from the state in `folder` if there is one."""
    torch.manual_seed(plan.seed)
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    config = Config(
        tokenizer.get_vocab_size(), plan.context, plan.layers, plan.heads, plan.channels
    )
    model = initial_model(config)
    optimizers = make_optimizers(model, plan)
    batches = Batches(folder, tokenizer, plan.context)
    worker = GPT(config).to(working_precision())
    step = restore(folder, model, optimizers, batches)
    watched = Watched(folder, plan.context)
    snapshots = snapshot_steps(plan.steps)
    losses: list[float] = []
    started, since = time.perf_counter(), step

    while True:
        if step in snapshots:
            snapshot(folder, model, step)
        if step % watch_every == 0 or step in snapshots or step == plan.steps:
            copy_weights(model, worker)
            record = {"step": step, "tokens": step * plan.rows * plan.context}
            line = record | mean_loss(losses) | watched.losses(worker)
            with (folder / "log.jsonl").open("a") as log:
                log.write(json.dumps(line) + "\n")
            print(line, flush=True)
        if step >= plan.steps:
            break
        copy_weights(model, worker)
        inputs, targets = shorten(*batches.next(plan.rows), step, plan)
        losses.append(gradient(worker, inputs, targets, plan.tokens_at_once))
        follow(model, worker, optimizers, rate(step, plan))
        step += 1
        if step % 20 == 0 and losses:
            pace = (step - since) * plan.rows * plan.context / (time.perf_counter() - started)
            print(
                f"step {step}/{plan.steps}  loss {losses[-1]:.4f}  {pace:.0f} tokens/s", flush=True
            )
        if step % save_every == 0 or step == plan.steps:
            save(folder, model, optimizers, batches, step)
    return model


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
    return [
        torch.optim.Muon(matrices, lr=plan.matrix_rate, momentum=0.95, weight_decay=0.01),
        torch.optim.AdamW(
            [{"params": embeddings}, {"params": vectors}],
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


def rate(step: int, plan: Plan) -> float:
    """The share of the full rate: up in a line, level, down in a line to zero."""
    falling = max(1.0, plan.falling_share * plan.steps)
    return min(1.0, (step + 1) / plan.warm_up_steps, (plan.steps - step) / falling)


def shorten(inputs: Tensor, targets: Tensor, step: int, plan: Plan) -> tuple[Tensor, Tensor]:
    """Twice as many rows of half the context in the first part of the run: faster, and enough."""
    if step >= plan.short_share * plan.steps:
        return inputs, targets
    half = plan.context // 2
    return inputs.reshape(-1, half), targets.reshape(-1, half)


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
        loss = SlicedCrossEntropy.apply(hidden, embedding, targets[here].flatten()) * share
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


def working_precision() -> torch.dtype:
    """bfloat16 where the machine multiplies it natively, else float32."""
    native = torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported()
    return torch.bfloat16 if native else torch.float32


def copy_weights(model: GPT, worker: GPT) -> None:
    with torch.no_grad():
        for parameter, working in zip(model.parameters(), worker.parameters(), strict=True):
            working.copy_(parameter)


class Watched:
    """A fixed handful of held-out rows per language, to see how far the run is."""

    def __init__(self, folder: Path, context: int, rows: int = 24) -> None:
        self._rows: dict[str, Tensor] = {}
        for language in ("en", "fr"):
            names = [s.name for s in SOURCES if s.language == language and "prose" not in s.name]
            tokens = [np.load(folder / f"heldout.{name}.npy") for name in names]
            cut = [
                piece[first : first + context + 1]
                for piece in tokens
                for first in range(0, len(piece) - context, context)
            ]
            chosen = cut[:: max(1, len(cut) // rows)][:rows]
            self._rows[language] = torch.from_numpy(np.stack(chosen).astype(np.int64))

    @torch.no_grad()
    def losses(self, worker: GPT) -> dict[str, float]:
        """Mean loss in nats a token, per language."""
        found = {}
        for language, rows in self._rows.items():
            total = 0.0
            for row in rows.split(4):
                hidden = worker.hidden(row[:, :-1]).flatten(0, 1)
                loss = SlicedCrossEntropy.apply(
                    hidden, worker.token_embedding.weight, row[:, 1:].flatten()
                )
                total += loss.item() * len(row)
            found[f"heldout_{language}"] = total / len(rows)
        return found


def snapshot_steps(steps: int) -> set[int]:
    """About sixteen steps, 0 and the last included, evenly spaced on a logarithmic scale."""
    return {0} | {round(steps ** (i / 15)) for i in range(1, 16)}


def snapshot(folder: Path, model: GPT, step: int) -> None:
    (folder / "snapshots").mkdir(exist_ok=True)
    weights = {name: tensor.bfloat16() for name, tensor in model.state_dict().items()}
    torch.save(weights, folder / "snapshots" / f"{step:07}.pt")


def save(
    folder: Path,
    model: GPT,
    optimizers: list[torch.optim.Optimizer],
    batches: Batches,
    step: int,
) -> None:
    """Write the state aside, then put it in place at once: a stop in between loses nothing."""
    state = {
        "step": step,
        "model": model.state_dict(),
        "optimizers": [optimizer.state_dict() for optimizer in optimizers],
        "taken": batches.taken,
    }
    torch.save(state, folder / "state.new")
    (folder / "state.new").replace(folder / "state.pt")


def restore(
    folder: Path, model: GPT, optimizers: list[torch.optim.Optimizer], batches: Batches
) -> int:
    """The step at which the saved run stood, 0 when there is none."""
    path = folder / "state.pt"
    if not path.exists():
        return 0
    state = torch.load(path, weights_only=True)
    model.load_state_dict(state["model"])
    for optimizer, saved in zip(optimizers, state["optimizers"], strict=True):
        optimizer.load_state_dict(saved)
    batches.taken = state["taken"]
    return int(state["step"])


def write_plan(folder: Path, plan: Plan) -> None:
    (folder / "plan.json").write_text(json.dumps(asdict(plan), indent=2) + "\n")
