"""The bundled model: opens alone, opens in `transformers`, and is small enough to be shipped."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

import gpt
from gpt.weights import BUNDLED

FOLDER = BUNDLED["conteur"]
ROOT = Path(__file__).parent.parent.parent
TEXTS = (
    "",
    "Il était une fois un petit garçon qui",
    "Once upon a time, there was a little girl.\nShe said: “Where are you?”",
    "L’été, « où es-tu\u202f? » dit-il… 😀 漢字\t\t42\r\n",
)


@pytest.fixture(scope="module")
def conteur() -> gpt.Model:
    return gpt.load("conteur")


@pytest.fixture(scope="module")
def opened() -> tuple[Any, Any]:
    """The same folder as `transformers` opens it: tokenizer and network."""
    network = AutoModelForCausalLM.from_pretrained(FOLDER, dtype=torch.float32)
    return AutoTokenizer.from_pretrained(FOLDER), network


def test_it_opens_without_transformers_and_without_the_web() -> None:
    program = (
        "import sys, gpt\n"
        "print(len(gpt.load('conteur').read('Il').ids))\n"
        "print([name for name in ('transformers', 'gradio', 'httpx') if name in sys.modules])"
    )
    process = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        cwd=ROOT,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (process.stdout, process.stderr) == ("2\n[]\n", "")


def test_it_opens_unchanged_in_transformers(conteur: gpt.Model, opened: tuple[Any, Any]) -> None:
    encoder, reference = opened
    for text in TEXTS:
        reading = conteur.read(text)
        ids = encoder(text)["input_ids"]
        assert tuple(ids) == reading.ids
        with torch.no_grad():
            expected = reference(torch.tensor([ids])).logits[0]
        torch.testing.assert_close(reading.logits, expected, atol=1e-3, rtol=0)


def test_transformers_continues_a_text_alike(conteur: gpt.Model, opened: tuple[Any, Any]) -> None:
    encoder, reference = opened
    prompt = encoder("Il était une fois", return_tensors="pt")
    continued = reference.generate(**prompt, do_sample=False, max_new_tokens=12)
    written = conteur.write("Il était une fois", gpt.Settings(strategy="greedy"), 12)
    ids = continued[0, prompt["input_ids"].shape[1] :].tolist()
    assert [step.token.id for step in written] == ids


def test_it_reads_a_start_token_and_has_room_for_a_story(conteur: gpt.Model) -> None:
    assert conteur.name == "conteur"
    assert conteur.tokenizer.reads_start
    assert conteur.read("Il").tokens[0].is_end_of_text
    assert conteur.tokenizer.size == conteur.network.config.vocabulary
    assert conteur.network.config.context >= 256


def test_it_is_small_enough_to_be_shipped() -> None:
    shards = [file.stat().st_size for file in FOLDER.glob("*.safetensors")]
    assert shards
    assert max(shards) < 9e6
    assert sum(file.stat().st_size for file in FOLDER.rglob("*") if file.is_file()) <= 32e6


def test_it_has_five_to_fifteen_million_parameters(conteur: gpt.Model) -> None:
    count = sum(parameter.numel() for parameter in conteur.network.parameters())
    assert 5e6 <= count <= 15e6
