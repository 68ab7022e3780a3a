"""What is shown of Python is so: the page's examples and the notebook run, in both languages."""

from __future__ import annotations

import json
import os
import re
import runpy
import shlex
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat import NotebookNode

import gpt
from livre_ouvert.command import main
from panels.screen.words import LANGUAGES
from tests.conftest import ROOT

PATIENCE = 120
PLOTLY = "application/vnd.plotly.v1+json"
LOCALES = {"fr": "fr_FR.UTF-8", "en": "en_GB.UTF-8"}


def fences(language: str, kind: str) -> list[str]:
    text = (ROOT / "docs" / language / "from-python.md").read_text("utf-8")
    return re.findall(rf"^```{kind}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


def notebook(language: str) -> NotebookNode:
    path = ROOT / "docs" / language / "livre-ouvert.ipynb"
    book: NotebookNode = nbformat.reads(path.read_text("utf-8"), as_version=4)  # type: ignore[no-untyped-call]
    return book


def told(cells: dict[str, NotebookNode], name: str) -> str:
    """What a cell printed."""
    return "".join(each.text for each in cells[name].outputs if each.output_type == "stream")


# The page


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_python_of_the_page_runs_from_top_to_bottom(
    capsys: pytest.CaptureFixture[str], language: str
) -> None:
    known: dict[str, Any] = {}
    printed = []
    for example in fences(language, "python"):
        capsys.readouterr()
        exec(example, known)
        printed.append(capsys.readouterr().out)
    rows, chosen, inside, own = printed
    reading = known["reading"]
    assert len(rows.splitlines()) == 1 + len(reading.ids)
    assert chosen.startswith(f"{known['here'].kept_count} ")
    assert f"[{reading.network.config.layers}, {reading.network.config.heads}, " in inside
    assert own == "There is no model folder mine.\n"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_commands_of_the_page_are_understood(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    monkeypatch.setenv("LANG", LOCALES[language])
    ran: list[str] = []
    monkeypatch.setattr(runpy, "run_path", lambda path, **_: ran.append(path))
    monkeypatch.setattr("livre_ouvert.command.door", lambda: ("127.0.0.1", 8000))
    for name in ("HOST", "PORT"):
        monkeypatch.setenv(name, "")  # the command sets them: put back at the end
    lines = [
        shlex.split(line)
        for part in fences(language, "sh")
        for line in part.splitlines()
        if line.startswith("livre-ouvert ")
    ]
    for _, *arguments in lines:
        assert main(arguments) == 0
    out, err = capsys.readouterr()
    assert {line[1] for line in lines} == {"read", "write", "serve"}
    assert (ran, err) == ([str(ROOT / "app.py")], "")
    assert out


def test_both_pages_show_the_same_code_but_for_the_text() -> None:
    french, english = (
        [re.sub(r'"(Il|Once)[^"]*"', '"…"', code) for code in fences(language, "python")]
        for language in ("fr", "en")
    )
    assert french == english


# The notebook


def test_both_notebooks_have_the_same_cells_and_keep_no_outputs() -> None:
    shapes = []
    for language in LANGUAGES:
        book = notebook(language)
        nbformat.validate(book)
        code = [cell for cell in book.cells if cell.cell_type == "code"]
        assert [cell.outputs for cell in code] == [[]] * len(code)
        assert {cell.execution_count for cell in code} == {None}
        shapes.append([(cell.id, cell.cell_type) for cell in book.cells])
    assert shapes[0] == shapes[1]


def test_the_french_notebook_keeps_to_french_typography() -> None:
    prose = "\n".join(cell.source for cell in notebook("fr").cells if cell.cell_type != "code")
    prose = re.sub(r"`[^`]*`", "", prose)
    assert re.findall(r".{0,20}[^\s\u202f?] [;:!?»%].{0,10}|« .{0,10}|\w'\w", prose) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_notebook_runs_from_top_to_bottom(language: str, tmp_path: Path) -> None:
    """In a real kernel, the network cut; what it shows is what the model gives here."""
    book = notebook(language)
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(ROOT / "tests" / "offline"), str(ROOT)]),
        "FOREIGN_HOSTS": str(tmp_path / "foreign hosts"),
        "IPYTHONDIR": str(tmp_path / "ipython"),
        "TMPDIR": str(tmp_path),
        "OMP_NUM_THREADS": "1",
    }
    client = NotebookClient(
        book, timeout=PATIENCE, kernel_name="python3", resources={"metadata": {"path": tmp_path}}
    )
    client.execute(env=environment)
    assert not (tmp_path / "foreign hosts").exists()
    cells = {cell.id: cell for cell in book.cells if cell.cell_type == "code"}
    outputs = [each for cell in cells.values() for each in cell.outputs]
    assert {each.name for each in outputs if each.output_type == "stream"} == {"stdout"}
    _as_the_model_says(cells)
    _shows_in_jupyter_without_another_host(cells["plot"].outputs)


def _as_the_model_says(cells: dict[str, NotebookNode]) -> None:
    model = gpt.load("conteur")
    (prompt,) = re.findall(r'model\.read\("([^"]+)"\)', cells["tokens"].source)
    reading = model.read(prompt, trace=True)
    ids = [line.split()[1] for line in told(cells, "tokens").splitlines()]
    assert ids == [str(id) for id in reading.ids]
    rows = told(cells, "rows").splitlines()
    for line, row in zip(rows, reading.rows(), strict=True):
        assert f"{row.guesses[0].probability:.3f}" in line
        assert row.outcome is None or f"{row.outcome.surprise:.2f} bits" in line
    greedy, one, two, again = re.split(r"(?m)^(?=greedy|seed|graine)", told(cells, "choosing"))[1:]
    steps = model.write(prompt, gpt.Settings(strategy="greedy"), tokens=24)
    assert greedy == f"greedy {prompt}{''.join(step.token.text for step in steps)}\n"
    assert one[8:] != two[8:]
    assert two == again
    weights = [float(line.split()[-2 if "█" in line else -1])
               for line in told(cells, "attention").splitlines()[1:]]  # fmt: skip
    assert len(weights) == len(reading.ids)
    assert sum(weights) == pytest.approx(1, abs=0.0005 * len(weights))
    losses = [float(line.split()[1]) for line in told(cells, "train").splitlines()]
    assert losses[-1] < 0.2 < 2 < losses[0]
    read, guessed = zip(
        *(re.findall("'([^']*)'", line) for line in told(cells, "own").splitlines()[1:]),
        strict=True,
    )
    assert guessed[2:-1] == read[3:]  # by heart, once two words have said which sentence it is


def _shows_in_jupyter_without_another_host(outputs: list[NotebookNode]) -> None:
    (figure,) = outputs
    assert set(figure.data) == {PLOTLY}
    plain, after = (bars["y"] for bars in figure.data[PLOTLY]["data"])
    assert len(plain) == len(after) == 12
    assert max(after) > max(plain) > 0
    assert "://" not in json.dumps(figure.data)
