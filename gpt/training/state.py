"""The folder of a run: where it stands, how it went, what the model was on the way.

`state.pt` is all a run needs to go on; `plan.json` what it is to be; `log.jsonl` one line a record;
`snapshots/<step>.pt` the weights at about sixteen steps, bfloat16.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from signal import SIGINT, SIGTERM, Signals, signal
from threading import Event
from types import FrameType

import torch
from torch import Tensor

from gpt.model import GPT
from gpt.training.average import Average
from gpt.training.tokens import Batches

Record = dict[str, float]


def save(
    folder: Path,
    model: GPT,
    average: Average,
    optimizers: list[torch.optim.Optimizer],
    batches: Batches,
    step: int,
) -> None:
    """Write the state aside, then put it in place at once: a stop in between loses nothing."""
    state = {
        "step": step,
        "model": model.state_dict(),
        "average": average.weights,
        "optimizers": [optimizer.state_dict() for optimizer in optimizers],
        "batches": batches.state(),
    }
    torch.save(state, folder / "state.new")
    (folder / "state.new").replace(folder / "state.pt")


def restore(
    folder: Path,
    model: GPT,
    average: Average,
    optimizers: list[torch.optim.Optimizer],
    batches: Batches,
) -> int:
    """The step at which the saved run stood, 0 when there is none."""
    path = folder / "state.pt"
    if not path.exists():
        return 0
    state = torch.load(path, map_location="cpu", weights_only=True)
    model.load_state_dict(state["model"])
    average.restore(state["average"])
    for optimizer, saved in zip(optimizers, state["optimizers"], strict=True):
        optimizer.load_state_dict(saved)
    batches.restore(state["batches"])
    return int(state["step"])


def saved_weights(folder: Path) -> dict[str, Tensor]:
    """The averaged float32 weights of the saved run, by our names.

    Raises FileNotFoundError when nothing was saved.
    """
    state = torch.load(folder / "state.pt", map_location="cpu", weights_only=True)
    weights: dict[str, Tensor] = state["average"]
    return weights


def saved_rows(folder: Path) -> dict[str, int]:
    """How many rows of each source the saved run has seen."""
    state = torch.load(folder / "state.pt", map_location="cpu", weights_only=True)
    taken: dict[str, int] = state["batches"]["taken"]
    return taken


def snapshot(folder: Path, average: Average, step: int) -> None:
    """Keep the averaged weights of this step for the record."""
    (folder / "snapshots").mkdir(exist_ok=True)
    weights = {name: tensor.bfloat16().cpu() for name, tensor in average.weights.items()}
    torch.save(weights, folder / "snapshots" / f"{step:07}.pt")


def log(folder: Path, record: Mapping[str, float]) -> None:
    """Append one record to the log."""
    with (folder / "log.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps(record) + "\n")


def read_log(folder: Path) -> list[Record]:
    """The records by step, each step once; a run that was stopped may have logged one twice."""
    records: dict[float, Record] = {}
    for line in (folder / "log.jsonl").read_text(encoding="utf-8").splitlines():
        record: Record = json.loads(line)
        records[record["step"]] = records.get(record["step"], {}) | record
    return [records[step] for step in sorted(records)]


@contextmanager
def stop_signals() -> Iterator[Event]:
    """An event that Ctrl-C or SIGTERM sets, instead of ending the process in mid-step."""
    stop = Event()

    def ask(number: int, frame: FrameType | None) -> None:
        del frame
        print(f"{Signals(number).name}: this step, then the state is saved", flush=True)
        stop.set()

    before = {number: signal(number, ask) for number in (SIGINT, SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal(number, handler)
