"""The lab with several models: another may answer, and one that does not open is told."""

from __future__ import annotations

import asyncio
import json

import gradio as gr
import pytest

from engine import process
from engine.shelf import Shelf
from panels.lab import demo as lab
from panels.lab.events import Lab
from panels.lab.screen import model_said
from panels.screen.state import MODEL, State, from_json
from panels.screen.view import look
from tests.panels.lab.test_events import wired
from tests.panels.screen.test_models import name_of, shelf

__all__ = ["shelf"]


@pytest.fixture
def english(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> Lab:
    monkeypatch.setattr(process, "models", shelf)

    async def build() -> gr.Blocks:
        return lab.blocks()  # where no loop runs, Gradio opens one and never closes it

    return next(page for page, _, _ in wired(asyncio.run(build())) if page.language == "en")


def screen(page: Lab, sent: list[object]) -> dict[object, object]:
    return dict(zip(page.shown, sent, strict=True))


def test_the_lab_changes_its_model_and_goes_back(english: Lab, shelf: Shelf) -> None:
    tiny = name_of(shelf, "tiny")
    assert english.model.visible is True
    assert [value for _, value in english.model.choices] == list(shelf.names)
    before = State("Il était", written=(5,))
    changed = screen(english, english.on_model(before.to_json(), tiny))
    memory = str(changed[english.memory])
    assert json.loads(memory)["model"] == tiny
    assert f'data-model="{tiny}"' in str(changed[english.model_line])
    assert f"/panels/en/compare?prompt=Il+%C3%A9tait&amp;model={tiny}" in str(
        changed[english.model_line]
    )
    added = screen(english, english.on_add(memory, "Il était"))
    state, _ = from_json(str(added[english.memory]), 320)
    assert state.written == (look(shelf, State("Il était", tiny)).choice.token_id,)
    back = screen(english, english.on_model(memory, MODEL))
    assert 'data-model="conteur"' in str(back[english.model_line])
    assert "compare" not in model_said(State(), 7_000_000, Shelf().names, "en")


def test_a_model_that_does_not_open_leaves_the_screen_and_says_why(
    english: Lab, shelf: Shelf
) -> None:
    tiny, broken = name_of(shelf, "tiny"), name_of(shelf, "broken")
    memory = State("Il", tiny).to_json()
    changed = screen(english, english.on_model(memory, broken))
    note = str(changed[english.notes])
    assert "data-refused" in note
    assert f"{tiny} answers" in note
    assert isinstance(changed[english.memory], dict)  # skipped
    for odd in (None, 5, "<b>", [tiny]):
        refused = screen(english, english.on_model(memory, odd))
        assert "data-refused" in str(refused[english.notes])


def test_an_address_with_a_model_that_is_not_there_opens_on_the_bundled_one(
    english: Lab, shelf: Shelf
) -> None:
    memory = State("Il", name_of(shelf, "broken"), written=(300,)).to_json()
    changed = screen(english, english.on_back(memory))
    assert json.loads(str(changed[english.memory]))["model"] == MODEL
    assert "data-refused" in str(changed[english.notes])
