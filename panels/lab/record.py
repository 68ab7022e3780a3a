"""Record the lab's first screen in each language: `python -m panels.lab.record`.

The records are what the bundled model gives for the first example of the words; a test holds them
to that.
"""

from __future__ import annotations

import json
from typing import Any

from engine.engine import Engine
from panels.lab.screen import data
from panels.screen.example import first_state
from panels.screen.view import look
from panels.screen.words import LANGUAGES, SITE


def record(engine: Engine, language: str) -> dict[str, Any]:
    """What is written to `site/recorded/lab.<language>.json`."""
    view = look(engine, first_state(language))
    return {"parameters": view.model.parameters, "panels": rounded(data(view))}


def rounded(value: Any) -> Any:
    """Seven significant digits, more than any screen shows; u whole: it is the same anywhere."""
    if isinstance(value, float):
        return float(f"{value:.7g}")
    if isinstance(value, dict):
        return {key: item if key == "u" else rounded(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [rounded(item) for item in value]
    return value


def main() -> None:
    engine = Engine("conteur")
    for language in LANGUAGES:
        path = SITE / "recorded" / f"lab.{language}.json"
        path.parent.mkdir(exist_ok=True)
        text = json.dumps(record(engine, language), ensure_ascii=False, indent=1)
        path.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
