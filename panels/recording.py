"""Record what the pages show of the model: `python -m panels.recording`, or `make pages`.

The pages' panels open on these, and the numbers in their prose are these; a test holds them to what
the bundled model gives today.
"""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from engine.engine import Engine
from panels import record as lab
from panels import values
from panels.catalogue import PANELS
from panels.record import first_state, rounded
from panels.view import look
from panels.words import LANGUAGES, SITE


def record(engine: Engine, language: str) -> dict[str, Any]:
    """What is written to `site/recorded/pages.<language>.json`."""
    view = look(engine, first_state(language))
    return {
        "values": rounded(values.values(view, language)),
        "panels": {name: rounded(panel.data(view, {})) for name, panel in PANELS.items()},
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


if __name__ == "__main__":
    main()
