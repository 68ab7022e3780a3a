"""panels/take/run.py: a whole run as one file, with what every token was really chosen from."""

from __future__ import annotations

import re

import pytest

import gpt
from engine.engine import Engine
from panels.screen.state import State
from panels.screen.view import look
from panels.screen.words import LANGUAGES, words_of
from panels.take.routes import taken
from panels.take.run import chosen_from
from tests.panels.reading_html import elements


def test_every_token_stands_with_what_it_was_chosen_from(tiny: Engine) -> None:
    """Also of a text that has outgrown the context of 32 and was read anew several times."""
    settings = gpt.Settings(seed=7, temperature=0.8, top_p=0.9)
    steps = list(tiny.model.write("Il était une fois", settings, tokens=70))
    ids = tuple(step.token.id for step in steps)
    found = list(chosen_from(look(tiny, State(prompt="Il était une fois", written=ids))))
    assert [each.token_id for each in found] == [*ids, None]
    for each, step in zip(found, steps, strict=False):
        expected = step.distribution.probabilities
        assert float((each.here.probabilities - expected).abs().max()) < 1e-4
        assert each.here.choose(gpt.draw(7, each.step)).token_id == step.token.id


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_file_asks_nobody_for_anything(conteur: Engine, language: str) -> None:
    query = {"prompt": "<b>Once & upon", "written": "12.400.5"}
    file = taken(conteur, language, "text", "html", "https://example.org", query)
    assert file is not None
    page = file[0]
    assert "<b>Once" not in page
    assert "<script" not in page
    fetched = re.findall(r"""(?:src=|url\(|<link|@import|srcset=)["']?([^"')>\s]*)""", page)
    assert fetched
    assert all(each.startswith("data:font/woff2;base64,") for each in fetched)
    assert page.count("<details") == 4
    assert words_of(language)("run.next") in page
    assert words_of(language)("run.forced", u="").split("=")[1].strip(" .") in page
    body = page[page.index("<main>") : page.index("</main>") + 7]
    assert elements(body)[0].tag == "main"


def test_a_text_that_is_over_has_no_next(over: Engine) -> None:
    query = {"prompt": "a", "written": "0", "strategy": "greedy"}
    file = taken(over, "en", "text", "html", "https://example.org", query)
    assert file is not None
    assert words_of("en")("run.finished").split("<")[0] in file[0]
    assert file[0].count("<details") == 1
