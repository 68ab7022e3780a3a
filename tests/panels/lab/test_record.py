"""The recorded screens are what the bundled model gives today."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from engine.engine import Engine
from panels.lab import record as recording
from panels.lab.record import record, rounded
from panels.screen.example import first_state
from panels.screen.state import State
from panels.screen.words import LANGUAGES, SITE, words_of

RELATIVE = 1e-3
"""Another machine's float32 may differ by this; so may the order of two tokens as near as that."""
SMALLEST = 1e-6
LIKELIHOODS = ("plain", "probability", "share")


def assert_alike(now: Any, then: Any, place: str = "") -> None:
    """The same structure, ids and texts; numbers equal but for rounding."""
    if isinstance(then, dict):
        assert isinstance(now, dict), place
        assert now.keys() == then.keys(), place
        for key in then:
            assert_alike(now[key], then[key], f"{place}.{key}")
    elif isinstance(then, list):
        assert isinstance(now, list), place
        assert len(now) == len(then), place
        for number, (one, other) in enumerate(zip(now, then, strict=True)):
            if nearly_tied(then, number):
                one, other = (
                    {key: value for key, value in each.items() if key in LIKELIHOODS}
                    for each in (one, other)
                )
            assert_alike(one, other, f"{place}[{number}]")
    elif isinstance(then, float):
        assert now == pytest.approx(then, rel=RELATIVE, abs=SMALLEST), place
    else:
        assert type(now) is type(then), place
        assert now == then, place


def nearly_tied(ranked: list[Any], number: int) -> bool:
    """Whether a token of a ranked list stands so near its neighbour that they may change places.

    Beside the last one may stand one that is not shown: it is never compared by its token.
    """
    if not isinstance(ranked[number], dict):
        return False
    name = next((name for name in LIKELIHOODS if name in ranked[number]), None)
    if name is None or "position" in ranked[number]:
        return False
    if number + 1 == len(ranked):
        return True
    beside = [ranked[at] for at in (number - 1, number + 1) if at >= 0]
    return any(each[name] == pytest.approx(ranked[number][name], rel=RELATIVE) for each in beside)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_record_is_what_the_model_gives_today(conteur: Engine, language: str) -> None:
    then = json.loads((SITE / "recorded" / f"lab.{language}.json").read_text("utf-8"))
    assert_alike(record(conteur, language), then)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_record_is_of_the_first_example(conteur: Engine, language: str) -> None:
    example = words_of(language).list("prompt.examples")[0]
    then = json.loads((SITE / "recorded" / f"lab.{language}.json").read_text("utf-8"))
    assert first_state(language) == State(prompt=example)
    assert then["panels"]["text"]["prompt"] == example
    ids = [chip["token"]["id"] for chip in then["panels"]["tokens"]["chips"]]
    assert ids == list(conteur.model.read(example).ids)
    network = conteur.model.network
    assert then["parameters"] == sum(parameter.numel() for parameter in network.parameters())


def test_recording_writes_both_languages(
    conteur: Engine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(recording, "SITE", tmp_path)
    monkeypatch.setattr(recording, "Engine", lambda _name: conteur)
    recording.main()
    written = {path.name: path.read_text("utf-8") for path in (tmp_path / "recorded").iterdir()}
    assert written.keys() == {f"lab.{language}.json" for language in LANGUAGES}
    for language in LANGUAGES:
        assert json.loads(written[f"lab.{language}.json"]) == record(conteur, language)
        assert "\\u" not in written[f"lab.{language}.json"]


def test_records_hold_seven_significant_digits() -> None:
    numbers = {"a": 0.123456789, "b": [123456.789, (1e-12, 3)], "c": None, "d": "0.123456789"}
    assert rounded(numbers) == {
        "a": 0.1234568, "b": [123456.8, [1e-12, 3]], "c": None, "d": "0.123456789",
    }  # fmt: skip
    assert rounded(8192) == 8192


def test_a_changed_record_would_be_noticed(conteur: Engine) -> None:
    now = record(conteur, "fr")
    first = now["panels"]["logits"]["rows"][0]
    for name, other in [("id", -1), ("plain", first["plain"] * 1.01), ("rule", "top_k")]:
        changed = json.loads(json.dumps(now))
        changed["panels"]["logits"]["rows"][0][name] = other
        with pytest.raises(AssertionError):
            assert_alike(now, changed)
