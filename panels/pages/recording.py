"""Record what the pages show of the model: `python -m panels.pages.recording`, or `make pages`.

The pages' panels open on these, and the numbers in their prose are these; a test holds them to what
the bundled model gives today.
"""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from engine.engine import Engine
from panels.api import examples
from panels.catalogue import PANELS
from panels.exercises import search as exercises
from panels.lab import record as lab
from panels.lab.record import rounded
from panels.pages import values
from panels.pages.openings import found, view_of
from panels.screen.words import LANGUAGES, SITE


def record(engine: Engine, language: str) -> dict[str, Any]:
    """What is written to `site/recorded/pages.<language>.json`."""
    openings = found(engine, language)
    views = {name: view_of(engine, language, openings.get(name, {})) for name in PANELS}
    return {
        "openings": openings,
        "values": rounded(values.record(engine, language, openings)),
        "panels": {
            name: rounded(panel.data(views[name], openings.get(name, {})))
            for name, panel in PANELS.items()
        },
    }


@cache
def recorded(language: str) -> dict[str, Any]:
    """The data of every panel for the example of the pages, as it was recorded."""
    path = SITE / "recorded" / f"pages.{language}.json"
    panels: dict[str, Any] = json.loads(path.read_text("utf-8"))["panels"]
    return panels


def main() -> None:
    lab.main()
    engine = Engine("conteur")
    for language in LANGUAGES:
        path = SITE / "recorded" / f"pages.{language}.json"
        text = json.dumps(record(engine, language), ensure_ascii=False, separators=(",", ":"))
        path.write_text(text + "\n", encoding="utf-8")
        answers = json.dumps(rounded(examples.record(engine, language)), ensure_ascii=False)
        path.with_name(f"api.{language}.json").write_text(answers + "\n", encoding="utf-8")
        kept = json.dumps(
            rounded(exercises.record(engine, language)), ensure_ascii=False, separators=(",", ":")
        )
        (SITE / "recorded" / f"asked.{language}.json").write_text(kept + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
