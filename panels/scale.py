"""From the model by hand to GPT-3: one shape, six numbers each."""

from __future__ import annotations

from typing import Any

from gpt import by_hand
from gpt.model import Config
from gpt.sizes import PUBLISHED, parameters
from panels.screen.view import View


def data(view: View) -> dict[str, Any]:
    """The sizes of the model on the screen between those of the smallest and of published ones."""
    here = view.model.network.config
    return {
        "sizes": [
            _sizes("by_hand", "", by_hand.CONFIG),
            _sizes("here", view.model.name, here),
            *(_sizes("published", name, config) for name, config in PUBLISHED.items()),
        ]
    }


def _sizes(kind: str, name: str, config: Config) -> dict[str, Any]:
    return {
        "kind": kind,
        "name": name,
        "layers": config.layers,
        "heads": config.heads,
        "channels": config.channels,
        "context": config.context,
        "vocabulary": config.vocabulary,
        "parameters": parameters(config),
    }
