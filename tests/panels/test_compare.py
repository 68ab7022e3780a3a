"""Two models side by side, on the same text."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import pytest
import tokenizers

import gpt
from engine.engine import Engine
from engine.shelf import Shelf
from gpt import CheckpointError
from gpt.training.export import export
from panels import compare
from panels.pages.routes import drawing, page
from panels.screen.state import MODEL, State, from_query
from panels.screen.view import look
from panels.screen.words import LANGUAGES, words_of
from tests.panels.reading_html import classed
from tests.panels.screen.test_models import name_of, opened

TEXT = "Il était une fois un petit garçon"


@pytest.fixture(scope="module")
def shelf(
    model: gpt.Model, encoder: tokenizers.Tokenizer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Shelf]:
    """conteur, a tiny model and its twin, and one on no machine, which is not tried again."""
    folders = [tmp_path_factory.mktemp(name) for name in ("tiny", "twin")]
    for folder in folders:
        export(model.network, encoder, folder)
    made = Shelf([*map(str, folders), "nobody/nothing"])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("engine.shelf.TRY_AGAIN", math.inf)
        for name in made.names:
            opened(made, name)
        yield made


def test_each_side_is_what_its_model_gives(shelf: Shelf) -> None:
    tiny = name_of(shelf, "tiny")
    data = compare.data(look(shelf, State(prompt=TEXT, beside=tiny)))
    assert [each["name"] for each in data["sides"]] == [MODEL, tiny]
    for each in data["sides"]:
        model = shelf.named(each["name"]).model
        reading = model.read(TEXT)
        last = reading.logits[-1].softmax(-1)
        assert each["guesses"][0]["share"] == pytest.approx(float(last.max()), rel=1e-4)
        assert each["count"] == len(model.tokenizer.encode(TEXT))
        assert each["vocabulary"] == model.tokenizer.size
    shared = data["shared"]
    assert shared["bytes"] == len(TEXT.encode())
    assert 0 < shared["distance"] <= 1
    for side in (0, 1):
        told = sum(stretch["sides"][side]["bits"] for stretch in shared["stretches"])
        assert shared["bits"][side] == pytest.approx(told)
        pairs = sum(pair["shares"][side] for pair in shared["pairs"])
        assert pairs + shared["others"][side] == pytest.approx(1)


def test_twins_are_no_distance_apart(shelf: Shelf) -> None:
    tiny, twin = name_of(shelf, "tiny"), name_of(shelf, "twin")
    shared = compare.data(look(shelf, State(prompt=TEXT, model=tiny, beside=twin)))["shared"]
    assert shared["same_vocabulary"]
    assert shared["distance"] == pytest.approx(0, abs=1e-6)
    assert shared["bits"][0] == pytest.approx(shared["bits"][1])
    assert all(stretch["sides"][0] == stretch["sides"][1] for stretch in shared["stretches"])


def test_what_was_written_is_read_by_both(shelf: Shelf) -> None:
    engine = shelf.named(MODEL)
    written = tuple(engine.model.tokenizer.encode(" qui"))
    data = compare.data(look(shelf, State(prompt=TEXT, written=written)))
    assert [each["bytes"] for each in data["sides"]] == [len((TEXT + " qui").encode())] * 2


@pytest.mark.parametrize("prompt", ["", " ", "é", "👩‍🚀", "\x00", "<b>", "a" * 3000])
@pytest.mark.parametrize("language", LANGUAGES)
def test_any_text_is_compared(shelf: Shelf, language: str, prompt: str) -> None:
    drawn = drawing(shelf, language, "compare", {"prompt": prompt})
    assert drawn is not None
    assert len(classed(drawn, "side")) == 2
    assert len(classed(drawn, "far")) == 1
    assert "<b>" not in drawn


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_model_that_is_not_there_leaves_the_first_and_says_why(
    shelf: Shelf, language: str
) -> None:
    name = name_of(shelf, "nobody")
    drawn = drawing(shelf, language, "compare", {"prompt": TEXT, "beside": name})
    assert drawn is not None
    (note,) = classed(drawn, "note")
    words = words_of(language)
    assert note.text == words("notes.model_unreachable", name=name, answering=MODEL)
    assert len(classed(drawn, "side")) == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_where_one_model_is_offered_the_panel_says_how_to_have_two(language: str) -> None:
    drawn = drawing(Shelf(), language, "compare", {"prompt": TEXT})
    assert drawn is not None
    (note,) = classed(drawn, "note")
    assert note.text == words_of(language)("compare.one_only")


def test_the_menu_holds_both_models_and_the_address_too(shelf: Shelf) -> None:
    tiny = name_of(shelf, "tiny")
    query = {"prompt": TEXT, "beside": tiny}
    alone = page(shelf, "en", "compare", query)
    assert alone is not None
    assert alone.count(f'<option value="{tiny}" selected>') == 1
    state, notes = from_query(query, 8192)
    assert notes == []
    assert from_query({**query, "beside": "<x>"}, 8192)[0].beside == ""
    assert f"beside={tiny}" in state.to_query()


def test_a_model_that_is_opening_is_asked_for_again(tmp_path: Path) -> None:
    class Opening(Shelf):
        def named(self, name: str) -> Engine:
            if name != MODEL:
                raise CheckpointError("opening", "opening")
            return super().named(name)

    drawn = drawing(Opening([str(tmp_path / "slow")]), "en", "compare", {"prompt": TEXT})
    assert drawn is not None
    assert "data-again" in drawn
