"""The gradient of a batch, computed by several processes, one core each.

A thread that shares every product with others waits for the slowest of them thousands of times a
step, and on a machine that does other things too, that wait is long. These processes meet once a
step. The weights lie in memory that all of them see; each leaves its gradient in a part of its own.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from multiprocessing.connection import Connection

import torch
from torch import Tensor
from torch import multiprocessing as processes

from gpt.model import GPT, Config
from gpt.training.worker import Way, Worker, parts


class Hands:
    """A worker here, and one in each of the processes beside this one."""

    def __init__(self, worker: Worker, others: Sequence[_Other]) -> None:
        self._worker = worker
        self._others = others
        self._sum = torch.zeros_like(worker.gradient, dtype=torch.float32)

    @property
    def network(self) -> GPT:
        """The network whose weights all hands use."""
        return self._worker.network

    def take(self, model: GPT) -> None:
        """Use the weights of the model from now on."""
        copy_weights(model, self.network)

    def learn(self, inputs: Tensor, targets: Tensor) -> float:
        """Compute the batch's gradient, return the loss in nats a token."""
        count = min(len(self._others) + 1, len(inputs))
        split = list(zip(inputs.tensor_split(count), targets.tensor_split(count), strict=True))
        busy = self._others[: count - 1]
        for other, part in zip(busy, split[1:], strict=True):
            other.pipe.send([tensor.numpy() for tensor in part])
        losses = [self._worker.learn(*split[0])]
        losses += [other.pipe.recv() for other in busy]
        shares = [len(rows) / len(inputs) for rows, _ in split]
        gradients = [self._worker.gradient, *(other.gradient for other in busy)]
        self._sum.zero_()
        for gradient, share in zip(gradients, shares, strict=True):
            self._sum.add_(gradient, alpha=share)
        return sum(loss * share for loss, share in zip(losses, shares, strict=True))

    def give(self, model: GPT) -> None:
        """Leave the gradient with the model, in float32."""
        for parameter, gradient in zip(
            model.parameters(), parts(self._sum, self.network), strict=True
        ):
            parameter.grad = gradient


class _Other:
    def __init__(self, config: Config, way: Way, weights: Tensor, ending: ExitStack) -> None:
        context = processes.get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=_work, args=(config, way, weights, theirs))
        self.process.start()
        ending.callback(self.end)
        theirs.close()
        self.gradient: Tensor = self.pipe.recv()

    def end(self) -> None:
        self.pipe.close()
        self.process.join()


@contextmanager
def hands(config: Config, way: Way, count: int = 1) -> Iterator[Hands]:
    """`count` workers, each on one core when there are several; the others end with this block."""
    if count == 1:
        yield Hands(Worker(config, way), [])
        return
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    worker = Worker(config, way)
    worker.look_into(_shared(worker.weights), worker.gradient)
    with ExitStack() as ending:
        ending.callback(torch.set_num_threads, threads)
        others = [_Other(config, way, worker.weights, ending) for _ in range(count - 1)]
        yield Hands(worker, others)


def copy_weights(model: GPT, worker: GPT) -> None:
    """Put the weights of a model into another of its shape, in the other's precision."""
    with torch.no_grad():
        for parameter, working in zip(model.parameters(), worker.parameters(), strict=True):
            working.copy_(parameter)


def _shared(tensor: Tensor) -> Tensor:
    """The tensor, moved into memory that other processes can look into."""
    moved: Tensor = tensor.share_memory_()  # type: ignore[no-untyped-call]
    return moved


def _work(config: Config, way: Way, weights: Tensor, pipe: Connection) -> None:
    """What a process beside the first does, until the first one closes the pipe or is no more."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    torch.set_num_threads(1)
    worker = Worker(config, way, weights)
    worker.look_into(weights, _shared(worker.gradient))
    pipe.send(worker.gradient)
    while True:
        try:
            inputs, targets = pipe.recv()
        except (EOFError, ConnectionError):
            return
        pipe.send(worker.learn(torch.from_numpy(inputs), torch.from_numpy(targets)))
