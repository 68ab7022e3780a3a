"""The Markdown of our own: live panels, figures, quoted code, and numbers that the model gave.

    ```panel        ```figure       ```source           ```exercise     `value parameters`
    attention       transformer     gpt.model.Block     mask
    ```             ```             ```                 ```

Whatever does not exist fails the build: a page cannot show what is not there.
"""

from __future__ import annotations

import importlib
import inspect
import tomllib
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.extensions import Extension
from markdown.inlinepatterns import InlineProcessor
from markupsafe import Markup
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer
from pymdownx.superfences import SuperFencesException

from engine.shelf import from_environment
from livre_ouvert import CODE
from panels.api import reference
from panels.catalogue import PANELS
from panels.exercises import drawing as exercises
from panels.exercises.catalogue import EXERCISES
from panels.exercises.search import recorded as recorded_exercises
from panels.exercises.titles import titles
from panels.pages.forms import form
from panels.pages.openings import opened
from panels.pages.recording import recorded
from panels.pages.values import said
from panels.screen.controls import bounds
from panels.screen.drawing import draw, draw_page_part
from panels.screen.models import ANY_ID
from panels.screen.state import from_query
from panels.screen.words import SITE


class Fences(Extension):
    """Python-Markdown's hook: which language the pages are in, and the inline values."""

    def __init__(self, **given: Any) -> None:
        self.config = {"language": ["en", "The language of the pages"]}
        super().__init__(**given)

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802
        language = self.getConfig("language")
        md.fences_language = language
        md.inlinePatterns.register(Value(r"`value ([a-z0-9_]+)`", md), "value", 195)


def makeExtension(**given: Any) -> Fences:  # noqa: N802
    """What Python-Markdown looks for in a module that is named as an extension."""
    return Fences(**given)


class Value(InlineProcessor):
    """`` `value parameters` `` becomes the number, in the page's language."""

    def handleMatch(self, m: Any, data: str) -> tuple[Element, int, int]:  # noqa: N802, ARG002
        element = Element("span", {"class": "value", "data-value": m[1]})
        try:
            element.text = said(m[1], self.md.fences_language)
        except KeyError:
            raise SuperFencesException(f"no value is called {m[1]}") from None
        return element, m.start(0), m.end(0)


def panel(source: str, _language: str, _css: str, _options: Any, md: Any, **_: Any) -> str:
    """A live panel, which opens on its recorded drawing."""
    language, name = md.fences_language, source.strip()
    models = from_environment().names
    data = _known(recorded(language), name, "panel")
    here = {"address": "", "root": "../", "models": len(models)}
    drawing = Markup(draw(name, language, {**data, **here}))
    opening = opened(name, language, {})
    state = from_query(opening, ANY_ID)[0]
    most = bounds(PANELS[name].controls, data)
    return form(name, PANELS[name], language, state, opening, drawing, (), models, most)


def figure(source: str, _language: str, _css: str, _options: Any, md: Any, **_: Any) -> str:
    """A drawing of `site/figures`, its words in the page's language."""
    name = source.strip()
    if not (SITE / "figures" / f"{name}.svg").is_file():
        raise SuperFencesException(f"no figure is called {name}")
    example = _known(recorded(md.fences_language), "whole", "panel")
    return draw_page_part("drawn.html", md.fences_language, {"name": name, "example": example})


def source(source: str, _language: str, _css: str, _options: Any, md: Any, **_: Any) -> str:
    """The running code of a function or a class of ours, as it stands today, with its gloss."""
    name = source.strip()
    try:
        whence = inspect.getfile(inspect.unwrap(meant(name)))
        file = Path(whence).relative_to(CODE).as_posix()
        code = highlight(quoted(name), PythonLexer(), HtmlFormatter(nowrap=True))
    except (ImportError, AttributeError, TypeError, OSError):
        raise SuperFencesException(f"no code is called {name}") from None
    told = _glosses().get(name, {}).get(md.fences_language, "")
    gloss = "" if md.fences_language == "en" else told  # the docstring is English already
    data = {
        "code": Markup(code),
        "file": file,
        "name": name.rsplit(".", 1)[-1],
        "gloss": gloss,
    }
    return draw_page_part("source.html", md.fences_language, data)


def api(source: str, _language: str, _css: str, _options: Any, md: Any, **_: Any) -> str:
    """One call of the API, or what all have in common: `shared`, `errors`."""
    language, name = md.fences_language, source.strip()
    if name == "shared":
        return draw_page_part("shared.html", language, {"kinds": reference.shared(language)})
    if name == "errors":
        return draw_page_part("errors.html", language, {"errors": reference.errors(language)})
    if name not in reference.NAMES:
        raise SuperFencesException(f"no call is called {name}")
    return draw_page_part("call.html", language, reference.call(name, language))


def exercise(source: str, _language: str, _css: str, _options: Any, md: Any, **_: Any) -> str:
    """The exercises of a page, one a line, or `all` of them; answers are computed when asked."""
    language, names = md.fences_language, source.split()
    asked = recorded_exercises(language)["asked"]
    if names == ["all"]:
        return exercises.all_of_them(language, asked, titles(language))
    for name in names:
        _known(asked, name, "exercise")
    return exercises.some(EXERCISES[names[0]].page, names, language, asked)


def quoted(name: str) -> str:
    """The code that a dotted name means, as a page shows it: flush left."""
    return inspect.cleandoc("\n" + inspect.getsource(meant(name)))


@cache
def _glosses() -> dict[str, dict[str, str]]:
    """What the docstrings of quoted code say, in other words than English, by dotted name."""
    return tomllib.loads((SITE / "glosses.toml").read_text("utf-8"))


def ours(_language: str, _inputs: Any, options: dict[str, Any], _attrs: Any, _md: Any) -> bool:
    """Every fence of these names is ours, whatever stands beside the name is refused."""
    if _inputs:
        raise SuperFencesException(f"unknown options {sorted(_inputs)}")
    options.clear()
    return True


def meant(name: str) -> Any:
    """What a dotted name means: as much of it as is a module, the rest inside it."""
    parts = name.split(".")
    if parts[0] not in ("gpt", "engine", "panels"):
        raise ImportError(name)
    for cut in range(len(parts) - 1, 0, -1):
        try:
            found: Any = importlib.import_module(".".join(parts[:cut]))
        except ModuleNotFoundError:
            continue
        for part in parts[cut:]:
            found = getattr(found, part)
        return found.fget if isinstance(found, property) else found
    raise ImportError(name)


def _known(table: dict[str, Any], name: str, kind: str) -> Any:
    if name not in table:
        raise SuperFencesException(f"no {kind} is called {name}")
    return table[name]
