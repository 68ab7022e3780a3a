"""All exams in one table."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import gpt
from gpt.training.exams import names, report
from gpt.training.exams.beginnings import beginnings
from gpt.training.exams.report import TARGETS, Figure, exam_note, exam_table, examine
from gpt.training.kits.telling import heldout_tellings
from tests.gpt.training.exams.test_guess import Line
from tests.gpt.training.tiny_corpus import write_corpus

QUESTIONS = [
    Line("The sky is", ("blue",)),
    Line("Le ciel est", ("bleu",), language="fr", new=True, kept=True),
]
QUICK = [
    "openings",
    "cloze, told phrasing",
    "cloze, told phrasing, kept facts",
    "cloze, new phrasing",
    "cloze, new phrasing, kept facts",
    "names kept",
    "… children's names",
    "… other fillings",
]


@pytest.fixture
def _few_kits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(names, "heldout_tellings", lambda language: heldout_tellings(language)[:2])


@pytest.mark.usefixtures("_few_kits")
def test_a_quick_look_writes_nothing(model: gpt.Model, tmp_path: Path) -> None:
    figures = examine(model, tmp_path, QUESTIONS, quick=True)
    assert [figure.exam for figure in figures if figure.language == "en"] == QUICK
    assert [figure.exam for figure in figures if figure.language == "fr"] == QUICK
    asked = {(figure.exam, figure.language): figure.asked for figure in figures}
    assert asked["openings", "fr"] == "24"
    assert asked["cloze, told phrasing", "en"] == "1"
    assert asked["cloze, new phrasing", "en"] == "0"


@pytest.mark.usefixtures("_few_kits")
def test_every_exam_with_a_target_is_held(
    model: gpt.Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report, "TOKENS", 12)
    read = np.concatenate([model.tokenizer.encode(text) for text in beginnings("fr")])
    monkeypatch.setattr(report, "corpus_stream", lambda *_: read)
    figures = examine(model, write_corpus(tmp_path), QUESTIONS)
    assert {figure.exam for figure in figures} >= TARGETS.keys()
    by_name = {figure.exam: figure for figure in figures if figure.language == "fr"}
    assert by_name["language changes"].asked == "100"
    assert by_name["distinct 4-grams"].asked.startswith("30 × ")
    assert by_name["… as people write"].asked == "4 × 110 words"
    assert 0 < by_name["written by heart"].value < 1
    assert by_name["… in held-out stories"].value < by_name["written by heart"].value


def test_a_target_is_reached_in_both_languages_or_not() -> None:
    figures = [
        Figure("openings", "en", 0.70, "70.0%", "24"),
        Figure("language changes", "en", 0, "0", "100"),
        Figure("… other fillings", "en", 0.5, "50.0%", "7"),
        Figure("openings", "fr", 0.64, "64.0%", "24"),
        Figure("language changes", "fr", 0, "0", "100"),
        Figure("… other fillings", "fr", 0.5, "50.0%", "8"),
    ]
    head, openings, changes, fillings = exam_table(figures).splitlines()
    languages = ["en", "before", "asked", "fr", "before", "asked"]
    assert head.split() == ["exam", *languages, "target", "reached"]
    shares = ["70.0%", "16.7%", "24", "64.0%", "8.3%", "24"]
    assert openings.split() == ["openings", *shares, "≥", "65%", "no"]
    assert changes.split()[-3:] == ["≤", "0", "yes"]
    assert fillings.split()[-3:] == ["50.0%", "79.2%", "8"]
    markdown = exam_table(figures, markdown=True).splitlines()
    assert [line.count("|") for line in markdown] == [10] * 5


def test_the_note_says_only_what_was_done() -> None:
    assert "seeds" not in exam_note(quick=True)
    assert "T = 0.7" in exam_note(quick=False)
