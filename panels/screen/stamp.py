"""What a result must carry so that somebody else can find it again: the model and the settings."""

from __future__ import annotations

from typing import Any

from panels.screen.view import View


def model_stamp(view: View) -> dict[str, Any]:
    """The model by its name, and the SHA-256 of its weights."""
    return {"model": view.state.model, "weights": view.model.fingerprint}


def stamp(view: View) -> dict[str, Any]:
    """The model, the settings of the choice, and what its random numbers come from."""
    state = view.state
    return model_stamp(view) | {
        "settings": {
            "strategy": state.strategy,
            "temperature": state.temperature,
            "top_k": state.top_k,
            "top_p": state.top_p,
        },
        "seed": state.seed,
        "draw": state.draw,
    }
