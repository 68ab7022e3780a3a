"""All heads at a glance: small maps of every head, what each does, one large."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
import torch

from engine.engine import Engine
from gpt.habits import HABITS
from panels import attention, heads
from panels.pages.openings import openings, view_of
from panels.screen.drawing import draw
from panels.screen.state import State
from panels.screen.view import View, look
from panels.screen.words import LANGUAGES, words_of
from tests.gpt.reference import gpt2, save
from tests.panels.conftest import encoder

__all__ = ["encoder"]

PROMPT = "Le chat a vu le chien. Le chien a vu le chat."


@pytest.fixture
def view(conteur: Engine) -> View:
    return look(conteur, State(prompt=PROMPT))


def html(drawn: dict[str, Any], language: str = "en") -> str:
    return draw("heads", language, {**drawn, "address": "", "root": "", "models": 1})


def squares(shades: list[str]) -> dict[tuple[int, int], int]:
    """What is drawn of a small map: the shade of each square by row and column."""
    return {
        (int(t), int(s)): strength
        for strength, path in enumerate(shades)
        for s, t in re.findall(r"M(\d+) (\d+)h1", path)
    }


def test_every_head_has_its_map_and_its_shares(view: View) -> None:
    drawn = heads.data(view, 2, 3)
    config = view.model.network.config
    assert len(drawn["small"]) == config.layers * config.heads
    for small in drawn["small"]:
        block, head = small["block"] - 1, small["head"] - 1
        weights = view.trace(block).attention_in(block)[head]
        expected = {
            (t, s): sum(weight >= least for least in heads.SHADES) - 1
            for t, row in enumerate(weights.tolist())
            for s, weight in enumerate(row)
            if weight >= heads.SHADES[0]
        }
        assert squares(small["shades"]) == expected
        shares = dict(zip(HABITS, small["shares"], strict=True))
        assert shares["start"] == pytest.approx(float(weights[2:, 0].mean()), abs=1e-6)
        assert shares["itself"] == pytest.approx(float(weights.diagonal()[2:].mean()), abs=1e-6)
        assert small["open"] == ((block, head) == (1, 2))
    assert drawn["map"] == attention.data(view, 2, 3)


def test_the_best_of_a_habit_are_the_best_of_all(view: View) -> None:
    drawn = heads.data(view, 1, 1)
    for n, habit in enumerate(drawn["habits"]):
        shares = sorted((each["shares"][n] for each in drawn["small"]), reverse=True)
        assert [each["share"] for each in habit["best"]] == shares[: heads.BEST]
        assert 0 < habit["even"] < 0.5
    marked = {each["most"] for each in drawn["small"]} - {None}
    assert marked <= set(HABITS)
    for each in drawn["small"]:
        assert (each["most"] is not None) == (max(each["shares"]) >= heads.MARKED)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_text_has_no_place_for_is_said(conteur: Engine, language: str) -> None:
    words = words_of(language)
    once = heads.data(look(conteur, State(prompt="Le petit chat")), 1, 1)
    assert [habit["even"] is None for habit in once["habits"]] == [False, False, True, False]
    assert words("heads.no_same") in html(once, language)
    nothing = heads.data(look(conteur, State(prompt="")), 1, 1)
    assert all(habit["even"] is None for habit in nothing["habits"])
    assert html(nothing, language).count(words("heads.too_short")) == 3
    assert all(each["most"] is None for each in nothing["small"])


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_opens_on_the_head_that_looks_most_before(conteur: Engine, language: str) -> None:
    opening = openings(language)["heads"]
    view = view_of(conteur, language, opening)
    drawn = heads.data(view, float(opening["block"]), float(opening["head"]))
    best = {habit["name"]: habit["best"][0] for habit in drawn["habits"]}
    assert (best["before"]["block"], best["before"]["head"]) == (
        drawn["map"]["block"],
        drawn["map"]["head"],
    )
    for habit in drawn["habits"]:  # no longer so: another story, with a token that comes twice
        assert best[habit["name"]]["share"] > habit["even"]
    assert best["before"]["share"] > 2 * drawn["habits"][0]["even"]


def test_sixty_four_tokens_take_less_than_a_tenth_of_a_second(conteur: Engine) -> None:
    """Of the processor's time: what else a machine has to do takes nothing from it."""
    taken = []
    for turn in range(3):
        view = look(conteur, State(prompt=f"{turn} " + "la petite fille a vu le chat " * 9))
        assert len(view.reading.ids) > 64
        start = time.process_time()
        heads.data(view, 1, 1)
        taken.append(time.process_time() - start)
    assert min(taken) < 0.1


@pytest.fixture
def wide(encoder: Any, tmp_path: Any) -> View:
    """The shape of GPT-2 small in blocks and heads, tiny otherwise, with no start token."""
    folder = save(gpt2(n_layer=12, n_head=12, n_embd=48), encoder, tmp_path)
    return look(Engine(str(folder)), State(prompt="Il était une fois, il était"))


def test_twelve_by_twelve_maps_are_those_of_transformers_and_light(wide: View) -> None:
    drawn = heads.data(wide, 12, 12)
    assert len(drawn["small"]) == 144
    assert (drawn["map"]["block"], drawn["map"]["head"]) == (12, 12)
    reference = gpt2(n_layer=12, n_head=12, n_embd=48)
    with torch.no_grad():
        expected = reference(torch.tensor([wide.reading.ids]), output_attentions=True).attentions
    for small in drawn["small"]:
        weights = expected[small["block"] - 1][0, small["head"] - 1]
        before = weights.diagonal(-1)[1:].mean()
        assert small["shares"][0] == pytest.approx(float(before), abs=1e-4)
    assert len(html(drawn)) < 400_000
