"""What a training run is to be, and what follows from it: rates, snapshots, row lengths."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from torch import Tensor

SNAPSHOTS = 16


@dataclass(frozen=True)
class Plan:
    """The shape of the model, how many tokens it sees, how fast it moves.

    A step reads `rows` rows of `context` tokens, `tokens_at_once` of them at a time to spare
    memory. The full rates are Muon's (`matrix_rate`) and AdamW's (`other_rate`); `decay` shrinks
    the matrices a little at every step. What is kept is the average over some `averaged_steps`.
    """

    layers: int = 8
    heads: int = 4
    channels: int = 256
    context: int = 512
    tokens: int = 300_000_000
    rows: int = 32
    tokens_at_once: int = 4096
    matrix_rate: float = 0.02
    other_rate: float = 3e-3
    decay: float = 0.1
    warm_up_steps: int = 200
    falling_share: float = 0.3
    averaged_steps: int = 300
    short_share: float = 0.5
    seed: int = 1

    @property
    def steps(self) -> int:
        return self.tokens // self.tokens_a_step

    @property
    def tokens_a_step(self) -> int:
        return self.rows * self.context

    def write(self, path: Path) -> None:
        path.write_text(json.dumps(asdict(self), indent=2) + "\n", encoding="utf-8")

    @classmethod
    def read(cls, path: Path) -> Plan:
        return cls(**json.loads(path.read_text(encoding="utf-8")))


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


def snapshot_steps(steps: int) -> set[int]:
    """About sixteen steps, 0 and the last included, evenly spaced on a logarithmic scale."""
    last = SNAPSHOTS - 1
    return {0} | {round(steps ** (i / last)) for i in range(1, SNAPSHOTS)}
