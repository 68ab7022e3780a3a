"""A part switched off: the prediction before and after, as `transformers` has it."""

from __future__ import annotations

import re
from typing import Any

import pytest
import torch

from engine.engine import Engine
from gpt.compare import total_variation
from gpt.switches import KINDS
from panels import switches
from panels.pages.openings import openings
from panels.pages.routes import drawing, page
from panels.screen.example import first_state
from panels.screen.state import State
from panels.screen.view import View, look
from panels.screen.words import LANGUAGES, words_of
from tests.panels.conftest import short
from tests.panels.reading_html import classed

PROMPT = "Le petit chat mange la grande souris"


@pytest.fixture
def view(conteur: Engine) -> View:
    return look(conteur, State(prompt=PROMPT))


def off(kind: str) -> int:
    return KINDS.index(kind)


@pytest.fixture(scope="module")
def reference() -> Any:
    from transformers import GPT2LMHeadModel

    from gpt.weights import BUNDLED

    model = GPT2LMHeadModel.from_pretrained(
        BUNDLED["conteur"], dtype=torch.float32, attn_implementation="eager"
    )
    model.train(False)
    return model


def test_both_sides_are_those_of_transformers(view: View, reference: Any) -> None:
    ids = torch.tensor([view.reading.ids])
    drawn = switches.data(view, off("feed_forward"), 1, 1, 1, 2)
    with torch.no_grad():
        before = reference(ids).logits[0, -1].softmax(0)
        hook = reference.transformer.h[0].mlp.register_forward_hook(lambda _m, _i, out: 0 * out)
        after = reference(ids).logits[0, -1].softmax(0)
        hook.remove()
    for pair in drawn["pairs"]:
        id = pair["token"]["id"]
        assert pair["shares"] == pytest.approx([float(before[id]), float(after[id])], abs=1e-4)
    for side, shares in enumerate((before, after)):
        shown = sum(pair["shares"][side] for pair in drawn["pairs"])
        assert shown + drawn["others"][side] == pytest.approx(1, abs=1e-4)
        name = ("before", "after")[side]
        assert drawn[name]["token"]["id"] == int(shares.argmax())
    assert drawn["moved"] == pytest.approx(total_variation(before, after), abs=1e-4)
    assert drawn["moved"] > 0.05


def test_the_screen_is_what_it_was_when_all_is_on_again(view: View) -> None:
    before = view.last.plain.clone()
    for kind in KINDS:
        switches.data(view, off(kind), 1, 1, 1, 2)
    again = look(view.engine, State(prompt=PROMPT + " "))  # read anew, from the start
    assert torch.equal(look(view.engine, State(prompt=PROMPT)).last.plain, before)
    assert again.reading.ids[:-1] == view.reading.ids


@pytest.mark.parametrize(
    ("first", "second", "swapped"),
    [
        (3, 7, "Le petit souris mange la grande chat"),
        (7, 3, "Le petit souris mange la grande chat"),
        (1, 2, "petit Le chat mange la grande souris"),
        (1, 1, PROMPT),
        (7, 999, PROMPT),
    ],
)
def test_two_words_change_places(view: View, first: int, second: int, swapped: str) -> None:
    drawn = switches.data(view, switches.WORDS, 1, 1, first, second)
    assert drawn["swapped"] == swapped
    there = look(view.engine, State(prompt=swapped))
    assert drawn["after"]["probability"] == pytest.approx(float(there.last.plain.max()), abs=1e-5)
    assert (drawn["moved"] > 0.01) == (swapped != PROMPT)


def test_what_stands_between_the_words_stays(conteur: Engine) -> None:
    view = look(conteur, State(prompt="L’ogre, dit-on, a faim !"))
    assert switches.data(view, switches.WORDS, 1, 1, 2, 3)["swapped"] == "L’dit, ogre-on, a faim !"


def test_what_was_written_is_swapped_too(conteur: Engine) -> None:
    written = tuple(conteur.model.tokenizer.encode(" chien dort"))
    view = look(conteur, State(prompt="Le", written=written))
    drawn = switches.data(view, switches.WORDS, 1, 1, 2, 3)
    assert drawn["swapped"] == "Le dort chien"


@pytest.mark.parametrize("prompt", ["", " ", "é", "👩‍🚀", "\x00", "<b>", "mot " * 600], ids=short)
@pytest.mark.parametrize("kind", range(switches.WORDS + 1))
def test_any_text_is_read_without_any_part(conteur: Engine, prompt: str, kind: int) -> None:
    asked = {"prompt": prompt, "off": str(kind), "block": "99", "which": "9999", "second": "99"}
    drawn = drawing(conteur, "fr", "switches", asked)
    assert drawn is not None
    assert len(classed(drawn, "then-now")) == 1
    assert "<b>" not in drawn


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_panel_opens_on_the_head_that_is_missed_most(conteur: Engine, language: str) -> None:
    view = look(conteur, first_state(language))
    opening = openings(language)["switches"]
    config = view.model.network.config
    moved = {
        (block, head): switches.data(view, switches.HEAD, block, head, 1, 2)["moved"]
        for block in range(1, config.layers + 1)
        for head in range(1, config.heads + 1)
    }
    assert int(opening["off"]) == switches.HEAD
    assert max(moved, key=lambda each: moved[each]) == (
        int(opening["block"]), int(opening["which"]),
    )  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_link_shows_the_same(conteur: Engine, language: str) -> None:
    alone = page(conteur, language, "switches", {"prompt": PROMPT, "off": "1", "block": "3"})
    assert alone is not None
    assert '<input type="hidden" name="off" value="1">' in alone
    assert '<input type="hidden" name="block" value="3">' in alone
    assert words_of(language)("switches.without_attention", block=3) in alone
    (chosen,) = re.findall(r'<button[^>]*class="switch" aria-selected="true"[^>]*>', alone)
    assert 'data-value="1,3,1"' in chosen
    assert 'tabindex="0"' in chosen


def test_exactly_one_switch_can_be_reached_by_the_tabulator(conteur: Engine) -> None:
    for kind in range(switches.WORDS + 1):
        drawn = drawing(conteur, "en", "switches", {"prompt": PROMPT, "off": str(kind)})
        assert drawn is not None
        reached = [each for each in classed(drawn, "switch") if each.attributes["tabindex"] == "0"]
        assert len(reached) == 1
