"""A panel's data, drawn by its one template; everything from outside is escaped."""

from __future__ import annotations

import marshal
from functools import cache, lru_cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from livre_ouvert import rooted
from panels.screen.words import SITE, words_of

PICTURES = {code: 0x2400 + code for code in range(32) if chr(code) not in "\n\t"} | {127: 0x2421}

PLAIN = 2
"""The format of `marshal` in which equal data are equal bytes: a key made faster than JSON's."""


def draw(panel: str, language: str, data: dict[str, Any]) -> str:
    """`site/panels/<panel>.html`, filled with the panel's data and the language's words."""
    return _filled(f"{panel}.html", language, data)


def draw_page_part(template: str, language: str, data: dict[str, Any]) -> str:
    """A part of a page that is not a panel: `site/pages/<template>`."""
    return _filled(template, language, data)


def _filled(template: str, language: str, data: dict[str, Any]) -> str:
    words = words_of(language)
    drawn = _templates().get_template(template).render(data, words=words, language=language)
    return rooted(drawn)


def readable(text: str) -> str:
    """A text for a page: control characters, which HTML has no place for, as their pictures."""
    return text.translate(PICTURES)


@pass_context
def once(context: Context, data: dict[str, Any], template: str) -> Markup:
    """A part of a drawing by a template of its own; drawn lately, it is taken as it was drawn."""
    return _part(template, context["language"], marshal.dumps(data, PLAIN))


@lru_cache(maxsize=8_192)
def _part(template: str, language: str, data: bytes) -> Markup:
    return Markup(draw(template, language, marshal.loads(data)))


class _Context(Context):
    """What a template calls, words mostly, is called as it is: none of it asks for a context."""

    def call(
        self, called: Any, /, *args: Any, _loop_vars: Any = None, _block_vars: Any = None, **kw: Any
    ) -> Any:
        return called(*args, **kw)


class _Templates(Environment):
    """`row.rank` is looked for among the items of a dict first: a panel's data is made of dicts."""

    context_class = _Context

    def getattr(self, obj: Any, attribute: str) -> Any:
        if type(obj) is dict and attribute in obj:
            return obj[attribute]
        return super().getattr(obj, attribute)


@cache
def _templates() -> Environment:
    templates = _Templates(
        loader=FileSystemLoader([SITE / "panels", SITE / "pages", SITE / "figures"]),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters["readable"] = readable
    templates.filters["once"] = once
    templates.filters["times"] = lambda share, whole: f"{100 * share / whole:.3f}%"
    return templates
