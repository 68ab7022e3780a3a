"""A tiny vocabulary and tiny networks, made here: the tests need no file and no network."""

from __future__ import annotations

from collections.abc import Iterator

import hypothesis
import pytest
import tokenizers
import torch
from tokenizers import processors

import gpt
from gpt.tokenizer import END_OF_TEXT
from gpt.training.vocabulary import learn

hypothesis.settings.register_profile("house", deadline=None, derandomize=True, max_examples=100)
hypothesis.settings.load_profile("house")

TEXTS = (
    "Il était une fois un petit garçon qui aimait les étoiles. Il était très sage, et sa mère "
    "l'aimait bien. L’été, la forêt était pleine d’oiseaux : « Où es-tu ? » dit-il.",
    "Once upon a time there was a little girl who loved the stars. She was very kind, and her "
    "mother loved her. “Where are you?” she said. The bird was in the tree, and the tree was old.",
)


@pytest.fixture(autouse=True, scope="session")
def _one_thread() -> Iterator[None]:
    """Tiny products are slower on many threads than on one."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def encoder() -> tokenizers.Tokenizer:
    """A byte-level vocabulary of 320 tokens that puts `<|endoftext|>` in front."""
    learnt = learn(iter(TEXTS), 320)
    learnt.post_processor = processors.TemplateProcessing(
        single=f"{END_OF_TEXT} $A",
        pair=f"{END_OF_TEXT} $A $B",
        special_tokens=[(END_OF_TEXT, learnt.token_to_id(END_OF_TEXT))],
    )
    return learnt


@pytest.fixture(scope="session")
def tokenizer(encoder: tokenizers.Tokenizer) -> gpt.Tokenizer:
    return gpt.Tokenizer(tokenizers.Tokenizer.from_str(encoder.to_str()))


@pytest.fixture(scope="session")
def startless(encoder: tokenizers.Tokenizer) -> gpt.Tokenizer:
    """The same vocabulary as GPT-2 has it: no token is put in front."""
    bare = tokenizers.Tokenizer.from_str(encoder.to_str())
    bare.post_processor = processors.ByteLevel(trim_offsets=False)
    return gpt.Tokenizer(bare)


@pytest.fixture(scope="session")
def model(tokenizer: gpt.Tokenizer) -> gpt.Model:
    """A network of 32 positions whose numbers are all random, with its tokenizer."""
    config = gpt.Config(vocabulary=tokenizer.size, context=32, layers=2, heads=2, channels=16)
    network = gpt.GPT(config)
    randomise(network, seed=1)
    return gpt.Model("tiny", network, tokenizer)


def randomise(network: torch.nn.Module, seed: int) -> None:
    """Every parameter random, norms and biases too: zeros and ones would hide what is forgotten."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            wide = 0.5 if "embedding" in name or "wte" in name or "wpe" in name else 0.3
            parameter.copy_(wide * torch.randn(parameter.shape, generator=generator))
