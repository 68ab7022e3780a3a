"""What `site/` has for the pages that are drawn at the door: words by language, templates."""

from __future__ import annotations

import tomllib
from functools import cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from serve.dress import ASSETS
from serve.language import Language

SITE = ASSETS.parent


@cache
def words_for(name: str, language: Language) -> dict[str, Any]:
    """`site/words/<name>.<language>.toml`, read once."""
    return tomllib.loads((SITE / "words" / f"{name}.{language}.toml").read_text("utf-8"))


@cache
def templates_of(folder: str) -> Environment:
    """The templates of `site/<folder>`; what fills them is escaped."""
    return Environment(
        loader=FileSystemLoader(SITE / folder), autoescape=True, undefined=StrictUndefined
    )
