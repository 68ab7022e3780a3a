"""The figures: each shows, in both languages, every element that it stands for."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from panels.pages.recording import recorded
from panels.screen.drawing import draw, draw_page_part
from panels.screen.words import LANGUAGES, SITE, words_of

SHOWS = {
    "llm-in-out": ["tokens", "generator", "parts", "next", "again"],
    "gpt-select-token": ["generator", "gpt", "gpt_does", "choice", "choice_does"],
    "gpt": ["ids", "token_table", "position_table", "norm", "output", "logits"],
    "transformer": [
        "sequence", "one", "stream", "norm", "attention", "feed_forward", "added",
    ],
    "attention": ["keys", "values", "query", "mask", "root", "weights", "average", "joined"],
    "feed-forward": ["one", "expand", "bend", "contract", "each"],
    "rows": ["tokens", "parallel"],
    "select-token": [
        "rows", "only", "straight", "settings", "softmax", "top_p", "greedy", "highest",
        "sampling", "one",
    ],
    "full-context": ["full", "cached", "dropped", "again", "moved", "room"],
    "training": ["text", "came", "loss", "mean", "moves", "again"],
}  # fmt: skip
FIGURES = sorted(path.stem for path in (SITE / "figures").glob("*.svg"))
STAGES = [
    "tokens", "vectors", "blocks", "attention", "feed_forward", "output", "logits",
    "probabilities", "choice",
]  # fmt: skip


def drawn(name: str, language: str) -> str:
    example = recorded(language)["whole"]
    return draw_page_part("drawn.html", language, {"name": name, "example": example})


def said(markup: str) -> str:
    """What a reader reads in a figure, its lines joined."""
    svg = ElementTree.fromstring(markup[markup.index("<svg") : markup.index("</svg>") + 6])
    return " ".join(" ".join("".join(text.itertext()) for text in svg.iter("text")).split())


def test_every_figure_has_its_list() -> None:
    assert SHOWS.keys() == set(FIGURES)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_shows_every_element(name: str, language: str) -> None:
    words, key = words_of(language), f"figures.{name.replace('-', '_')}"
    markup = drawn(name, language)
    read = said(markup).replace(" ", "")
    for element in SHOWS[name]:
        wanted = words(f"{key}.{element}").replace("|", "").replace(" ", "")
        assert "".join(wanted.split()) in "".join(read.split()), element
    assert f'<title id="fig-{key[8:]}-title">{words(f"{key}.title")}</title>' in markup
    assert words(f"{key}.desc")[:40] in markup


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_takes_its_colours_from_the_page_and_fits_a_phone(name: str) -> None:
    markup = drawn(name, "en")
    assert 'viewBox="0 0 360 ' in markup
    assert not re.search(r"#[0-9a-f]{3,6}\b|style=|fill=|stroke=|<script", markup)
    ids = re.findall(r'\bid="([^"]+)"', markup)
    assert len(ids) == len(set(ids))
    assert all(id.startswith("fig-") for id in ids)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_real_numbers_stand_in_the_figures(language: str) -> None:
    example, words = recorded(language)["whole"], words_of(language)
    assert str(example["chosen"]["id"]) in said(drawn("llm-in-out", language))
    assert words.number(example["top"][0]["logit"], 2) in said(drawn("select-token", language))
    assert words.integer(example["layers"]) in said(drawn("gpt", language))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_box_of_the_whole_picture_is_a_link_to_its_page(language: str) -> None:
    markup = draw("whole", language, {**recorded(language)["whole"], "root": "../"})
    stages = re.findall(r'data-stage="(\w+)"', markup)
    assert stages == STAGES
    for page in re.findall(r'href="\.\./([\w-]+)/', markup):
        assert (SITE.parent / "docs" / language / f"{page}.md").is_file()
