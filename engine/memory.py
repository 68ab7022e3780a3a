"""How much memory a model takes, and how much there is."""

from __future__ import annotations

import os
from pathlib import Path

from gpt.model import Config

BYTES_A_PARAMETER = 8
"""float32, as they are stored and as the processor reads them fastest."""


def memory_of(config: Config) -> int:
    """The bytes that a model of this shape takes in memory."""
    channels = config.channels
    block = (4 * channels + 2 * config.wide + 9) * channels + config.wide
    tables = config.vocabulary * channels * (1 if config.tied else 2)
    numbers = tables + config.context * channels + config.layers * block + 2 * channels
    return BYTES_A_PARAMETER * numbers


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
