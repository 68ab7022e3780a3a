"""The tiny model of `tests/gpt`, for the rooms that serve it to many."""

from __future__ import annotations

from tests.gpt.conftest import _one_thread, encoder, model, tokenizer

__all__ = ["_one_thread", "encoder", "model", "tokenizer"]
