"""The files of `deploy/`: the steps of the image are done here, and what it starts answers.

No image is built, which takes a builder and a network: each RUN is run on a copy of what COPY would
copy, in the environment that is here; then the book starts with the image's own environment, as its
user, on a disk that cannot be written, and its own check asks after it.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from fnmatch import fnmatch
from json import loads
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.conftest import PATIENCE, ROOT
from tests.locking import NOT_LOCKED
from tests.ports import free_port
from tests.test_layers import name_of, tracked

DEPLOY = ROOT / "deploy"
ONLY_READ = r"""
mount --bind "$1" /mnt
mount -o remount,ro,bind /mnt
mount --bind / /
mount -o remount,ro,bind /
mount -t tmpfs tmpfs "$3"
cd /mnt
user=$2; shift 3
exec setpriv --reuid "$user" --regid "$user" --clear-groups --no-new-privs \
  --inh-caps=+dac_read_search --ambient-caps=+dac_read_search "$@"
"""
"""A disk of which nothing can be written but a folder of its own, another user. What that user may
read is more than in an image: Python may lie in somebody's home here."""

WRITABLE = "/var/tmp" if Path(sys.prefix).is_relative_to("/tmp") else "/tmp"
"""What is put over that folder hides what was in it, and must not hide Python."""

MAY_NOT = "Only root may put a disk out of reach of writing: the image's start is not tried."
ZERO_GPU_TORCH = {"2.8.0", "2.9.1", "2.10.0", "2.11.0"}
"""What ZeroGPU takes, by the Hub's own guide of 2026."""


def instructions() -> list[tuple[str, str]]:
    """The container file, an instruction and what it says at a time."""
    text = re.sub(r"\\\n", "", (DEPLOY / "Containerfile").read_text("utf-8"))
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [(name, told) for name, _, told in (line.partition(" ") for line in lines)]


def told(name: str) -> list[str]:
    return [said for each, said in instructions() if each == name]


def environment() -> dict[str, str]:
    """What the image sets, and where Python is here; a port that is free."""
    set_there = dict(each.split("=", 1) for line in told("ENV") for each in shlex.split(line))
    assert (set_there["HOST"], set_there["PORT"]) == ("0.0.0.0", "7860")
    ours = {"HOST": "127.0.0.1", "PORT": str(free_port()), "TMPDIR": WRITABLE}
    return {"PATH": os.environ["PATH"], **set_there, **ours}


def here(command: list[str]) -> list[str]:
    """A command of the image, by the Python that is here."""
    assert command[0] == "python"
    return [sys.executable, *command[1:]]


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the image holds once its RUNs have been run, but for what pip installs."""
    ignored = [line for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines() if line]
    folder = tmp_path_factory.mktemp("image")
    for path in tracked():
        name = name_of(path)
        if not any(fnmatch(f"{name}/", f"{each}/*") for each in ignored):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, folder / name)
    for step in told("RUN"):
        if "pip install" not in step:
            done = subprocess.run(here(shlex.split(step)), cwd=folder, capture_output=True)
            assert done.returncode == 0, done.stderr.decode()
    return folder


def test_pip_finds_all_that_the_image_asks_for() -> None:
    """By hashes what is locked, then torch; all of it is here already, so nothing is fetched."""
    installs = [shlex.split(step) for step in told("RUN") if "pip install" in step]
    assert [step[-1] for step in installs] == ["requirements.lock", "requirements.txt"]
    assert "--require-hashes" in installs[0]
    for step in installs:
        command = [*here(step), "--dry-run", "--no-index", "--quiet"]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr


def test_the_image_holds_the_book_and_neither_tests_nor_history(image: Path) -> None:
    assert {"app.py", "README.md", "gpt", "site", "docs", "build"} <= set(os.listdir(image))
    assert not {"tests", "benchmarks", ".git", ".venv", "deploy"} & set(os.listdir(image))
    assert [*(image / "build").glob("*/fr/index.html")]


@pytest.fixture
def started(image: Path, tmp_path: Path) -> Iterator[dict[str, str]]:
    """The image's CMD as its USER, with one folder to write to; its environment."""
    trial = ["unshare", "--mount", "setpriv", "--reuid", "1", "true"]
    if shutil.which("unshare") is None or subprocess.run(trial, capture_output=True).returncode:
        pytest.skip(MAY_NOT)
    (user,), (command,) = told("USER"), told("CMD")
    prepared = ["unshare", "--mount", "sh", "-euc", ONLY_READ, "sh", str(image)]
    inside = environment()
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(
            [*prepared, user.partition(":")[0], WRITABLE, *here(loads(command))],
            env=inside,
            stdout=log,
            stderr=log,
        )
    try:
        yield inside
        until = time.monotonic() + PATIENCE
        while not (tmp_path / "log").read_text("utf-8"):  # it answers before it says so
            assert time.monotonic() < until
        own = Path(f"/proc/{process.pid}/status").read_text("ascii")
        assert re.search(r"^Uid:\s+10001\s+10001", own, re.MULTILINE)
        process.terminate()
        assert process.wait(timeout=30) == 0
    finally:
        process.kill()
        process.wait()
        said = (tmp_path / "log").read_text("utf-8").splitlines()
    assert said == [f"Le labo est ouvert · The lab is open: http://127.0.0.1:{inside['PORT']}/"]


def test_the_image_answers_its_own_check(image: Path, started: dict[str, str]) -> None:
    (check,) = told("HEALTHCHECK")
    command = here(loads(check.partition("CMD ")[2]))
    until = time.monotonic() + PATIENCE
    while subprocess.run(command, cwd=image, env=started, check=False).returncode:
        assert time.monotonic() < until


def test_the_check_of_the_image_fails_where_nothing_answers() -> None:
    command = [sys.executable, "-m", "livre_ouvert.health"]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, "PORT": str(free_port())})
    assert done.returncode == 1


def test_the_unit_is_one_that_systemd_takes(tmp_path: Path) -> None:
    verify = shutil.which("systemd-analyze")
    if verify is None:
        pytest.skip("There is no systemd-analyze: its word on deploy/openbook.service is missing.")
    text = (DEPLOY / "openbook.service").read_text("utf-8")
    assert text.count("/opt/livre-ouvert/.venv/bin/python") == 1
    unit = tmp_path / "openbook.service"
    unit.write_text(text.replace("/opt/livre-ouvert/.venv/bin/python", sys.executable), "utf-8")
    done = subprocess.run([verify, "verify", str(unit)], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_zero_gpu_gets_what_we_run_but_for_what_it_brings() -> None:
    ours, theirs = (
        {canonicalize_name(one.name): one for one in map(Requirement, lines)}
        for lines in (
            [each for each in file.read_text("utf-8").splitlines() if not each.startswith("#")]
            for file in (ROOT / "requirements.txt", DEPLOY / "zerogpu.txt")
        )
    )
    assert set(ours) - set(theirs) == {"gradio", "huggingface-hub"}
    assert {name for name in theirs if NOT_LOCKED.match(name)} == {"torch"}
    (torch,) = theirs.pop(canonicalize_name("torch")).specifier
    assert torch.operator == "=="
    assert torch.version in ZERO_GPU_TORCH
    for name, one in theirs.items():
        assert one.specifier == ours[name].specifier, name
