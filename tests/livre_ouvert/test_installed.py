"""`pip install .`: from any folder, an installed copy reads, writes and serves, and stays as it is.

Installed without a network, into a folder of its own, with what is installed here beneath it.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from email.parser import Parser
from pathlib import Path

import httpx
import pytest
from packaging.requirements import Requirement

import gpt
from tests.conftest import ROOT, wait_until_ready
from tests.ports import free_port

PATIENCE = 120


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an installed copy."""
    folder = tmp_path_factory.mktemp("installed")
    done = subprocess.run(
        [sys.executable, "-m", "pip", "install", str(ROOT), "--target", str(folder), "--quiet",
         "--no-deps", "--no-build-isolation", "--no-index", "--no-compile"],
        cwd=folder, capture_output=True, text=True, timeout=PATIENCE,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def environment(installed: Path, here: Path, **more: str) -> dict[str, str]:
    """Where only the installed copy is found, the network is cut, and nothing of ours is set."""
    ours = ("HOST", "PORT", "LANGUAGE", "LC_ALL", "LC_MESSAGES")
    return {
        **{name: value for name, value in os.environ.items() if name not in ours},
        "PYTHONPATH": os.pathsep.join([str(ROOT / "tests" / "offline"), str(installed)]),
        "PYTHONDONTWRITEBYTECODE": "1",
        "FOREIGN_HOSTS": str(here / "foreign hosts"),
        "XDG_CACHE_HOME": str(here / "caches"),
        "OMP_NUM_THREADS": "1",
        "LANG": "en_GB.UTF-8",
        **more,
    }


def state_of(folder: Path) -> dict[str, str]:
    """Every file in a folder with what it holds."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_it_holds_the_packages_and_nothing_named_site(installed: Path) -> None:
    assert {path.name for path in installed.iterdir() if "." not in path.name} == {
        "bin", "engine", "gpt", "livre_ouvert", "panels", "serve",
    }  # fmt: skip
    assert (installed / "gpt" / "py.typed").is_file()
    for ours, theirs in (("site", "livre_ouvert/site"), ("docs", "livre_ouvert/docs"),
                         ("gpt/conteur", "gpt/conteur")):  # fmt: skip
        assert state_of(ROOT / ours) == state_of(installed / theirs)


def test_it_asks_for_what_the_list_of_versions_names(installed: Path) -> None:
    (about,) = installed.glob("livre_ouvert-*.dist-info")
    wanted = Parser().parsestr((about / "METADATA").read_text("utf-8")).get_all("Requires-Dist")
    lines = (ROOT / "requirements.txt").read_text("utf-8").splitlines()
    named = {Requirement(line) for line in lines if line and not line.startswith("#")}
    assert wanted is not None
    assert set(map(Requirement, wanted)) == named


def test_a_program_anywhere_reads_with_it(installed: Path, tmp_path: Path) -> None:
    program = (
        "import gpt, site\n"
        "reading = gpt.load().read('Il était une fois')\n"
        "print(gpt.__file__, site.getsitepackages(), sep='\\n')\n"
        "print(reading.ids, reading.rows()[-1].guesses[0].token_id)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, env=environment(installed, tmp_path),
        capture_output=True, text=True, check=True, timeout=PATIENCE,
    )  # fmt: skip
    file, _, told = done.stdout.splitlines()
    reading = gpt.load().read("Il était une fois")
    assert Path(file).is_relative_to(installed)
    assert told == f"{reading.ids} {reading.rows()[-1].guesses[0].token_id}"


def test_its_command_writes_and_serves_and_changes_nothing(installed: Path, tmp_path: Path) -> None:
    command = str(installed / "bin" / "livre-ouvert")
    before = state_of(installed)
    written = subprocess.run(
        [command, "write", "Il était une fois", "--greedy", "--tokens", "5"], cwd=tmp_path,
        env=environment(installed, tmp_path), capture_output=True, text=True, timeout=PATIENCE,
    )  # fmt: skip
    steps = gpt.load().write("Il était une fois", gpt.Settings(strategy="greedy"), 5)
    text = "Il était une fois" + "".join(step.token.text for step in steps)
    assert (written.returncode, written.stdout, written.stderr) == (0, f"{text}\n", "")

    port = free_port()
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(
            [command, "serve", "--port", str(port)], cwd=tmp_path, stdout=log,
            env=environment(installed, tmp_path, OPENBOOK_HELPERS="0"), stderr=subprocess.STDOUT,
        )  # fmt: skip
    try:
        address = wait_until_ready(process, port, tmp_path)
        with httpx.Client(base_url=address, trust_env=False, timeout=30) as client:
            for page in (
                "/fr/choosing/",
                "/en/from-python/",
                "/fr/livre-ouvert.ipynb",
                "/lab",
                "/panels/fr/choice",
            ):
                assert client.get(page).status_code == 200, page
            assert "<code>gpt/" in client.get("/en/choosing/").text
            assert client.get("/dress/css/pages.css").status_code == 200
            assert client.get("/nobody").status_code == 404
        process.terminate()
        assert process.wait(timeout=30) == 0, (tmp_path / "log").read_text("utf-8")
    finally:
        process.kill()
        process.wait()
    assert not (tmp_path / "foreign hosts").exists()
    assert [path.name for path in (tmp_path / "caches").iterdir()] == ["livre-ouvert"]
    assert state_of(installed) == before
