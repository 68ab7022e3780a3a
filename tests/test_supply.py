"""What comes from elsewhere: which versions and hashes, which licences, what is never opened."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.conftest import ROOT
from tests.licences import PAPER, written
from tests.locking import LOCK, PINNED, kept
from tests.test_layers import name_of, python_files, tracked, tree

TRAINING_S_OWN = {"gpt/training/record.py", "gpt/training/state.py"}
"""Who opens what torch has saved: the states of a training run, on the disk of whoever trains."""

PERMISSIVE = {
    *("0BSD", "Apache-2.0", "BSD", "BSD-2-Clause", "BSD-3-Clause", "BSL-1.0", "CC0-1.0", "ISC"),
    *("LLVM-exception", "MIT", "MIT-CMU", "MPL-2.0", "PSF-2.0", "Zlib"),
}
CLONES = re.compile(
    r"https?://[\w.-]*(?:pypi|pythonhosted|mirror|devpi|artifactory|pytorch\.org/whl)"
)


def requirements() -> list[Requirement]:
    lines = (ROOT / "requirements.txt").read_text("utf-8").splitlines()
    return [Requirement(line) for line in lines if line and not line.startswith("#")]


def locked() -> dict[tuple[str, str], str]:
    """By name and version, what the lock says of it."""
    each = re.split(r"^(?=[a-z0-9])", LOCK.read_text("utf-8"), flags=re.MULTILINE)[1:]
    return {named.groups(): one for one in each if (named := PINNED.match(one))}  # type: ignore[misc]


def test_every_requirement_is_locked_as_it_is_pinned_but_torch() -> None:
    lock = locked()
    assert ("torch", "2.13.0") not in lock
    for one in requirements():
        (pin,) = one.specifier
        assert pin.operator == "=="
        if one.name != "torch":
            assert (canonicalize_name(one.name), pin.version) in lock, one


def test_everything_locked_has_hashes_and_one_version_at_a_time() -> None:
    lock = locked()
    assert len(lock) > 70
    for (name, _), told in lock.items():
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", told), name
        twice = len([other for other in lock if other[0] == name]) > 1
        assert not twice or ";" in told.splitlines()[0], name


def test_what_only_the_build_for_cuda_needs_is_left_to_it() -> None:
    lines = "anyio==1 \\\n    --hash=sha256:0\n"
    left = "torch==2 \\\n    --hash=sha256:1\nnvidia-cublas==1 ; x \\\n    --hash=sha256:2\n"
    assert kept(left + lines) == [lines]


def test_no_file_names_the_host_of_a_registry() -> None:
    text = [path for path in tracked() if b"\0" not in path.read_bytes()]
    named = {name_of(path) for path in text if CLONES.search(path.read_text("utf-8"))}
    assert named == set()


def test_the_file_of_licences_is_true() -> None:
    assert PAPER.read_text("utf-8") == written()


def test_every_licence_lets_the_book_be_given_on() -> None:
    rows = re.findall(r"^\| ([\w-]+) \| (.*) \|$", PAPER.read_text("utf-8"), re.MULTILINE)[2:]
    assert {"gradio", "torch", "mkdocs-material"} <= {name for name, _ in rows}
    for name, licence in rows:
        words = set(re.split(r" AND | OR | WITH |, |[()]", licence)) - {""}
        assert words, name
        assert words <= PERMISSIVE, name


def calls(*places: str) -> Iterator[tuple[str, str, ast.Call]]:
    """Every call of something of a module, in the code that runs: file, what, the call."""
    for path in python_files(*places):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                yield name_of(path), ast.unparse(node.func), node


@pytest.mark.parametrize("module", ["torch", "np", "numpy"])
def test_nothing_that_can_hold_a_program_is_opened(module: str) -> None:
    """Of visitors, of hosts and of the Hub only safetensors; tests/gpt/weights tries the others."""
    for file, what, call in calls("app.py", "gpt", "engine", "panels", "serve", "livre_ouvert"):
        if what != f"{module}.load":
            continue
        told = {each.arg: ast.unparse(each.value) for each in call.keywords}
        if module == "torch":
            assert file in TRAINING_S_OWN
            assert told["weights_only"] == "True"
        else:
            assert file.startswith("gpt/training/")
            assert "allow_pickle" not in told


def test_pickles_go_to_helpers_and_come_from_them_only() -> None:
    modules = {"pickle", "cPickle", "dill", "joblib", "cloudpickle", "shelve", "marshal"}
    found = {
        name_of(path)
        for path in python_files("app.py", "gpt", "engine", "panels", "serve", "livre_ouvert")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Import | ast.ImportFrom)
        and {getattr(node, "module", None), *(each.name for each in node.names)} & modules
    }
    assert found == {"engine/cluster.py", "engine/crew.py", "panels/screen/drawing.py"}
