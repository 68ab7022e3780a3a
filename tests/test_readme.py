"""The README keeps its word: its Python runs, its links lead somewhere, its Space header fits."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.conftest import ROOT

README = (ROOT / "README.md").read_text("utf-8")
PAPERS = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "site/assets/fonts/README.md"]


def test_the_python_example_runs(capsys: pytest.CaptureFixture[str]) -> None:
    example = re.search(r"```python\n(.*?)```", README, re.DOTALL)
    assert example is not None
    exec(example[1], {})
    assert len(capsys.readouterr().out) > 40


@pytest.mark.parametrize("name", PAPERS)
def test_links_lead_somewhere(name: str) -> None:
    paper = ROOT / name
    text = paper.read_text("utf-8")
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if target.startswith("https://"):
            continue
        file, _, anchor = target.partition("#")
        assert not file or (paper.parent / file).exists(), target
        assert not anchor or anchor in anchors(text), target


def anchors(text: str) -> set[str]:
    """The anchors that a heading gets where the file is shown."""
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_the_annotated_tree_is_the_tree() -> None:
    shown = re.search(r"```\n(app\.py.*?)```", README, re.DOTALL)
    assert shown is not None
    folder = Path()
    for line in shown[1].splitlines():
        name = line.split()[0]
        folder = folder if line.startswith(" ") else Path()
        assert (ROOT / folder / name).exists(), name
        folder = Path(name) if name.endswith("/") and not line.startswith(" ") else folder


def test_the_space_runs_what_we_run() -> None:
    header = dict(
        line.split(": ", 1) for line in README.split("---\n")[1].splitlines() if ": " in line
    )
    assert f"gradio=={header['sdk_version']}" in (ROOT / "requirements.txt").read_text("utf-8")
    assert (ROOT / header["app_file"]).is_file()
    assert len(header["short_description"]) <= 60
