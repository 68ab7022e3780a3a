"""Beat the GPT: what a bet pays, how the game goes on, and what its address and page hold."""

from __future__ import annotations

import math
import re
from typing import Any
from urllib.parse import parse_qsl

import pytest

from engine.engine import Engine
from gpt.by_word import words as words_in
from panels import duel
from panels.catalogue import PANELS
from panels.duel import TEXTS, Bet, bet, rounds, written
from panels.pages import routes
from panels.pages.openings import openings
from panels.screen.drawing import draw
from panels.screen.state import State
from panels.screen.view import look
from panels.screen.words import LANGUAGES, words_of
from tests.conftest import ROOT
from tests.panels.reading_html import classed, elements, said


def shown(engine: Engine, prompt: str = "", **query: str) -> dict[str, Any]:
    return PANELS["duel"].data(look(engine, State(prompt=prompt)), query)


def drawn(language: str, data: dict[str, Any]) -> str:
    return draw("duel", language, data | {"address": "", "root": ""})


# What a bet pays


@pytest.mark.parametrize(
    ("made", "word", "share"),
    [
        (Bet(("cat",), 50), "cat", 0.5),
        (Bet(("dog", "cat"), 50), "cat", 0.25),
        (Bet(("cat",), 75), "dog", 0.25 / 8191),
        (Bet(("a", "b", "c"), 95), "dog", 0.05 / 8189),
        (Bet(), "dog", 1 / 8192),
    ],
)
def test_a_share_is_what_the_page_says(made: Bet, word: str, share: float) -> None:
    assert made.share(word, 8192) == pytest.approx(share)


def test_a_bet_is_spread_over_the_whole_vocabulary_and_adds_up() -> None:
    vocabulary = [str(n) for n in range(40)]
    for made in (Bet(("3", "7"), 75), Bet(("5",), 25), Bet()):
        assert sum(made.share(each, 40) for each in vocabulary) == pytest.approx(1)


def test_from_seven_times_in_eight_on_95_is_the_better_word() -> None:
    """What the page says of being right less often, whatever the size of the vocabulary."""

    def costs(right: float, sure: int) -> float:
        made = Bet(("a",), sure)
        return -sum(
            share * math.log2(made.share(word, 8192))
            for share, word in ((right, "a"), (1 - right, "b"))
        )

    assert costs(0.86, 75) < costs(0.86, 95)
    assert costs(0.88, 95) < costs(0.88, 75)


@pytest.mark.parametrize(
    ("typed", "sure", "made"),
    [
        (" Chat,  chien ", "75", Bet(("Chat", "chien"), 75)),
        ("chat, CHAT; Chat", "50", Bet(("chat",), 50)),
        ("a,b,c,d,e,f,g", "95", Bet(tuple("abcde"), 95)),
        ("<b>_x</b>.~", "25", Bet(("bxb",), 25)),
        ("x", "60", Bet(("x",), 50)),
        ("x", "nan", Bet(("x",), 50)),
        (" , ; ", "95", Bet()),
    ],
)
def test_what_is_typed_becomes_a_bet(typed: str, sure: str, made: Bet) -> None:
    assert bet(typed, sure) == made


@pytest.mark.parametrize(
    ("typed", "word", "right"),
    [
        ("lune", "Lune", True),
        ("l'", "l’", True),
        ("qu", "qu’", True),
        ("coeur", "cœur", True),
        ("ou", "où", False),
        ("grand pere", "grand-père", False),
    ],
)
def test_what_counts_as_the_same_word(typed: str, word: str, right: bool) -> None:
    assert bet(typed, "50").right(word) == right


def test_an_address_holds_the_bets_and_reads_them_back() -> None:
    played = [(bet("de, l’", "75"), Bet()), (Bet(), bet("grand-mère", "95")), (Bet(), Bet())]
    assert written(played) == "75_de_l’~.~95_grand-mère.~"
    assert rounds(written(played), 2) == played
    alone = [(Bet(),), (bet("a", "25"),), (Bet(),)]
    assert rounds(written(alone), 1) == alone
    assert rounds("", 2) == []
    assert rounds("75_a~50_b", 1) == [(bet("a", "75"),)]


# The game


def test_the_model_pays_for_the_text_what_it_pays_in_a_plain_reading(conteur: Engine) -> None:
    data = shown(conteur, text="1", length="40", bets=".".join(["0"] * 40))
    text = data["begins"] + "".join(each["word"] + each["after"] for each in data["played"])
    assert TEXTS[0]["text"].startswith(text)
    reading = conteur.model.read(text)
    logits = reading.logits.double().log_softmax(-1) / -math.log(2)
    at = 0
    for each in data["played"]:
        ids = [one["token"]["id"] for one in each["pieces"]]
        at = next(t for t in range(at, len(text)) if list(reading.ids[t : t + len(ids)]) == ids)
        bits = [float(logits[at + n - 1, id]) for n, id in enumerate(ids)]
        assert [one["bits"] for one in each["pieces"]] == pytest.approx(bits, abs=1e-3)
        assert each["bits"] == pytest.approx(sum(bits), abs=1e-3)
        assert each["probability"] == pytest.approx(2 ** -sum(bits), rel=1e-2)
        before = conteur.model.tokenizer.tokens(reading.ids)[:at]
        assert "".join(one.text for one in before[1:]).strip() in TEXTS[0]["text"]
        assert [one["token"]["id"] for one in each["guesses"]] == (
            reading.logits[at - 1].topk(len(each["guesses"])).indices.tolist()
        )
        assert each["first"] == all(
            int(reading.logits[at + n - 1].argmax()) == id for n, id in enumerate(ids)
        )
        at += len(ids)
    assert data["totals"]["model"]["bits"] == pytest.approx(
        sum(each["bits"] for each in data["played"])
    )


def test_a_word_comes_only_when_it_is_asked_for(conteur: Engine) -> None:
    typed = {"text": "1", "guess_1": "vieux", "sure_1": "75"}
    assert shown(conteur, **typed)["played"] == []
    data = shown(conteur, **typed, show="1")
    (first,) = data["played"]
    assert first["word"] == "vieux"
    assert first["bets"] == [
        {
            "guesses": ["vieux"],
            "sure": 75,
            "right": True,
            "first": True,
            "bits": pytest.approx(-math.log2(0.75)),
        }
    ]
    assert data["bets_so_far"] == "75_vieux"
    assert data["sure"] == [75]
    again = shown(conteur, text="1", bets=data["bets_so_far"], again="1")
    assert again["played"] == []
    assert again["bets_so_far"] == ""


def test_a_game_played_on_is_the_game_that_its_address_holds(conteur: Engine) -> None:
    data: dict[str, Any] = {"bets_so_far": ""}
    for one, other in (("vieux", "petit"), ("vélo", ""), ("", "sur, dans")):
        typed = {"guess_1": one, "sure_1": "50", "guess_2": other, "sure_2": "95"}
        setup = {"text": "1", "teams": "2", "length": "5"}
        data = shown(conteur, **setup, **typed, bets=data["bets_so_far"], show="1")
    link = dict(parse_qsl(data["link"], keep_blank_values=True))
    reopened = shown(conteur, **link)
    assert reopened["played"] == data["played"]
    assert reopened["totals"] == data["totals"]
    for n, team in enumerate(data["totals"]["teams"]):
        assert team["bits"] == pytest.approx(
            sum(each["bets"][n]["bits"] for each in data["played"])
        )
        assert team["running"][-1] == team["bits"]
    assert data["totals"]["nobody"]["bits"] == pytest.approx(3 * data["unknown"])
    assert not data["over"]
    assert data["rest"] == ""


def test_at_the_end_the_rest_is_shown_and_no_bet_is_taken(conteur: Engine) -> None:
    data = shown(conteur, text="2", length="5", bets="0.0.0.0.0", show="1", guess_1="x")
    assert data["over"]
    assert len(data["played"]) == 5
    told = data["begins"] + "".join(each["word"] + each["after"] for each in data["played"])
    assert told + data["rest"] == TEXTS[1]["text"]


def test_what_has_not_come_is_nowhere_in_the_page(conteur: Engine) -> None:
    for language in LANGUAGES:
        page = routes.page(conteur, language, "duel", {"text": "1", "bets": "0"})
        assert page is not None
        assert "vieux" in page
        assert "vélo" not in re.sub(r"<option.*?</option>", "", page).lower()


def test_a_text_of_ones_own_is_played_and_carried(conteur: Engine) -> None:
    mine = "Il faut\r\nque le <b>chien</b> dorme encore un peu."
    data = shown(conteur, own=mine, given="2", length="5", bets="50_x", show="1")
    assert data["played"] == []
    assert data["text"] == 0
    assert data["prompt"] == mine.replace("\r\n", "\n")
    assert data["begins"] == "Il faut\n"
    further = shown(conteur, prompt=data["prompt"], given="2", length="5", bets="0.0.0")
    assert [each["word"] for each in further["played"]] == ["que", "le", "b"]
    assert shown(conteur, prompt=data["prompt"], text="3")["prompt"] == ""
    assert "<b>" not in drawn("fr", data)


@pytest.mark.parametrize("text", ["Bonjour", "…", "", "x" * 5000, "\x00"])
def test_a_text_without_two_words_is_said_to_have_none(conteur: Engine, text: str) -> None:
    data = shown(conteur, prompt=text) if text else shown(conteur, own=" ", prompt="?")
    assert data["words_all"] == 0
    html = drawn("en", data)
    assert words_of("en")("duel.no_words") in said(html)
    assert not [each for each in elements(html) if each.attributes.get("name") == "guess_1"]


def test_a_small_context_holds_fewer_words(tiny: Engine) -> None:
    """32 positions: the game is as long as the model can read at once."""
    data = shown(tiny, text="1", given="1", length="40", bets=".".join(["0"] * 40))
    assert 0 < data["words_all"] < 40
    assert len(data["played"]) == data["words_all"]
    assert data["vocabulary"] == tiny.model.tokenizer.size
    assert data["unknown"] == math.log2(tiny.model.tokenizer.size)


# The texts


def test_there_are_as_many_texts_in_both_languages_long_enough_and_well_set() -> None:
    for language in LANGUAGES:
        texts = [each["text"] for each in TEXTS if each["language"] == language]
        assert len(set(texts)) == 10
        for text in texts:
            assert len(words_in(text)) >= 46, text
            assert not re.search(r"['\"!]|  |\.\.\.", text), text
        first = int(openings(language)["duel"]["text"])
        assert TEXTS[first - 1]["language"] == language
    assert len({each["name"] for each in TEXTS}) == len(TEXTS)


def test_no_text_stands_in_what_the_model_learns_from_here() -> None:
    """Not a row of eight words of theirs is in the kits, the knowledge or the exams."""
    plain = re.compile(r"\w+")
    learnt = " ".join(
        " ".join(plain.findall(path.read_text("utf-8").lower()))
        for path in (ROOT / "gpt" / "training").rglob("*")
        if path.suffix in (".kits", ".txt", ".toml", ".py")
    )
    for each in TEXTS:
        own = plain.findall(each["text"].lower())
        rows = [" ".join(own[at : at + 8]) for at in range(len(own) - 7)]
        assert [row for row in rows if row in learnt] == []


# The drawing


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_drawing_says_who_pays_what(conteur: Engine, language: str) -> None:
    data = shown(conteur, text="1", teams="2", bets="50_vieux~75_petit_grand")
    html, words = drawn(language, data), words_of(language)
    (played,) = data["played"]
    (told,) = [each for each in elements(html) if "data-say" in each.attributes]
    bits = [played["bits"], *(each["bits"] for each in played["bets"])]
    for each in bits:
        assert words("rows.bits", count=round(each, 1)) in told.text
        assert words("rows.bits", count=round(each, 1)) in classed(html, "duel-last")[0].text
    assert words("duel.right") in told.text
    assert words("duel.wrong") in told.text
    named = {
        each.attributes["data-team"] for each in elements(html) if "data-team" in each.attributes
    }
    assert named == {"1", "2"}
    values = {
        each.attributes["name"]: each.attributes["value"]
        for each in elements(html)
        if each.attributes.get("type") == "hidden"
    }
    assert values == {
        "text": "1", "teams": "2", "given": "6", "length": "20",
        "bets": "50_vieux~75_petit_grand",
    }  # fmt: skip


def test_the_first_button_of_the_form_shows_the_word(conteur: Engine) -> None:
    """It is the one that Enter presses, without a script too."""
    for bets in ("", "0"):
        page = routes.page(conteur, "en", "duel", {"text": "11", "bets": bets})
        assert page is not None
        assert re.findall(r'<button type="submit"[^>]*name="(\w+)"', page)[0] == "show"


def test_every_control_stands_in_the_form_once_more_after_the_hidden_one(conteur: Engine) -> None:
    """An address that names a control twice means the second, which the drawing has."""
    for bets in ("", "0"):
        page = routes.page(conteur, "en", "duel", {"text": "12", "teams": "3", "bets": bets})
        assert page is not None
        form = page.split('<div class="drawing">')[1]
        for control in duel.CONTROLS:
            assert re.search(rf'name="{control.name}"', form), control.name
