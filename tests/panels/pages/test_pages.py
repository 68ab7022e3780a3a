"""The pages: the same order, anchors, panels and code in both languages; built strictly."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from io import StringIO
from pathlib import Path
from tokenize import COMMENT, generate_tokens
from typing import Any

import pytest
import yaml

from engine.engine import Engine
from panels.catalogue import PANELS
from panels.pages import building
from panels.pages.fences import quoted
from panels.pages.recording import record
from panels.pages.values import recorded, said
from panels.screen.words import LANGUAGES, SITE, words_of
from tests.conftest import ROOT
from tests.panels.lab.test_record import assert_alike

TABLE: list[dict[str, Any]] = tomllib.loads((SITE / "pages.toml").read_text("utf-8"))["page"]
FENCE = re.compile(r"^```(panel|figure|source)\n(.+?)\n```$", re.MULTILINE)
SOURCES = sorted({name for row in TABLE for name in row["sources"]})
WIDEST = 76
"""Characters of a quoted line: more would be cut off, or lie under the button that copies it."""

ANCHOR = re.compile(r"^#+ .*\{#([\w-]+)\}$", re.MULTILINE)
FOREIGN = re.compile(r"""<(?!a\s)[^>]*(?:src|href|action)=["'](?:https?:)?//([^/"']+)""")


def page(language: str, file: str) -> str:
    return (ROOT / "docs" / language / file).read_text("utf-8")


def test_the_table_is_the_order_of_the_pages() -> None:
    order = yaml.safe_load(re.sub(r"!!python/\S+", "", (SITE / "mkdocs.yml").read_text("utf-8")))
    files = [row["file"] for row in TABLE]
    assert order["nav"] == files
    for language in LANGUAGES:
        there = {path.name for path in (ROOT / "docs" / language).iterdir()}
        assert there == {*files, "livre-ouvert.ipynb"}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("row", TABLE, ids=lambda row: row["file"])
def test_a_page_holds_what_the_table_says(row: dict[str, Any], language: str) -> None:
    text = page(language, row["file"])
    fences = FENCE.findall(text)
    assert [name for kind, name in fences if kind == "panel"] == row["panels"]
    assert [name for kind, name in fences if kind == "figure"] == row["figures"]
    assert [name for kind, name in fences if kind == "source"] == row["sources"]
    assert ANCHOR.findall(text) == row["anchors"]
    assert len(re.findall(r"^#+ ", text, re.MULTILINE)) == len(row["anchors"])
    assert "{.next}" in text
    if not row.get("reference"):
        assert "{.promise}" in text
        assert text.count("??? question") in (2, 3)


@pytest.mark.parametrize("name", SOURCES)
def test_a_quoted_line_fits_the_page(name: str) -> None:
    lines = quoted(name).splitlines()
    assert [line for line in lines if len(line) > WIDEST] == []


@pytest.mark.parametrize("name", SOURCES)
def test_what_teaches_stands_above_the_line_it_explains(name: str) -> None:
    code = quoted(name)
    tokens = list(generate_tokens(StringIO(code).readline))
    beside = [
        each.line for each in tokens if each.type == COMMENT and each.line[: each.start[1]].strip()
    ]
    assert beside == []


def test_every_panel_is_on_a_page_or_in_the_lab_and_has_a_title() -> None:
    for language in LANGUAGES:
        for name in PANELS:
            assert words_of(language)(f"titles.{name}")


@pytest.mark.parametrize("file", [row["file"] for row in TABLE])
def test_french_pages_keep_to_french_typography(file: str) -> None:
    prose = re.sub(r"```.*?```|`[^`]*`|\$[^$]*\$", "", page("fr", file), flags=re.DOTALL)
    prose = re.sub(r"\{[#.][\w-]+\}|\]\([^)]*\)", "", prose)
    assert re.findall(r".{0,20}[^\s\u202f?] [;!?»%].{0,10}", prose) == []
    assert re.findall(r"« .{0,10}", prose) == []
    assert re.findall(r"\w'\w", prose) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_records_are_what_the_model_gives_today(conteur: Engine, language: str) -> None:
    then = json.loads((SITE / "recorded" / f"pages.{language}.json").read_text("utf-8"))
    now = record(conteur, language)
    assert now["openings"] == then["openings"]
    assert now["values"].keys() == then["values"].keys()
    for name, (kind, value) in then["values"].items():
        assert now["values"][name] == [
            kind, pytest.approx(value, rel=1e-3) if isinstance(value, float) else value,
        ]  # fmt: skip
    assert_alike(json.loads(json.dumps(now["panels"])), then["panels"])


def test_values_are_counted_from_the_model(conteur: Engine) -> None:
    parameters = sum(p.numel() for p in conteur.model.network.parameters())
    assert recorded("fr")["parameters"] == ["integer", parameters]
    assert said("parameters", "en") == f"{parameters:,}"
    assert said("vocabulary", "fr") == "8\u202f192"
    block = sum(p.numel() for p in conteur.model.network.blocks[0].parameters())
    assert recorded("en")["block_parameters"][1] == block
    tokens = len(conteur.model.read(recorded("en")["example"][1]).ids)
    assert recorded("en")["logits_all"][1] == tokens * 8192


def test_the_pages_build_strictly_and_name_no_foreign_host() -> None:
    pages = building.build()
    for language in LANGUAGES:
        built = sorted((pages / language).rglob("*.html"))
        assert len(built) == len(TABLE)
        for each in built:
            text = each.read_text("utf-8")
            assert FOREIGN.findall(text) == [], each
            assert f'<html lang="{language}"' in text
            assert "`value" not in text
            assert not re.search(r"<code>(panel|figure|source|api)\b", text), (
                each
            )  # a fence that failed
            assert "site-packages" not in text
            assert 'rel="next"' not in text, each  # Firefox would fetch it, against our policy
            assert text.count('<meta name="description" content="') == 1, each


@pytest.mark.parametrize(
    ("fence", "said"),
    [
        ("```panel\nnobody\n```", "no panel is called nobody"),
        ("```source\ngpt.model.Blocks\n```", "no code is called gpt.model.Blocks"),
        ("```source\nos.system\n```", "no code is called os.system"),
        ("```figure\nnothing\n```", "no figure is called nothing"),
        ("```api\nnothing\n```", "no call is called nothing"),
        ("`value nothing`", "no value is called nothing"),
    ],
)
def test_what_does_not_exist_fails_the_build(tmp_path: Path, fence: str, said: str) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "index.md").write_text(f"# A\n\n{fence}\n", "utf-8")
    (tmp_path / "one.yml").write_text(
        f"INHERIT: {SITE / 'en.yml'}\ndocs_dir: docs\nsite_dir: out\nnav: [index.md]\n"
        f"theme:\n  custom_dir: {SITE / 'theme'}\n",
        "utf-8",
    )
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "-f", str(tmp_path / "one.yml")],
        cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode != 0
    assert said in done.stdout + done.stderr
