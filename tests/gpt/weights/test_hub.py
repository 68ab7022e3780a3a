"""The Hub, played by this machine: what comes from it opens, and what does not is told apart."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import huggingface_hub.constants
import pytest
import tokenizers
import torch
from huggingface_hub.file_download import repo_folder_name

import gpt
from gpt.training.export import export

COMMIT = "0123456789abcdef0123456789abcdef01234567"
SHARD = 12_000


class Hub(BaseHTTPRequestHandler):
    """What the real one answers for a file of a model: its size and commit, or why not."""

    def __init__(self, files: Path, *arguments: object) -> None:
        self.files = files
        super().__init__(*arguments)  # type: ignore[arg-type]

    def do_HEAD(self) -> None:
        self.answer(with_body=False)

    def do_GET(self) -> None:
        self.answer(with_body=True)

    def answer(self, *, with_body: bool) -> None:
        owner, name, _, _, file = self.path.lstrip("/").split("?")[0].split("/", 4)
        folder = self.files / owner / name
        body = (folder / file).read_bytes() if (folder / file).is_file() else None
        self.send_response(404 if body is None else 200)
        self.send_header("X-Repo-Commit", COMMIT)
        if body is None:
            missing = "EntryNotFound" if folder.is_dir() else "RepoNotFound"
            self.send_header("X-Error-Code", missing)
        else:
            self.send_header("ETag", f'"{file}-{len(body)}"')
        self.send_header("Content-Length", str(len(body or b"")))
        self.end_headers()
        if with_body and body:
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing is printed."""


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder whose folders the Hub offers as `owner/name`; its downloads go to an own cache."""
    folder = tmp_path / "offered"
    folder.mkdir()
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Hub, folder))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    constants = huggingface_hub.constants
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(constants, "ENDPOINT", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", constants.ENDPOINT
                        + "/{repo_id}/resolve/{revision}/{filename}")  # fmt: skip
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", True)
    yield folder
    server.shutdown()
    server.server_close()


@pytest.fixture
def offered(
    files: Path,
    model: gpt.Model,
    encoder: tokenizers.Tokenizer,
    monkeypatch: pytest.MonkeyPatch,
) -> Path:
    """The tiny model as `someone/tiny`, in shards."""
    folder = files / "someone" / "tiny"
    monkeypatch.setattr("gpt.training.export.SHARD_BYTES", SHARD)
    export(model.network, encoder, folder)
    assert len(list(folder.glob("*.safetensors"))) > 1
    return folder


def cache_of(files: Path) -> Path:
    """The snapshot that the cache holds of `someone/tiny`."""
    name = repo_folder_name(repo_id="someone/tiny", repo_type="model")
    return files.parent / "cache" / name / "snapshots" / COMMIT


def reason(name: str) -> str:
    with pytest.raises(gpt.CheckpointError) as refused:
        gpt.load(name)
    return refused.value.kind


def test_a_checkpoint_of_the_hub_opens_and_tells_how_much_has_come(
    offered: Path, model: gpt.Model
) -> None:
    told: list[tuple[int, int]] = []
    opened = gpt.load("someone/tiny", progress=lambda got, size: told.append((got, size)))
    assert torch.allclose(opened.read("Il était").logits, model.read("Il était").logits, atol=0.02)
    shards = sum(file.stat().st_size for file in offered.glob("*.safetensors"))
    assert told[0] == (0, shards)
    assert told[-1] == (shards, shards)
    assert told == sorted(told)


def test_what_was_fetched_once_opens_without_the_hub(
    offered: Path, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gpt.load("someone/tiny")
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    told: list[tuple[int, int]] = []
    gpt.load("someone/tiny", progress=lambda got, size: told.append((got, size)))
    assert told == [(0, 0)]
    assert offered.is_dir()
    assert files.is_dir()


def test_only_what_is_read_is_fetched(offered: Path, files: Path) -> None:
    (offered / "pytorch_model.bin").write_bytes(b"a pickle")
    (offered / "flax_model.msgpack").write_bytes(b"another")
    gpt.load("someone/tiny")
    fetched = {path.name for path in cache_of(files).iterdir()}
    assert not fetched & {"pytorch_model.bin", "flax_model.msgpack"}


def test_a_model_of_another_kind_is_refused_before_its_weights_are_fetched(
    offered: Path, files: Path
) -> None:
    config = offered / "config.json"
    config.write_text(json.dumps(json.loads(config.read_text()) | {"model_type": "llama"}))
    assert reason("someone/tiny") == "not_gpt2"
    assert {path.name for path in cache_of(files).iterdir()} == {"config.json"}


def test_a_model_that_does_not_fit_is_refused_before_its_weights_are_fetched(
    offered: Path, files: Path
) -> None:
    def too_big(config: gpt.Config) -> None:
        raise gpt.CheckpointError(f"{config.layers} layers are too many", "memory")

    assert offered.is_dir()
    with pytest.raises(gpt.CheckpointError, match="2 layers are too many"):
        gpt.load("someone/tiny", too_big)
    assert {path.name for path in cache_of(files).iterdir()} == {"config.json"}


def test_pickled_weights_are_neither_fetched_nor_opened(offered: Path, files: Path) -> None:
    for file in offered.glob("model*"):
        file.unlink()
    (offered / "pytorch_model.bin").write_bytes(b"a pickle")
    assert reason("someone/tiny") == "pickled"
    assert "pytorch_model.bin" not in {path.name for path in cache_of(files).iterdir()}


def test_a_missing_shard_is_told(offered: Path) -> None:
    sorted(offered.glob("*.safetensors"))[-1].unlink()
    assert reason("someone/tiny") == "missing"


def test_a_missing_tokenizer_is_told(offered: Path) -> None:
    (offered / "tokenizer.json").unlink()
    assert reason("someone/tiny") == "missing"


def test_a_truncated_shard_is_told(offered: Path) -> None:
    shard = sorted(offered.glob("*.safetensors"))[0]
    shard.write_bytes(shard.read_bytes()[:-100])
    assert reason("someone/tiny") == "damaged"


@pytest.mark.parametrize("name", ["someone/nobody", "gpt2-that-is-not-there", "a--b", "a..b"])
def test_an_unknown_name_is_told(files: Path, name: str) -> None:
    (files / "someone").mkdir()
    assert reason(name if "/" in name else f"someone/{name}") == "unknown"


def test_no_hub_is_told(files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    assert files.is_dir()
    assert reason("someone/tiny") == "unreachable"


@pytest.mark.parametrize("name", ["../secret", "/etc/passwd", "a/b/c", "https://host/x", "a b", ""])
def test_what_is_no_id_never_reaches_the_hub(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gpt.weights.fetch", lambda *_: pytest.fail("the Hub was asked"))
    assert reason(name) in ("missing", "damaged")
