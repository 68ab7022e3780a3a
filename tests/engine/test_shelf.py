"""The models of a host: opened when asked for, bounded in memory, and none that was not listed."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path

import pytest
import tokenizers

import gpt
from engine import shelf as shelves
from engine.engine import Engine
from engine.memory import memory_of, spare_memory
from engine.shelf import ALWAYS, Shelf, from_environment, public
from gpt.training.export import export

PATIENCE = 60.0


@pytest.fixture(scope="module")
def folders(
    model: gpt.Model, encoder: tokenizers.Tokenizer, tmp_path_factory: pytest.TempPathFactory
) -> list[str]:
    """Three folders that each hold the tiny model."""
    made = [tmp_path_factory.mktemp(f"model-{n}") for n in range(3)]
    for folder in made:
        export(model.network, encoder, folder)
    return list(map(str, made))


def opened(shelf: Shelf, source: str) -> Engine:
    """The engine, once its model is there; until then the shelf says that it is being opened."""
    name = public(source)
    for _ in range(1000):
        try:
            return shelf.named(name)
        except gpt.CheckpointError as reason:
            if reason.kind != "opening":
                raise
            for thread in threading.enumerate():
                if thread.name == "open-model":
                    thread.join(PATIENCE)
    raise AssertionError("it never opened")


def kind(shelf: Shelf, name: str) -> str:
    with pytest.raises(gpt.CheckpointError) as refused:
        opened(shelf, name)
    return refused.value.kind


def test_the_bundled_model_is_always_there_and_first() -> None:
    assert Shelf().names == (ALWAYS,)
    assert Shelf(["gpt2", ALWAYS, "gpt2"]).names == (ALWAYS, "gpt2")
    assert Shelf().named(ALWAYS).read([5]).ids == (0, 5)


def test_only_what_is_listed_is_opened(folders: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.engine.load", lambda *_: pytest.fail("something was opened"))
    shelf = Shelf(folders[:1])
    for name in (folders[0], folders[1], "model-10", "gpt2", "", "../secret"):
        with pytest.raises(gpt.CheckpointError) as refused:
            shelf.named(name)
        assert refused.value.kind == "not_offered"


def test_a_folder_is_known_by_its_own_name_alone(folders: list[str]) -> None:
    assert Shelf([folders[0], "gpt2", "someone/small"]).names == (
        ALWAYS,
        Path(folders[0]).name,
        "gpt2",
        "someone/small",
    )


def test_folders_of_one_name_are_told_apart_by_those_above() -> None:
    paths = ["/a/one/checkpoint-500", "/a/two/checkpoint-500", "/b/two/checkpoint-500", "/a/three"]
    names = ("one/checkpoint-500", "a/two/checkpoint-500", "b/two/checkpoint-500", "three")
    assert Shelf(paths).names[1:] == names
    assert Shelf([*paths[:2], "/a/./one/checkpoint-500/"]).names[1:] == (
        "one/checkpoint-500",
        "two/checkpoint-500",
    )
    assert Shelf(["/mine/conteur", "someone/small", "/x/someone/small"]).names == (
        ALWAYS,
        "mine/conteur",
        "someone/small",
        "small",
    )
    assert Shelf(["gpt2", "/x/gpt2"]).names == (ALWAYS, "gpt2", "x/gpt2")


def test_the_log_says_which_file_and_why(
    folders: list[str], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    broken = tmp_path / "broken"
    shutil.copytree(folders[0], broken)
    next(broken.glob("*.safetensors")).write_bytes(b"nothing")
    assert kind(Shelf([str(broken)]), str(broken)) == "damaged"
    (record,) = caplog.records
    assert record.getMessage() == (
        f"The model {broken} does not open: broken: model-00001-of-00001.safetensors "
        "is damaged or cut short."
    )


def test_a_listed_model_opens_in_the_background(
    folders: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    let = threading.Event()
    load = gpt.load

    def slowly(name: str, *others: object) -> gpt.Model:
        assert let.wait(PATIENCE)
        others[1](30_000_000, 90_000_000)  # type: ignore[operator]
        told.set()
        assert goes_on.wait(PATIENCE)
        return load(name)

    told, goes_on = threading.Event(), threading.Event()
    monkeypatch.setattr("engine.engine.load", slowly)
    shelf = Shelf(folders)
    with pytest.raises(gpt.CheckpointError) as opening:
        shelf.named(public(folders[0]))
    assert (opening.value.kind, opening.value.values) == (
        "opening",
        {"megabytes": 0, "size": 0, "silent": 0},
    )
    let.set()
    assert told.wait(PATIENCE)
    with pytest.raises(gpt.CheckpointError) as opening:
        shelf.named(public(folders[0]))
    assert opening.value.values == {"megabytes": 30, "size": 90, "silent": 0}
    goes_on.set()
    assert opened(shelf, folders[0]).ready


def test_the_seconds_are_counted_for_which_the_hub_says_nothing(
    folders: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, load, tell, go = 100.0, gpt.load, threading.Event(), threading.Event()

    def slowly(*given: object) -> gpt.Model:
        if given[0] != "someone/small":
            assert end.wait(PATIENCE)
            return load(folders[1])
        assert tell.wait(PATIENCE)
        given[2](1, 2)  # type: ignore[operator]
        told.set()
        assert go.wait(PATIENCE)
        given[2](2, 2)  # type: ignore[operator]
        last.set()
        assert end.wait(PATIENCE)
        return load(folders[0])

    told, last, end = threading.Event(), threading.Event(), threading.Event()
    monkeypatch.setattr("engine.engine.load", slowly)
    monkeypatch.setattr("engine.engine.time.monotonic", lambda: clock)
    shelf = Shelf(["someone/small", folders[1]])

    def silent(name: str) -> object:
        with pytest.raises(gpt.CheckpointError) as opening:
            shelf.named(name)
        return opening.value.values["silent"]

    assert silent("someone/small") == silent(public(folders[1])) == 0
    clock = 107.5
    assert silent("someone/small") == 7
    assert silent(public(folders[1])) == 0  # it comes from no hub
    tell.set()
    assert told.wait(PATIENCE)
    clock = 110.0
    assert silent("someone/small") == 2
    go.set()
    assert last.wait(PATIENCE)
    clock = 200.0
    assert silent("someone/small") == 0  # it has all come
    end.set()


def test_the_model_asked_for_longest_ago_makes_room(folders: list[str], model: gpt.Model) -> None:
    one = memory_of(model.network.config)
    shelf = Shelf(folders, memory=2 * one)
    engines = {name: opened(shelf, name) for name in folders[:2]}
    assert shelf.named(public(folders[0])) is engines[folders[0]]
    opened(shelf, folders[2])
    assert shelf.named(public(folders[0])) is engines[folders[0]]
    assert opened(shelf, folders[1]) is not engines[folders[1]]
    assert shelf.named(ALWAYS) is shelf.always


def test_a_model_that_does_not_fit_is_refused_with_its_size(
    folders: list[str], model: gpt.Model
) -> None:
    shelf = Shelf(folders, memory=memory_of(model.network.config) - 1)
    assert kind(shelf, folders[0]) == "memory"


def test_the_memory_of_a_model_counts_every_parameter_twice() -> None:
    for tied, neurons in ((True, None), (False, None), (True, 24)):
        config = gpt.Config(320, 32, layers=2, heads=2, channels=16, tied=tied, neurons=neurons)
        numbers = sum(parameter.numel() for parameter in gpt.GPT(config).parameters())
        assert memory_of(config) == 2 * 4 * numbers
    assert 0 < spare_memory() < 2**50


def test_a_model_that_did_not_open_may_be_tried_again_later(
    folders: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    name = str(tmp_path / "late")
    shelf = Shelf([name])
    assert kind(shelf, name) == "missing"
    Path(name).symlink_to(folders[0])
    assert kind(shelf, name) == "missing"
    monkeypatch.setattr(shelves, "TRY_AGAIN", -1.0)
    assert opened(shelf, name).ready


def test_a_host_names_its_models_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    assert from_environment().names == (ALWAYS,)
    monkeypatch.setenv("OPENBOOK_MODELS", "gpt2")
    monkeypatch.setenv("OPENBOOK_MEMORY", "1")
    shelf = from_environment()
    assert shelf.names == (ALWAYS, "gpt2")
    with pytest.raises(gpt.CheckpointError, match="needs 995 MB of memory; 1 MB may be used"):
        shelf._make_room("gpt2", gpt.Config(50257, 1024, 12, 12, 768))
