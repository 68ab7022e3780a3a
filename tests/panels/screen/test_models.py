"""Several models on one site: the one asked for answers, or the bundled one says why it does."""

from __future__ import annotations

import gc
import math
import threading
import weakref
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qsl

import pytest
import tokenizers

import gpt
from engine.engine import Engine
from engine.shelf import Shelf
from gpt.training.export import export
from panels.catalogue import PANELS
from panels.pages.routes import drawing, page
from panels.screen.acts import act, back
from panels.screen.models import SAID, answerable, for_template, note_of
from panels.screen.state import MODEL, Note, State, from_json, from_query
from panels.screen.view import look
from panels.screen.words import LANGUAGES, words_of
from tests.gpt.reference import gpt2, save
from tests.panels.reading_html import classed

PATIENCE = 60.0


@pytest.fixture(scope="module")
def shelf(
    model: gpt.Model, encoder: tokenizers.Tokenizer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Shelf]:
    """conteur, the tiny model, and one whose file is damaged, which is not tried again."""
    tiny, broken = tmp_path_factory.mktemp("tiny"), tmp_path_factory.mktemp("broken")
    for folder in (tiny, broken):
        export(model.network, encoder, folder)
    next(broken.glob("*.safetensors")).write_bytes(b"nothing")
    made = Shelf([str(tiny), str(broken), "nobody/nothing"])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("engine.shelf.TRY_AGAIN", math.inf)
        for name in made.names:
            opened(made, name)
        yield made


def opened(shelf: Shelf, name: str) -> None:
    """Wait until a model is there, or is known not to open."""
    for _ in range(2):
        try:
            shelf.named(name)
        except gpt.CheckpointError:
            for thread in threading.enumerate():
                if thread.name == "open-model":
                    thread.join(PATIENCE)


def name_of(shelf: Shelf, beginning: str) -> str:
    return next(name for name in shelf.names if name.startswith(beginning))


@pytest.mark.parametrize("panel", [name for name, panel in PANELS.items() if panel.any_model])
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_panel_draws_the_model_that_is_asked_for(
    shelf: Shelf, language: str, panel: str
) -> None:
    tiny = name_of(shelf, "tiny")
    query = {"prompt": "Il était", "model": tiny, "act": "add"}
    drawn = drawing(shelf, language, panel, query)
    assert drawn is not None
    assert 'class="note"' not in drawn
    assert drawn != drawing(shelf, language, panel, query | {"model": MODEL})
    alone = page(shelf, language, panel, query)
    assert alone is not None
    assert f'<option value="{tiny}" selected>' in alone


@pytest.mark.parametrize("language", LANGUAGES)
def test_where_one_model_is_offered_there_is_no_menu(language: str) -> None:
    alone = page(Shelf(), language, "next", {})
    assert alone is not None
    assert 'name="model"' not in alone


@pytest.mark.parametrize(
    ("beginning", "kind"),
    [("broken", "damaged"), ("nobody", "unreachable"), ("../x", "not_offered")],
)
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_bundled_model_answers_for_one_that_is_not_there_and_says_why(
    shelf: Shelf, language: str, beginning: str, kind: str
) -> None:
    name = next((name for name in shelf.names if name.startswith(beginning)), beginning)
    query = {"prompt": "Il était", "model": name, "written": "319.318", "position": "1"}
    drawn = drawing(shelf, language, "next", query)
    assert drawn is not None
    (note,) = classed(drawn, "note")
    words = words_of(language)
    assert note.text == words(f"notes.model_{kind}", name=name, answering=MODEL)
    plain = drawing(shelf, language, "next", {"prompt": "Il était"})
    assert plain is not None
    assert drawn.startswith(plain.rstrip().split("<input")[0])


def test_a_model_that_is_being_opened_is_asked_for_again(tmp_path: Path) -> None:
    shelf = Shelf([str(tmp_path / "slow")])
    let = threading.Event()
    with pytest.MonkeyPatch.context() as patch:
        load = gpt.load

        def slowly(name: str, *others: object) -> gpt.Model:
            if name == MODEL:
                return load(name)
            others[1](12_000_000, 548_000_000)  # type: ignore[operator]
            began.set()
            assert let.wait(PATIENCE)
            raise gpt.CheckpointError("no", "missing")

        began = threading.Event()
        patch.setattr("engine.engine.load", slowly)
        drawing(shelf, "en", "next", {"model": "slow"})
        assert began.wait(PATIENCE)
        drawn = drawing(shelf, "en", "next", {"model": "slow"})
        assert drawn is not None
        assert "12 MB of 548" in drawn
        assert "data-again" in drawn
        let.set()
        opened(shelf, "slow")
        drawn = drawing(shelf, "en", "next", {"model": "slow"})
        assert drawn is not None
        assert "data-again" not in drawn


def test_ids_are_those_of_the_model(shelf: Shelf) -> None:
    tiny = name_of(shelf, "tiny")
    state, notes = answerable(shelf, lambda size: from_query({"model": tiny, "written": "9"}, size))
    assert (state, notes) == (State(model=tiny, written=(9,)), [])
    _, notes = answerable(shelf, lambda size: from_query({"model": tiny, "written": "320"}, size))
    assert [note.key for note in notes] == ["ignored"]


def test_another_model_begins_with_the_prompt_alone(shelf: Shelf) -> None:
    tiny = name_of(shelf, "tiny")
    before = State("Il", written=(5, 6), position=1, draw=2, temperature=1.5)
    after = before.with_model(tiny)
    assert after == State("Il", tiny, temperature=1.5)
    assert before.with_model(MODEL) is before
    assert look(shelf, after).tokenizer.size == 320
    assert dict(parse_qsl(after.to_query()))["model"] == tiny


@pytest.mark.parametrize("name", ["<b>", "x" * 201, "", "a\nb", "a\x7fb", "\ud800"])
def test_a_name_that_no_model_has_is_left_out_of_the_address(name: str) -> None:
    state, notes = from_query({"model": name}, 10)
    assert state.model == MODEL
    assert [dict(note.values) for note in notes] == [{"names": "model"}]


def test_a_folder_of_any_name_can_be_chosen(
    model: gpt.Model, encoder: tokenizers.Tokenizer, tmp_path: Path
) -> None:
    names = ["modèle-fr", "gpt2(fine-tuned)", "mode\u0300le & Söhne", "one/last", "other/last"]
    for name in names:
        export(model.network, encoder, tmp_path / name)
    shelf = Shelf([str(tmp_path / name) for name in names])
    assert shelf.names == (MODEL, *names)
    for name in names:
        opened(shelf, name)
        address = dict(parse_qsl(State("Il", model=name).to_query()))
        state, notes = answerable(shelf, lambda size: from_query(address, size))  # noqa: B023
        assert (state, notes) == (State("Il", model=name), [])
        assert from_json(state.to_json(), 320) == (state, [])
        assert look(shelf, state).tokenizer.size == 320


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_row_without_a_piece_is_counted_shown_by_its_number_and_written(
    encoder: tokenizers.Tokenizer, tmp_path: Path, language: str
) -> None:
    engine = Engine(str(save(gpt2(vocab_size=367), encoder, tmp_path / "padded")))
    state, notes = answerable(
        engine, lambda size: from_query({"prompt": "Il", "written": "366.5"}, size)
    )
    assert (state.written, notes) == ((366, 5), [])
    view = look(engine, state)
    assert len(view.last.logits) == view.tokenizer.size == 367
    assert act(engine, State("Il"), "force", "366").written == (366,)
    assert back(act(engine, State("Il"), "force", "366")) == State("Il")
    for panel in ("text", "rows", "next"):
        drawn = drawing(engine, language, panel, {"prompt": "Il", "written": "366"})
        assert drawn is not None
        assert "⟨366⟩" in drawn, panel


@pytest.mark.parametrize("kind", SAID)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_is_said_in_the_readers_language(kind: str, language: str) -> None:
    values = {"needed": 1000, "allowed": 10} if kind == "memory" else {}
    note = note_of(gpt.CheckpointError("-", kind, **values), "gpt2", "conteur")
    said = words_of(language)(f"notes.{note.key}", **dict(note.values))
    assert "gpt2" in said
    assert "conteur" in said
    (given,) = for_template([note])
    assert given["again"] == (kind == "opening")
    assert given["refused"] == (kind != "opening")
    assert given["act"] == ""


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_hub_that_says_nothing_is_told_with_its_seconds(language: str) -> None:
    def note(silent: int, size: int) -> Note:
        opening = gpt.CheckpointError("-", "opening", megabytes=1, size=size, silent=silent)
        return note_of(opening, "gpt2", "conteur")

    keys = [note(silent, size).key for silent, size in ((4, 0), (4, 9), (5, 0), (19, 9))]
    assert keys == ["model_opening", "model_coming", "model_silent", "model_silent"]
    said = words_of(language)("notes.model_silent", **dict(note(19, 9).values))
    assert "15 s" in said.replace("\u202f", " ").replace("\u00a0", " ")
    (given,) = for_template([note(19, 9)])
    assert given["again"]


def test_a_model_that_was_looked_at_leaves_memory_when_it_is_dropped(
    model: gpt.Model, encoder: tokenizers.Tokenizer, tmp_path: Path
) -> None:
    export(model.network, encoder, tmp_path)
    engine = Engine(str(tmp_path))
    for name in PANELS:
        drawn = drawing(engine, "fr", name, {"prompt": "Le chat", "act": "add", "value": "1"})
        assert drawn is not None
    network = weakref.ref(engine.model.network)
    assert network() is not None
    del engine
    gc.collect()
    assert network() is None
