"""CONTRIBUTING's walk through the house: every file it names is there, with every name it cites."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from tests.conftest import ROOT

TEXT = (ROOT / "CONTRIBUTING.md").read_text("utf-8")


def walk() -> Iterator[tuple[str, list[str]]]:
    """Each file in the order of the walk, and the names that are cited of it right after it."""
    found = re.search(r"^## One prompt's way.*?$(.*?)^## ", TEXT, re.DOTALL | re.MULTILINE)
    assert found is not None
    spans = re.findall(r"`([^`]+)`", found[1])
    places = [place for place, span in enumerate(spans) if is_path(span)]
    for place, until in zip(places, [*places[1:], len(spans)], strict=True):
        yield spans[place], spans[place + 1 : until]


def is_path(span: str) -> bool:
    """A file; a name that is cited of one has no slash and no such ending."""
    return "/" in span or span.endswith(".py")


WALK = list(walk())


def names(tree: ast.Module | ast.ClassDef, prefix: str = "") -> Iterator[str]:
    """What a module defines, and its classes: `Engine`, `Engine.read`, `PANELS`."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield prefix + node.name
        if isinstance(node, ast.ClassDef):
            yield from names(node, f"{prefix}{node.name}.")
        if isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            yield from (prefix + target.id for target in targets if isinstance(target, ast.Name))


@pytest.mark.parametrize(("file", "cited"), WALK, ids=[file for file, _ in WALK])
def test_what_the_walk_cites_is_there(file: str, cited: list[str]) -> None:
    text = (ROOT / file).read_text("utf-8")
    if file.endswith(".py"):
        assert set(cited) <= set(names(ast.parse(text)))
    else:
        assert [name for name in cited if f"function {name}(" not in text] == []


def test_the_walk_goes_through_every_room_that_computes_or_shows() -> None:
    rooms = {"/".join(file.split("/")[:-1]) for file, _ in WALK}
    assert {
        "",
        "serve",
        "engine",
        "gpt",
        "panels",
        "panels/screen",
        "panels/pages",
        "panels/lab",
    } <= rooms
