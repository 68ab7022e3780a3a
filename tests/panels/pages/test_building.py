"""panels/pages/building.py: built once, whole, where it may be written, or else what is there."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from panels.pages import building


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Where pages were built, by a builder that takes no time; a file of each holds their turn."""
    done: list[Path] = []

    def run(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        folder = Path(command[-1])
        assert not folder.exists()
        (folder / "fr").mkdir(parents=True)
        done.append(folder.parent)
        for name in ("fr/index.html", "fr/page.html"):
            (folder / name).write_text(f"{len(done):03}")
        (folder / building.FILES).write_text("3 fr/index.html\n3 fr/page.html\n")
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(subprocess, "run", run)
    return done


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The one place to build in."""
    monkeypatch.setattr(building, "PLACES", [tmp_path / "build"])
    return tmp_path / "build"


def made_of(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(building, "made_of", lambda: name)


def test_two_first_starts_build_once(here: Path, built: list[Path]) -> None:
    with ThreadPoolExecutor(4) as starts:
        folders = list(starts.map(lambda _: building.build(), range(4)))
    assert built == [here]
    assert len(set(folders)) == 1
    assert (folders[0] / "fr" / "index.html").is_file()


@pytest.mark.parametrize("harm", ["gone", "cut", "everything"])
def test_what_was_lost_is_built_anew(here: Path, built: list[Path], harm: str) -> None:
    folder = building.build()
    assert building.build() == folder
    assert built == [here]
    page = folder / "fr" / "page.html"
    match harm:
        case "gone":
            page.unlink()
        case "cut":
            page.write_text("0")
        case _:
            (folder / building.FILES).unlink()
    assert building.build() == folder
    assert page.read_text() == "002"


def test_a_build_that_was_broken_off_is_begun_anew(here: Path, built: list[Path]) -> None:
    (here / "new" / "en").mkdir(parents=True)
    assert building.whole(building.build())
    assert built == [here]


def test_other_pages_stand_beside_and_the_last_few_stay(
    here: Path, built: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in "abcde":
        made_of(monkeypatch, name)
        folder = building.build()
        age = ord(name)
        os.utime(folder, (age, age))
    assert len(built) == 5
    assert {path.name for path in here.iterdir()} == {"c", "d", "e", "lock"}


def test_where_nothing_can_be_written_they_are_built_elsewhere(
    built: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    closed, caches = tmp_path / "file" / "build", tmp_path / "caches"
    monkeypatch.setattr(building, "PLACES", [closed, caches])
    assert building.build().parent == caches
    assert building.possible()
    assert built == [caches]


def test_where_nothing_can_be_written_at_all_those_that_are_there_are_shown(
    here: Path,
    built: list[Path],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    folder = building.build()
    monkeypatch.setattr(building, "writable", lambda _: False)
    made_of(monkeypatch, "with another model")
    assert building.build() == folder
    assert building.possible()
    assert str(here) in caplog.text
    (folder / "fr" / "index.html").unlink()
    assert not building.possible()
    with pytest.raises(building.BuildError) as said:
        building.build()
    assert len(str(said.value).splitlines()) == 1
    assert str(here) in str(said.value)
    assert "XDG_CACHE_HOME" in str(said.value)
    assert built == [here]


def test_what_mkdocs_says_is_told(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(building.BuildError, match="could not be built"):
        building.build()
    assert [path.name for path in here.iterdir()] == ["lock"]


def test_a_checkout_has_them_beside_it_an_installed_copy_among_the_caches() -> None:
    house, copy = Path("/a/book"), Path("/b/livre_ouvert")
    assert building.places(house, house)[0] == house / "build"
    (cache,) = building.places(copy, copy.parent)
    assert cache == building.places(copy, copy)[1]
    assert cache.parent.name == "livre-ouvert"
