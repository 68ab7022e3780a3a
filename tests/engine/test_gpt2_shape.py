"""A checkpoint of GPT-2 small's real shape, made here with random weights, against transformers."""

from __future__ import annotations

import gc
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import tokenizers
import torch

from engine.engine import Engine
from engine.together import Part, hidden_together
from gpt.training.export import write_tokenizer

transformers = pytest.importorskip("transformers")
LENGTH = 48


@pytest.fixture(scope="module")
def reference() -> Iterator[Any]:
    """GPT-2 small with random weights, of a size that makes its logits differ."""
    torch.manual_seed(5)
    made = transformers.GPT2LMHeadModel(transformers.GPT2Config()).eval()
    with torch.no_grad():
        for parameter in made.parameters():
            parameter.add_(0.02 * torch.randn(parameter.shape))
    yield made
    del made
    gc.collect()


@pytest.fixture(scope="module", params=["whole", "sharded"])
def engine(
    request: pytest.FixtureRequest,
    reference: Any,
    encoder: tokenizers.Tokenizer,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Engine]:
    """The same weights in the Hub's layout, opened by us."""
    folder: Path = tmp_path_factory.mktemp(request.param)
    most = "1GB" if request.param == "whole" else "150MB"
    reference.save_pretrained(folder, max_shard_size=most)
    write_tokenizer(encoder, 1024, folder)
    config = json.loads((folder / "config.json").read_text("utf-8"))
    assert (config["vocab_size"], config["n_positions"]) == (50257, 1024)
    assert len(list(folder.glob("*.safetensors"))) == (1 if request.param == "whole" else 4)
    yield Engine(str(folder))
    for file in folder.iterdir():
        file.unlink()


def test_every_row_is_what_transformers_gives(engine: Engine, reference: Any) -> None:
    ids = torch.randint(1, 320, (LENGTH,), generator=torch.Generator().manual_seed(2)).tolist()
    for read in (engine.model.read_ids(ids), engine.read(ids)):
        with torch.no_grad():
            theirs = reference(torch.tensor([list(read.ids)])).logits[0]
        ours = read.logits
        assert torch.equal(ours.topk(20).indices[-1], theirs.topk(20).indices[-1])
        torch.testing.assert_close(ours.softmax(-1), theirs.softmax(-1), atol=1e-5, rtol=0)
        torch.testing.assert_close(ours, theirs, atol=1e-3, rtol=1e-4)


def test_steps_of_many_texts_together_are_what_each_would_be_alone(
    engine: Engine, reference: Any
) -> None:
    network = engine.model.network
    texts = [[0, 10 + n, 20 + n, 30 + n][: 2 + n % 3] for n in range(6)]
    caches = [network.empty_cache() for _ in texts]
    with torch.no_grad():
        hidden_together(network, list(map(Part, texts, caches)))
        states = hidden_together(network, [Part([7], cache) for cache in caches])
        logits = network.unembed(torch.cat(states))
        for text, ours in zip(texts, logits, strict=True):
            theirs = reference(torch.tensor([[*text, 7]])).logits[0, -1]
            assert torch.equal(ours.topk(20).indices, theirs.topk(20).indices)
            torch.testing.assert_close(ours.softmax(-1), theirs.softmax(-1), atol=1e-5, rtol=0)
