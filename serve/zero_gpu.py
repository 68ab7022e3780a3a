"""ZeroGPU, hardware of Hugging Face: a Space there must offer something for its GPUs to do.

Their package `spaces` is there, and only there. It wants to be imported before torch and Gradio;
at the launch it tells those who lend the GPUs which functions ask for one, and a Space without any
is ended. The book's model answers on the processor before a GPU would have come; nothing calls it.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module

from livre_ouvert.settings import ENVIRONMENT, LENT

MEANS_YES = ("1", "t", "true")
SECONDS = 5
"""The least that is asked for: how long a call may keep what it is lent."""


def offer(environment: Mapping[str, str] = ENVIRONMENT) -> bool:
    """Offer `lent` where GPUs are lent. Whether they are; elsewhere nothing is looked for."""
    if LENT.of(environment).lower() not in MEANS_YES:
        return False
    import_module("spaces").GPU(lent, duration=SECONDS)
    return True


def lent() -> str:
    """The name of the GPU that a call is lent."""
    import torch

    return torch.cuda.get_device_name()
