"""What a process has: its model opens when the app says so, and then it is ready."""

from __future__ import annotations

import pytest

from engine import process
from engine.engine import Engine


def test_the_model_opens_when_the_app_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = Engine("conteur")
    monkeypatch.setattr(process, "models", engine)
    assert not process.ready()
    process.start_loading()
    assert engine.model.name == "conteur"
    assert process.ready()
