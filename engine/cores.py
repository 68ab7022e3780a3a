"""On which processor cores each thread computes: there are fewer of them than threads."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import torch

CORES = torch.get_num_threads()

SMALL = 100_000_000
"""Bytes of weights up to which one processor core reads them fast enough, and leaves the others to
those who draw; two that wait for each other at every layer are slower when both are busy."""


def use(cores: int) -> None:
    """Compute on so many cores in this thread. It is asked first: PyTorch sets a thread up then."""
    if torch.get_num_threads() != cores:
        torch.set_num_threads(cores)


def leave_the_cores() -> None:
    """Use one core beside the model.

    Each thread that computes on all cores has helpers of its own; as soon as there are more of them
    than cores, they no longer wait awake for each other, and all get slower.
    """
    if threading.current_thread() is not threading.main_thread():
        use(1)


def one_core() -> ThreadPoolExecutor:
    """A thread that computes on one core."""
    return ThreadPoolExecutor(1, "read", use, (1,))


ALL_CORES = ThreadPoolExecutor(1, "read", use, (CORES,))
"""The thread in which all models compute that are not small, one pass of one of them at a time."""
