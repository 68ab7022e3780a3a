"""The GPT by hand on its page: every number of `gpt.by_hand`, and what the text says of them."""

from __future__ import annotations

import pytest
import torch

from engine.engine import Engine
from gpt import by_hand as hand
from panels import by_hand, scale
from panels.screen.drawing import draw
from panels.screen.state import State
from panels.screen.view import View, look
from panels.screen.words import LANGUAGES, words_of
from tests.panels.pages.test_pages import page
from tests.panels.reading_html import classed, said


@pytest.fixture
def view(conteur: Engine) -> View:
    return look(conteur, State(prompt="a"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_shows_every_number_of_the_way(view: View, language: str) -> None:
    words = words_of(language)
    html = draw("by_hand", language, by_hand.data(view, hand.TEXT[1]))
    text = said(html)
    steps = hand.follow(hand.TEXT)
    for name in ("scores", "score_powers", "weights", "activations", "logits", "probabilities"):
        for number in getattr(steps, name).tolist():
            assert words.short(number, 4) in text, name
    for name in ("query", "gathered", "attended", "x_attended", "normed_again", "added", "x_end",
                 "hidden"):  # fmt: skip
        first, second = (words.short(each, 4) for each in getattr(steps, name).tolist())
        assert words("by_hand.pair", first=first, second=second) in text, name
    assert words.list("by_hand.tokens")[4] in classed(html, "first")[0].text
    assert text.count("{") == 0


@pytest.mark.parametrize("middle", range(hand.CONFIG.vocabulary))
def test_any_token_may_stand_in_the_middle(view: View, middle: int) -> None:
    data = by_hand.data(view, middle)
    steps = hand.follow([hand.TEXT[0], middle, hand.TEXT[2]])
    assert data["ids"][1] == middle
    assert data["way"]["logits"] == steps.logits.tolist()
    assert data["next"] == int(steps.logits.argmax())
    for each, normed in zip(data["measured"], data["way"]["normed"], strict=True):
        again = [(x - each["mean"]) / each["spread"] for x in each["x"]]
        assert again == pytest.approx(normed)
    gathered = [sum(column) for column in zip(*data["products"], strict=True)]
    assert gathered == pytest.approx(data["way"]["gathered"])


@pytest.mark.parametrize("language", LANGUAGES)
def test_there_is_a_word_for_every_token_of_it(language: str) -> None:
    names = words_of(language).list("by_hand.tokens")
    assert len(set(names)) == hand.CONFIG.vocabulary
    text = page(language, "by-hand.md")
    assert all(f"*{names[id]}*" in text for id in (*hand.TEXT, 2, 4, 5))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_answers_of_the_page_are_right(language: str) -> None:
    words = words_of(language)
    text = page(language, "by-hand.md").replace("{,}", ",")
    she, he = hand.follow((0, 1, 3)), hand.follow((0, 2, 3))
    warm = (she.logits / 2).exp()
    for number, decimals in [
        (float(he.powers[5]), 2),
        (float(he.powers.sum()), 2),
        (float(he.probabilities[5]), 3),
        (float(warm.sum()), 2),
        (float(warm[4]), 2),
        (float(warm[4] / warm.sum()), 3),
        (float(she.probabilities[4]), 3),
    ]:
        assert words.number(number, decimals) in text


def test_the_norm_of_two_channels_leaves_two_vectors() -> None:
    vectors = torch.randint(-9, 10, (200, 2), generator=torch.manual_seed(3)).double()
    found = hand.norm(vectors[vectors[:, 0] != vectors[:, 1]])
    assert {tuple(each) for each in found.round(decimals=2).tolist()} == {(1.0, -1.0), (-1.0, 1.0)}


# The table of sizes


def test_the_sizes_of_the_model_on_the_screen_are_its_own(conteur: Engine, tiny: Engine) -> None:
    for engine in (conteur, tiny):
        smallest, here, *published = scale.data(look(engine, State(prompt="a")))["sizes"]
        assert smallest["parameters"] == 96
        assert here["name"] == engine.model.name
        assert here["parameters"] == engine.model.parameters
        config = engine.model.network.config
        for name in ("layers", "heads", "channels", "context", "vocabulary"):
            assert here[name] == getattr(config, name)
        assert len(published) == 5
    sizes = [each["parameters"] for each in scale.data(look(conteur, State(prompt="a")))["sizes"]]
    assert sizes == sorted(sizes)


@pytest.mark.parametrize(
    ("language", "counts"),
    [("fr", ["124,4\u00a0millions", "1,6\u00a0milliard", "174,6\u00a0milliards"]),
     ("en", ["124.4 million", "1.6 billion", "174.6 billion"])],
)  # fmt: skip
def test_large_counts_are_written_short(view: View, language: str, counts: list[str]) -> None:
    text = said(draw("scale", language, scale.data(view)))
    assert all(count in text for count in counts)
