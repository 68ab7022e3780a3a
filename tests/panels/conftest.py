"""Two models for the panels: a tiny one with random numbers, and the one that is shipped."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest
import tokenizers
import torch

import gpt
from engine.engine import Engine
from gpt.training.export import export
from panels.screen.state import State
from panels.screen.view import View, look
from tests.gpt.conftest import encoder, model, tokenizer
from tests.gpt.test_generate import ending

__all__ = ["encoder", "model", "tokenizer"]

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # Gradio reads it when it is imported


@pytest.fixture(scope="session")
def conteur() -> Engine:
    return Engine("conteur")


@pytest.fixture(scope="session")
def tiny(
    model: gpt.Model, encoder: tokenizers.Tokenizer, tmp_path_factory: pytest.TempPathFactory
) -> Engine:
    """320 tokens, 32 positions, random numbers."""
    return opened(model.network, encoder, tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="session")
def over(
    model: gpt.Model, encoder: tokenizers.Tokenizer, tmp_path_factory: pytest.TempPathFactory
) -> Engine:
    """The tiny model, which now finds `<|endoftext|>` the most probable token everywhere."""
    return opened(ending(model).network, encoder, tmp_path_factory.mktemp("over"))


def opened(network: gpt.GPT, encoder: tokenizers.Tokenizer, folder: Path) -> Engine:
    export(network, encoder, folder)
    return Engine(str(folder))


def view_of(engine: Engine, probabilities: list[float], state: State) -> View:
    """A screen whose last row has these probabilities, by id: a case worked by hand.

    Every id beyond the list has a logit of −∞.
    """
    view = look(engine, replace(state, position=None))
    row = torch.full((view.tokenizer.size,), -torch.inf, dtype=torch.float64)
    row[: len(probabilities)] = torch.tensor(probabilities, dtype=torch.float64).log()
    last = gpt.distribution(row, state.settings)
    choice = last.choose(gpt.draw(state.seed, state.step, state.draw))
    return replace(view, here=last, last=last, choice=choice)


def short(value: object) -> str:
    """The name of a case: its value, or the beginning of a long one."""
    if isinstance(value, int) and value.bit_length() > 64:
        return "a huge number"
    return ascii(value)[:24]
