"""gpt/digest.py: weights are known by what is in their files."""

from __future__ import annotations

import hashlib
from pathlib import Path

import gpt
from gpt.digest import sha256
from gpt.weights import BUNDLED


def test_of_one_file_it_is_what_anybody_computes(tmp_path: Path) -> None:
    file = tmp_path / "weights"
    file.write_bytes(b"abc" * 1_000_000)
    assert sha256([file]) == hashlib.sha256(b"abc" * 1_000_000).hexdigest()


def test_of_shards_it_is_that_of_all_in_their_order() -> None:
    files = sorted(BUNDLED["conteur"].glob("*.safetensors"))
    whole = b"".join(file.read_bytes() for file in files)
    assert gpt.load("conteur").sha256 == hashlib.sha256(whole).hexdigest()


def test_a_model_that_lies_in_no_file_has_none(model: gpt.Model) -> None:
    assert model.sha256 == ""
