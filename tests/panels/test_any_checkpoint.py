"""Every panel before checkpoints unlike ours: what it says is of the model before it."""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import Any

import pytest
import tokenizers
from tokenizers import processors

from engine.engine import Engine
from engine.shelf import Shelf
from gpt.weights import BUNDLED
from panels.catalogue import PANELS
from panels.pages.routes import drawing, page
from panels.screen.state import State
from panels.screen.view import look
from panels.screen.words import LANGUAGES, words_of
from tests.gpt.reference import gpt2, save
from tests.panels.reading_html import classed
from tests.panels.screen.test_models import opened

ROWS = 367
OPTIONS: dict[str, dict[str, Any]] = {
    "narrow": {
        "n_inner": 24,
        "activation_function": "relu",
        "scale_attn_by_inverse_layer_idx": True,
        "vocab_size": ROWS,
    },
    "wide": {"n_inner": 100, "activation_function": "silu", "scale_attn_weights": False},
    "untied": {"tie_word_embeddings": False, "n_layer": 1, "n_head": 1, "vocab_size": ROWS},
}
WRITTEN = {"prompt": "Il était une fois", "written": "366.5.340"}


@pytest.fixture(scope="module")
def startless(encoder: tokenizers.Tokenizer) -> tokenizers.Tokenizer:
    """A vocabulary as GPT-2 has it, which puts nothing in front."""
    bare = tokenizers.Tokenizer.from_str(encoder.to_str())
    bare.post_processor = processors.ByteLevel(trim_offsets=False)
    return bare


@pytest.fixture(scope="module", params=OPTIONS)
def engine(
    request: pytest.FixtureRequest,
    startless: tokenizers.Tokenizer,
    tmp_path_factory: pytest.TempPathFactory,
) -> Engine:
    folder = tmp_path_factory.mktemp("any") / "model"
    return Engine(str(save(gpt2(**OPTIONS[request.param]), startless, folder)))


@pytest.fixture(scope="module")
def added(startless: tokenizers.Tokenizer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A piece was added to the vocabulary, and the model was not resized."""
    larger = tokenizers.Tokenizer.from_str(startless.to_str())
    larger.add_special_tokens(["<pad>"])
    return save(gpt2(), larger, tmp_path_factory.mktemp("any") / "added")


def drawn(engine: Engine, language: str, name: str, **query: str) -> str:
    found = drawing(engine, language, name, query)
    assert found is not None
    return found


def text_of(found: str) -> str:
    return html.unescape(re.sub(r"<[^>]+>", "", found))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_panel_draws_any_checkpoint(engine: Engine, language: str) -> None:
    size = engine.model.tokenizer.size
    queries = [{"prompt": ""}, {"prompt": "mot " * 40}, {"prompt": "Il", "top_p": "none"}]
    queries.append(
        {**WRITTEN, "repeat": "10"} if size == ROWS else {"prompt": "Il", "written": "5"}
    )
    queries.append({"prompt": "Il", "act": "add", "value": "1", "position": "0", "shown": "500"})
    for name in PANELS:
        for query in queries:
            assert page(engine, language, name, query), name
            assert "nan" not in text_of(drawn(engine, language, name, **query)).split(), name


@pytest.mark.parametrize("language", LANGUAGES)
def test_shapes_are_the_models_own(engine: Engine, language: str) -> None:
    config, words = engine.model.network.config, words_of(language)
    shapes = drawn(engine, language, "blocks", prompt="Il")
    assert f"× {config.wide}</td>" in shapes
    assert ("4C" in shapes) == (config.wide == 4 * config.channels)
    forward = drawn(engine, language, "feed_forward", prompt="Il")
    assert words("feed_forward.neurons", count=config.wide) in forward
    assert f"16 × {config.wide} + {config.wide} + {config.wide} × 16 + 16" in text_of(
        drawn(engine, language, "parameters")
    )
    assert f"16 → {config.wide} → 16" in text_of(drawn(engine, language, "whole", prompt="Il"))
    by_root = config.scaled and not config.scaled_by_block
    weighed = drawn(engine, language, "weight", prompt="Il")
    assert (words("weight.softmax") in weighed) == by_root
    for name in PANELS:
        assert "GELU" not in drawn(engine, language, name, prompt="Il") or name == "by_hand"


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_id_without_a_piece_is_seen_wherever_text_is_written(
    startless: tokenizers.Tokenizer, tmp_path: Path, language: str
) -> None:
    engine = Engine(str(save(gpt2(vocab_size=ROWS), startless, tmp_path / "padded")))
    for name in ("text", "rows", "next", "tokens", "continues", "growing", "whole", "attention"):
        assert "⟨366⟩" in text_of(drawn(engine, language, name, **WRITTEN)), name
    free = {"prompt": "Il", "top_p": "none", "temperature": "2.0", "length": "40"}
    data = PANELS["growing"].data(look(engine, State("Il", temperature=2.0, top_p=None)), free)
    bare = [
        each["token"]["id"]
        for way in data["ways"]
        for each in way["tokens"]
        if "unspelled" in each["token"]
    ]
    assert bare
    grown = "".join(
        each.text for each in classed(drawn(engine, language, "growing", **free), "grown")
    )
    assert all(f"⟨{id}⟩" in grown for id in bare)
    forgotten = drawn(engine, language, "full_context", prompt="Il", window="8", more="48")
    numbered = [each.text for each in classed(forgotten, "unread")]
    fallen = PANELS["full_context"].data(look(engine, State("Il")), {"window": "8", "more": "48"})
    gone = [each["token"] for each in fallen["text"] if each["fate"] == "dropped"]
    assert any("unspelled" in each for each in gone)
    assert all(f"⟨{each['id']}⟩" in numbered[0] for each in gone if "unspelled" in each)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_piece_without_a_row_is_told_beside_every_prompt(added: Path, language: str) -> None:
    engine = Engine(str(added))
    assert engine.model.tokenizer.size == 320
    told = words_of(language)("notes.no_row", name="conteur", count=1, pieces="<pad>")
    for name, panel in PANELS.items():
        found = html.unescape(drawn(engine, language, name, prompt="Il <pad> <pad>"))
        assert (told in found) == ("prompt" in panel.reads or panel.asks), name
        assert told not in html.unescape(drawn(engine, language, name, prompt="Il pad"))
    assert "320" in text_of(drawn(engine, language, "choice", prompt="Il <pad>"))


def test_the_model_set_beside_tells_its_own(added: Path) -> None:
    shelf = Shelf([str(added)])
    opened(shelf, "added")
    assert BUNDLED.keys() == {"conteur"}
    told = words_of("fr")("notes.no_row", name="added", count=1, pieces="<pad>")
    for query in ({"beside": "added"}, {"model": "added"}):
        found = drawing(shelf, "fr", "compare", {"prompt": "Il <pad>", **query})
        assert found is not None
        assert html.unescape(found).count(told) == 1
