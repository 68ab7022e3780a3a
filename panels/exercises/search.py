"""What the exercises of the pages are about, found by a search in what the model does.

`make pages` records it; a test says when what was found no longer suits the model.
"""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from engine.shelf import Models
from panels.exercises.catalogue import EXERCISES
from panels.exercises.desk import Desk, Found, Task
from panels.screen.state import MODEL
from panels.screen.words import SITE


def found(desk: Desk, name: str) -> tuple[Found, Task]:
    """The first that suits an exercise, computed; or else the first of all."""
    exercise = EXERCISES[name]
    first: tuple[Found, Task] | None = None
    for each in exercise.search(desk):
        task = exercise.task(desk, each)
        if task.fits:
            return each, task
        first = first or (each, task)
    assert first is not None, f"there is nothing to look through for {name}"
    return first


def record(models: Models, language: str) -> dict[str, Any]:
    """What is written to `site/recorded/asked.<language>.json`."""
    desk = Desk(models, language, MODEL)
    kept = {name: found(desk, name) for name in EXERCISES}
    return {
        "found": {name: each for name, (each, _) in kept.items()},
        "asked": {name: asked(task) for name, (_, task) in kept.items()},
    }


def asked(task: Task) -> dict[str, Any]:
    """What the page shows of an exercise before it is answered: never the answer."""
    return {
        "form": task.answer.form,
        "values": dict(task.values),
        "shown": task.shown.drawn if task.shown else None,
    }


@cache
def recorded(language: str) -> dict[str, Any]:
    """What was found when the pages were recorded."""
    path = SITE / "recorded" / f"asked.{language}.json"
    kept: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return kept


def computed(desk: Desk, name: str) -> Task:
    """The exercise of the pages, computed by the desk's model now. Raises CheckpointError."""
    return EXERCISES[name].task(desk, recorded(desk.language)["found"][name])
