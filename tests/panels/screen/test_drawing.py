"""Every panel drawn in both languages: whatever is typed is text, and every blank is filled."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jinja2 import UndefinedError

from engine.engine import Engine
from panels.lab import screen
from panels.lab.screen import PANELS
from panels.screen.acts import ACTS
from panels.screen.drawing import draw
from panels.screen.models import for_template
from panels.screen.state import Note, State
from panels.screen.view import look
from panels.screen.words import LANGUAGES, SITE
from tests.panels.reading_html import classed, elements, said
from tests.panels.screen.test_words import literals

TYPED = [
    "<script>alert(1)</script>&\"'",
    "</p></div></section><img src=x onerror=alert(1)>",
    "<!-- a comment --><![CDATA[x]]><?php ?>",
    "{{ words }}{% for x in y %}{x} %s %d",
    '" onmouseover="alert(1)" x=\'',
    "&lt;b&gt;&amp;amp;&nbsp;&#60;",
    "a\0b\x1b\u200b\u202e\ufeff",
    "😀 👩‍🚀 🇫🇷 e\u0301 漢字",
    "שלום (עולם) 123 العربية",
    "\n\n un\n\tdeux \n",
    "\ufffd\u2028\ue000",
]
TAGS = {
    "section", "header", "span", "h2", "p", "div", "button", "table", "caption", "thead", "tbody",
    "tfoot", "tr", "th", "td", "abbr", "strong", "sup", "sub", "dl", "dt", "dd", "em",
}  # fmt: skip
VARIANTS = {
    "last row": State(),
    "first row": State(position=0, others=True),
    "greedy": State(strategy="greedy"),
    "one kept": State(top_k=1),
    "everything": State(temperature=2.0, top_p=None, shown=500, everything=True),
    "draws": State(repeat=100, draw=3, top_p=None),
    "written": State(written=(5, 6, 7, 200, 300), position=3),
    "over": State(written=(5, 0)),
    "full": State(written=tuple(range(1, 100)), position=2),
    "found": State(search="e"),
    "found nothing": State(search="<script>alert(1)</script>"),
}


def pictured(text: str) -> str:
    """Control characters, for which HTML has no place, as their pictures; line end and tab stay."""
    controls = "".join(map(chr, [*range(9), *range(11, 32), 127]))
    return text.translate(str.maketrans(controls, "␀␁␂␃␄␅␆␇␈␋␌␍␎␏␐␑␒␓␔␕␖␗␘␙␚␛␜␝␞␟␡"))


def drawn(engine: Engine, state: State, language: str) -> dict[str, str]:
    return screen.drawings(screen.data(look(engine, state)), state, language)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("typed", TYPED)
def test_what_is_typed_is_text_and_never_markup(tiny: Engine, typed: str, language: str) -> None:
    state = State(prompt=typed, search=typed, written=tuple(tiny.model.tokenizer.encode(typed)[:9]))
    for html in drawn(tiny, state, language).values():
        for element in elements(html):
            assert element.tag in TAGS
            assert not [name for name in element.attributes if name.startswith("on")]
            assert element.attributes.keys().isdisjoint({"src", "href", "srcdoc", "formaction"})


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("typed", TYPED)
def test_what_is_typed_comes_back_whole(conteur: Engine, typed: str, language: str) -> None:
    html = drawn(conteur, State(prompt=typed), language)
    assert [given.text for given in classed(html["text"], "given")] == [pictured(typed)]
    assert not re.search("<(script|img)", "".join(html.values()))


@given(typed=st.text(st.characters(codec="utf-8", exclude_characters="\r"), max_size=7))
@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
def test_any_text_comes_back_whole(tiny: Engine, typed: str) -> None:
    html = drawn(tiny, State(prompt=typed), "fr")
    assert [given.text for given in classed(html["text"], "given")] == [pictured(typed)]
    assert {element.tag for each in html.values() for element in elements(each)} <= TAGS


def test_what_the_model_writes_is_text_too(tiny: Engine) -> None:
    typed = "<b>&\"'</b>"
    written = tuple(tiny.model.tokenizer.encode(typed))
    html = drawn(tiny, State(written=written), "en")
    assert "".join(made.text for made in classed(html["text"], "made")[: len(written)]) == typed
    titles = [made.attributes["title"] for made in classed(html["text"], "made")[: len(written)]]
    assert titles[0].startswith("<, probability ")


def test_a_control_character_the_model_writes_is_its_picture(tiny: Engine) -> None:
    written = tuple(tiny.model.tokenizer.encode("\0\x1b\x7f"))
    (text,) = classed(drawn(tiny, State(written=written), "fr")["text"], "written-text")
    assert text.text.strip().startswith("␀␛␡")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("panel", PANELS)
def test_every_panel_draws_every_screen(
    tiny: Engine, panel: str, variant: str, language: str
) -> None:
    state = replace(VARIANTS[variant], prompt="" if variant == "full" else "Il était une fois")
    html = screen.drawing(panel, look(tiny, state), language)
    keys = [each.attributes["data-key"] for each in elements(html) if "data-key" in each.attributes]
    assert len(set(keys)) == len(keys)
    shown = said(html)
    assert not re.search(r"\b(None|nan|inf|True|False|Undefined|[a-z_]+\.[a-z_]+)\b", shown)
    assert not re.search(r"\{\w+\}", shown)


@pytest.mark.parametrize("variant", VARIANTS)
def test_french_writes_decimal_commas_and_english_points(tiny: Engine, variant: str) -> None:
    state = replace(VARIANTS[variant], prompt="Il était une fois", shown=20)
    french = "\n".join(map(said, drawn(tiny, state, "fr").values()))
    english = "\n".join(map(said, drawn(tiny, state, "en").values()))
    assert re.search(r"\d,\d", french)
    assert not re.search(r"\d\.\d", french)
    assert re.search(r"\d\.\d", english)
    assert not re.search(r"\d,(\d{1,2}|\d{4,})\b", english)
    assert not re.search(r"\d[ \u00a0]?%", french)
    assert re.search(r"\d\u202f%", french)
    assert "\u202f" not in english


@pytest.mark.parametrize("variant", VARIANTS)
def test_style_sheets_and_machines_read_points_in_both_languages(
    tiny: Engine, variant: str
) -> None:
    state = replace(VARIANTS[variant], prompt="Il était une fois")
    found = [element for each in drawn(tiny, state, "fr").values() for element in elements(each)]
    styles = [each.attributes["style"] for each in found if "style" in each.attributes]
    assert styles
    for style in styles:
        assert re.fullmatch(r"((left|width):\d+\.\d{3}%;?)+", style), style
    for name in ("aria-valuenow", "data-u"):
        for element in found:
            assert not element.attributes.get(name) or float(element.attributes[name]) >= 0


@pytest.mark.parametrize("variant", VARIANTS)
def test_an_act_says_its_name_and_its_value(tiny: Engine, variant: str) -> None:
    state = replace(VARIANTS[variant], prompt="Il")
    found = [element for each in drawn(tiny, state, "fr").values() for element in elements(each)]
    acts = [each.attributes for each in found if "data-act" in each.attributes]
    assert {each["data-act"] for each in acts} <= ACTS.keys()
    assert all(re.fullmatch(r"\d+|last", each["data-value"]) for each in acts)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_note_is_text(language: str) -> None:
    nasty = "<script>alert(1)</script>"
    html = draw("notes", language, {"notes": for_template([Note("ignored", {"names": nasty})])})
    assert [nasty in note.text for note in classed(html, "note")] == [True]
    assert {element.tag for element in elements(html)} == {"div", "p", "span"}


@pytest.mark.parametrize(
    ("panel", "name"),
    [("tokens", "dropped"), ("rows", "earlier"), ("logits", "more"), ("text", "address")],
)
def test_a_missing_number_is_an_error_not_a_blank(tiny: Engine, panel: str, name: str) -> None:
    data = screen.data(look(tiny, State(prompt="Il")))[panel] | {"address": ""}
    assert draw(panel, "fr", data)
    del data[name]
    with pytest.raises(UndefinedError, match=name):
        draw(panel, "fr", data)


def test_every_template_is_drawn_by_somebody() -> None:
    names = {path.stem for path in (SITE / "panels").glob("*.html")}
    assert names - PANELS.keys() - literals() == {"_map", "_remedy", "_token"}
