"""panels/lab/running.py: what a run does for each token, in whatever state the page is."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from typing import Any

import pytest

from engine import process
from engine.engine import Engine
from panels.lab import screen
from panels.lab.running import longer, prompt_in, stepping, typed
from panels.screen.state import WRITTEN_TOKENS, State, from_json
from panels.screen.view import look
from panels.screen.words import LANGUAGES

IL = State(prompt="Il", seed=1)


@pytest.fixture(autouse=True)
def conteur_alone(conteur: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "models", conteur)


def run(language: str, memory: Any, prompt: Any, tokens: int) -> list[tuple[str, str]]:
    """What a run of so many tokens sends at most."""

    async def every() -> list[tuple[str, str]]:
        sent: list[tuple[str, str]] = []
        step, kept = stepping(), memory
        while len(sent) < tokens and (after := await step(language, kept, prompt)):
            sent.append(after)
            kept = after[0]
        return sent

    return asyncio.run(every())


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_run_writes_what_the_model_writes(language: str, conteur: Engine) -> None:
    sent = run(language, IL.to_json(), "Il", 5)
    written = [step.token.id for step in conteur.model.write("Il", IL.settings, tokens=5)]
    assert len(sent) == len(written)
    for count, (memory, text) in enumerate(sent, start=1):
        state, notes = from_json(memory, conteur.model.tokenizer.size)
        assert (state, notes) == (replace(IL, written=tuple(written[:count])), [])
        assert text == screen.drawing("text", look(conteur, state), language)


def test_a_run_stops_at_the_end_of_the_text(over: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "models", over)
    ((memory, _),) = run("fr", State(prompt="Il", strategy="greedy").to_json(), "Il", 5)
    assert json.loads(memory)["written"] == [over.model.tokenizer.end_of_text]


def test_a_text_that_is_full_is_not_written_on() -> None:
    assert longer("fr", State(written=(300,) * WRITTEN_TOKENS).to_json(), "") is None


def test_another_prompt_in_the_box_begins_anew() -> None:
    memory, _ = longer("fr", replace(IL, written=(5, 6)).to_json(), "Il y a") or ("", "")
    told = json.loads(memory)
    assert (told["prompt"], len(told["written"])) == ("Il y a", 1)


@pytest.mark.parametrize("memory", [None, 5, [], {}, "", "null", "[]", '{"seed": {}}', "{"])
@pytest.mark.parametrize("prompt", [None, [], "Il"])
def test_a_broken_page_s_run_begins_at_what_can_be_read(memory: Any, prompt: Any) -> None:
    assert typed(memory, prompt)[0] == State(prompt=prompt if isinstance(prompt, str) else "")
    assert prompt_in(memory) == ""


def test_a_run_without_a_model_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "models", Engine("./nowhere"))
    assert run("fr", IL.to_json(), "Il", 5) == []
