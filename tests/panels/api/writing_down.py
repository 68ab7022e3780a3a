"""All that is written for a question."""

from __future__ import annotations

import json
from typing import Any

from engine.engine import Engine
from panels.api.examples import lines


def written(models: Engine, **question: Any) -> list[dict[str, Any]]:
    return [json.loads(line) for line in lines(models, json.dumps(question).encode(), "en")]
