"""A drawing as a browser reads it: elements with their attributes, and the text between them."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

CLOSED_AT_ONCE = {"circle", "line", "path", "rect"}
"""The elements of a drawing that hold nothing: their tags end with a slash."""

EMPTY = {"input"}
"""The elements of a page that hold nothing and have no end."""


@dataclass
class Element:
    tag: str
    attributes: dict[str, str]
    pieces: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(self.pieces)

    def is_a(self, name: str) -> bool:
        """Whether it has this class."""
        return name in self.attributes.get("class", "").split()


class _Parser(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[Element] = []
        self.open: list[Element] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(set(names)) == len(names), f"{tag} has an attribute twice: {names}"
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.elements.append(element)
        if tag not in EMPTY:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in CLOSED_AT_ONCE
        self.elements.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> ends nothing"
        assert self.open.pop().tag == tag, f"</{tag}> ends another element"

    def handle_data(self, data: str) -> None:
        for element in self.open:
            element.pieces.append(data)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")

    def handle_decl(self, decl: str) -> None:
        raise AssertionError(f"a declaration: {decl}")

    def handle_pi(self, data: str) -> None:
        raise AssertionError(f"an instruction: {data}")


def elements(html: str) -> list[Element]:
    """Every element in its order; what is not well nested fails."""
    parser = _Parser()
    parser.feed(html)
    parser.close()
    assert parser.open == [], "elements are left open"
    return parser.elements


def classed(html: str, name: str) -> list[Element]:
    """The elements of a class."""
    return [element for element in elements(html) if element.is_a(name)]


def said(html: str) -> str:
    """All that a reader may see or be told: the text, and the titles and labels of elements."""
    found = elements(html)
    outer = [element.text for element in found[:1]]
    told = [
        element.attributes.get(name, "")
        for element in found
        for name in ("title", "aria-label", "aria-valuetext")
    ]
    return "\n".join(outer + told)
