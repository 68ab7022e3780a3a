"""How much memory a model takes, how much there is, and that what is freed is given back."""

from __future__ import annotations

import ctypes
import os
import sys
import time
from pathlib import Path

from gpt.model import Config

BYTES_A_PARAMETER = 8
"""float32, as they are stored and as the processor reads them fastest."""

PRODUCTS = "64"
"""Ways to multiply that oneDNN keeps ready: one for each shape, and a text one token longer is
another shape. By itself it keeps 1,024, which grow to 500 MB; to make one takes a millisecond."""

ARENAS, APART, LEFT_OVER = (-8, 2), (-3, 4_000_000), (-1, 16_000_000)
"""To glibc: all threads allocate from two heaps instead of one each, a large block lies outside of
them, and what is free at a heap's end goes back to the system."""


PAUSE = 10.0
"""Seconds between two times that what is free is given back: it takes some milliseconds."""

_given_back = 0.0  # when it was last, on the monotonic clock


def give_back() -> None:
    """Give what is free between what is held back to the system; when nobody waits."""
    global _given_back
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    if trim is not None and time.monotonic() - _given_back > PAUSE:
        trim(0)
        _given_back = time.monotonic()


def settle() -> None:
    """Bound what the libraries under us keep for themselves; before anything is computed."""
    for name in ("ONEDNN_PRIMITIVE_CACHE_CAPACITY", "LRU_CACHE_CAPACITY"):
        os.environ.setdefault(name, PRODUCTS)
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if mallopt is not None:
        for option, value in (ARENAS, APART, LEFT_OVER):
            mallopt(option, value)


def memory_of(config: Config) -> int:
    """The bytes that a model of this shape takes in memory."""
    channels = config.channels
    block = (4 * channels + 2 * config.wide + 9) * channels + config.wide
    tables = config.vocabulary * channels * (1 if config.tied else 2)
    numbers = tables + config.context * channels + config.layers * block + 2 * channels
    return BYTES_A_PARAMETER * numbers


def held_by(process: int) -> int:
    """The bytes that a process has in memory, its part of those that several share; 0 if it ended.

    Where the system does not tell, 0 too.
    """
    try:
        told = Path(f"/proc/{process}/smaps_rollup").read_text("ascii")
    except OSError:
        return 0
    return sum(1024 * int(line.split()[1]) for line in told.splitlines() if line[:4] == "Pss:")


def spare_memory() -> int:
    """Half of what this machine, or the container we run in, has left, in bytes.

    The other half is for what engines keep of their readings, and for everything else.
    """
    left = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    information = Path("/proc/meminfo")
    if information.is_file():
        for line in information.read_text("ascii").splitlines():
            if line.startswith("MemAvailable:"):
                left = min(left, 1024 * int(line.split()[1]))
    for limit, used in (
        ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.current"),
        (
            "/sys/fs/cgroup/memory/memory.limit_in_bytes",
            "/sys/fs/cgroup/memory/memory.usage_in_bytes",
        ),
    ):
        try:
            left = min(left, int(Path(limit).read_text()) - int(Path(used).read_text()))
        except (OSError, ValueError):
            continue
    return max(0, left) // 2
