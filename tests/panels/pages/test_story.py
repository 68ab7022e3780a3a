"""What the pages say: one letter, one word for one thing, and nothing but what is so."""

from __future__ import annotations

import inspect
import math
import re
import tomllib
from typing import Any
from urllib.parse import urlencode

import pytest

from engine.engine import Engine
from gpt.sizes import PUBLISHED, parameters
from panels import blocks
from panels.pages.fences import meant
from panels.pages.recording import recorded as drawn_from
from panels.pages.values import recorded
from panels.screen.drawing import draw, draw_page_part
from panels.screen.example import first_state
from panels.screen.state import State
from panels.screen.view import look
from panels.screen.words import LANGUAGES, SITE, words_of
from panels.training import RUN
from tests.panels.pages.test_pages import TABLE, page
from tests.panels.reading_html import said
from tests.panels.screen.test_words import texts

FILES = [row["file"] for row in TABLE]
MATHS = re.compile(r"\$\$(.+?)\$\$|\$([^$\n]+)\$", re.DOTALL)
CODE = re.compile(r"```.*?```|`[^`]*`", re.DOTALL)
IN_FIGURES = {"q", "k", "v", "w"}
SIGNS = {
    "alpha", "Phi", "ell", "pi", "sigma", "tau", "theta", "lambda", "mu", "beta", "gamma", "delta",
    "eta",
}  # fmt: skip


def letters(tex: str) -> set[str]:
    """The letters of a formula: `t`, `ell`, and bold ones as `bold Q`; words are not letters."""
    tex = re.sub(r"\\(?:text|begin|end)\{[^}]*\}", " ", tex)
    found = {f"bold {letter}" for letter in re.findall(r"\\mathbf\{(\w)\}", tex)}
    tex = re.sub(r"\\mathbf\{\w\}", " ", tex)
    found |= set(re.findall(r"\\([A-Za-z]+)", tex)) & SIGNS
    return found | set(re.findall(r"[A-Za-z]", re.sub(r"\\[A-Za-z]+", " ", tex)))


def formulas(text: str) -> list[str]:
    return [display or inline for display, inline in MATHS.findall(CODE.sub("", text))]


def letter_rows(language: str) -> list[list[str]]:
    table = page(language, "glossary.md").split("{#letters}")[1]
    lines = [line for line in table.splitlines() if line.startswith("| $")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


def told(language: str) -> list[set[str]]:
    """The letters that each line of the table explains."""
    return [set().union(*map(letters, formulas(row[0]))) for row in letter_rows(language)]


def used(language: str) -> set[str]:
    found: set[str] = set()
    for file in FILES:
        text = page(language, file)
        if file == "glossary.md":
            text = text.split("{#letters}")[0]
        found |= set().union(*map(letters, formulas(text)))
    return found


# One letter, one thing


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_letter_of_a_formula_stands_in_the_table_and_the_other_way_round(
    language: str,
) -> None:
    assert set().union(*told(language)) == used(language)


def test_both_languages_use_the_same_letters_and_explain_them_in_the_same_order() -> None:
    assert used("fr") == used("en")
    assert told("fr") == told("en")
    assert [row[2].split("(")[1] for row in letter_rows("fr")] == [
        row[2].split("(")[1] for row in letter_rows("en")
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_letter_has_one_line_but_as_an_index(language: str) -> None:
    """`n` below a letter, `i` between brackets, `r` in parentheses belong to their own lines."""
    rows = [letters - {"n"} if letters != {"n"} else letters for letters in told(language)]
    everything = [letter for row in rows for letter in row]
    assert len(everything) == len(set(everything))


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_letter_is_introduced_on_the_page_that_the_table_names(language: str) -> None:
    for row, explained in zip(letter_rows(language), told(language), strict=True):
        (file,) = re.findall(r"\((\S+\.md)#", row[2])
        there = set().union(*map(letters, formulas(page(language, file))))
        assert explained <= there | {"n"}, row


def test_the_letters_of_the_figures_are_named_too() -> None:
    figure = draw_page_part(
        "drawn.html", "en", {"name": "attention", "example": drawn_from("en")["whole"]}
    )
    for language in LANGUAGES:
        table = " ".join(cell for row in letter_rows(language) for cell in row)
        for letter in IN_FIGURES:
            assert re.search(rf">{letter}\d<|\b{letter}\d\b", figure)
            assert re.search(rf"\b{letter}\b", table)


# One word, one thing


def glossary(language: str) -> list[list[str]]:
    table = page(language, "glossary.md").split("{#letters}")[0]
    table = table.replace("\u00a0", " ")
    lines = [line for line in table.splitlines() if line.startswith("| ")][1:]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


def test_both_glossaries_have_the_same_words_in_the_same_order() -> None:
    french, english = glossary("fr"), glossary("en")
    assert [row[:2] for row in french] == [row[1::-1] for row in english]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_columns_have_their_names_everywhere(language: str) -> None:
    """On the page on choosing, in the glossary, and in every panel that shows one of them."""
    words = words_of(language)
    plain, tempered, running, settled = (
        words(f"logits.{name}").replace("\u00a0", " ")
        for name in ("plain", "tempered", "cumulative", "probability")
    )
    names = [row[0].replace("\u00a0", " ") for row in glossary(language)]
    assert names.index(plain) < names.index(tempered) < names.index(running) < names.index(settled)
    choosing = page(language, "choosing.md").replace("\u00a0", " ")
    assert all(f"**{name}**" in choosing for name in (plain, tempered, running, settled))
    assert f"**{plain}**" in page(language, "probabilities.md").replace("\u00a0", " ")
    shown = {
        "logits": (plain, tempered, running, settled),
        "scores": (plain, tempered, settled),
        "probabilities": (plain, settled),
        "repeat": (plain, settled),
        "whole": (plain, tempered, settled),
        "rows": (plain,),
        "next": (plain,),
        "compare": (plain,),
    }
    here = {"root": "", "models": 1, "address": ""}
    for panel, columns in shown.items():
        html = draw(panel, language, drawn_from(language)[panel] | here).replace("\u00a0", " ")
        assert [name for name in columns if name not in html] == [], panel


def test_a_model_is_the_network_and_no_large_one() -> None:
    speaks_of_llms = {"index.md", "in-and-out.md", "two-parts.md", "glossary.md"}
    for language in LANGUAGES:
        for file in FILES:
            text = page(language, file)
            assert ("LLM" in text) == (file in speaks_of_llms), file
            assert not re.search(r"modèles? de langue\b", text), file
        everything = " ".join(form for forms in texts(language).values() for form in forms)
        assert "LLM" not in everything
        assert not re.search(r"modèles? de langue\b|laisser le modèle choisir", everything)
        word = "générateur" if language == "fr" else "generator"
        for file in ("index.md", "in-and-out.md", "two-parts.md", "glossary.md"):
            assert word in page(language, file)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_pupil_reads_no_names_of_the_machine_room(language: str) -> None:
    told = [page(language, file) for file in FILES if file != "hosting.md"]  # the hosts' own
    told += [form for forms in texts(language).values() for form in forms]
    assert not [text for text in told if re.search(r"OPENBOOK|\bPORT\b|environment variable", text)]


def test_french_says_cliquez() -> None:
    told = [page("fr", file) for file in FILES]
    told += [form for forms in texts("fr").values() for form in forms]
    assert not [
        text for text in told if re.search(r"\b[Pp]resse[rz]\b|\b[Ff]ranchit la ligne", text)
    ]


UNITS = (
    "millions?|milliards?|tokens?|bits?|octets?|nats?|canaux|blocs?|positions?|paramètres?"
    "|opérations|cœurs?|scores?|nombres?|Mo|fois|heures?"
)


def test_a_french_number_stays_with_its_unit() -> None:
    parted = re.compile(rf".{{0,15}}(?:\d|`value \w+`|\}}) (?:millions|Mo|{UNITS})\b")
    for file in FILES:
        prose = re.sub(r"```.*?```", "", page("fr", file), flags=re.DOTALL)
        assert parted.findall(prose) == [], file
    numbered = re.compile(rf"\d (?:{UNITS})\b|\}} (?:millions|Mo|bits)\b")
    assert not [forms for forms in texts("fr").values() if numbered.search(" ".join(forms))
                and "count" not in " ".join(forms)]  # fmt: skip


# The quoted code


QUOTED = [name for row in TABLE for name in row["sources"]]


def test_every_quoted_docstring_has_a_gloss_that_is_up_to_date() -> None:
    glosses = tomllib.loads((SITE / "glosses.toml").read_text("utf-8"))
    assert glosses.keys() == set(QUOTED)
    for name, gloss in glosses.items():
        assert gloss["en"] == _first_sentence(name), name
        assert gloss["fr"]


def test_the_gloss_stands_beside_the_code_in_french_alone() -> None:
    from markdown import Markdown

    for language in LANGUAGES:
        html = Markdown(
            extensions=["pymdownx.superfences", "panels.pages.fences"],
            extension_configs={
                "panels.pages.fences": {"language": language},
                "pymdownx.superfences": {"custom_fences": [_fence()]},
            },
        ).convert("```source\ngpt.model.FeedForward\n```")
        assert ("Chaque position de son côté" in html) == (language == "fr")


def _fence() -> dict[str, Any]:
    from panels.pages import fences

    return {"name": "source", "class": "source", "format": fences.source, "validator": fences.ours}


def _first_sentence(name: str) -> str:
    return str(inspect.getdoc(meant(name))).split("\n\n")[0].replace("\n", " ")


# What is said of other things has its source


@pytest.mark.parametrize("language", LANGUAGES)
def test_whoever_is_named_with_a_year_stands_among_the_sources(language: str) -> None:
    sources = page(language, "sources.md")
    for file in FILES:
        for name, year in re.findall(
            r"([A-Z][a-zA-Z]+)(?: et al\.| (?:et|and) [A-Z]\w+| AI)?, (\d{4})\)",
            page(language, file),
        ):
            lines = [line for line in sources.splitlines() if name in line and year in line]
            assert lines, f"{file}: {name}, {year}"


def test_the_shares_of_gpt2s_token_table_are_counted_from_its_published_sizes() -> None:
    def share(layers: int, channels: int) -> float:
        table = 50257 * channels
        block = 12 * channels**2 + 13 * channels
        return table / (table + 1024 * channels + layers * block + 2 * channels)

    small, largest = round(100 * share(12, 768)), round(100 * share(48, 1600))
    assert f"{small}\u202f% de GPT-2 small" in page("fr", "feed-forward.md")
    assert f"{largest}\u202f% de GPT-2 XL" in page("fr", "feed-forward.md")
    assert f"{small}% of GPT-2 small" in page("en", "feed-forward.md")
    assert f"{largest}% of GPT-2 XL" in page("en", "feed-forward.md")


# What is said of our model is so


@pytest.mark.parametrize(
    ("text", "pieces"),
    [("chat", ["c", "hat"]), (" chat", [" chat"]), ("cat", ["c", "at"]), (" cat", [" cat"])],
)
def test_a_word_at_the_start_is_cut_as_the_page_says(
    conteur: Engine, text: str, pieces: list[str]
) -> None:
    tokenizer = conteur.model.tokenizer
    assert [token.text for token in tokenizer.tokens(tokenizer.encode(text))] == pieces


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_space_at_the_end_does_what_the_page_says(conteur: Engine, language: str) -> None:
    """What comes first after it is a piece that does not stand beside a space in one token."""
    value = {name: pair[1] for name, pair in recorded(language).items()}
    assert value["space_share"] > 0.9
    assert value["spaced_share"] < 0.1
    tokenizer = conteur.model.tokenizer
    (lone,) = tokenizer.encode(" ")
    spelled = tokenizer.encode(" " + value["spaced_first"])
    assert [spelled[0], *tokenizer.encode(value["spaced_first"])] == spelled
    assert spelled[0] == lone
    assert tokenizer.encode(f" {value['first']}")[0] != lone


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_the_pages_say_beside_their_values_is_so(language: str) -> None:
    value = {name: pair[1] for name, pair in recorded(language).items()}
    # in-and-out: French writes more characters, and a token holds about as many in both languages
    assert value["tokens_fr"] > value["tokens_en"]
    assert value["characters_fr"] > value["characters_en"]
    assert value["per_token_fr"] == pytest.approx(value["per_token_en"], rel=0.1)
    # inside-gpt: the first block adds much, and the end is not the entrance
    assert value["length_first"] > 3 * value["length_entrance"]
    assert value["length_last"] > 3 * value["length_entrance"]
    # all heads: one rests on the start token, one on the token before, more than an even one would
    assert value["start_share"] > 3 * value["start_even"]
    assert value["before_share"] > 2 * value["before_even"]
    # inside-gpt: the answer climbs from far behind, and is there before the last block
    assert value["lens_entrance"] > 100
    assert 1 < value["lens_block"] < value["layers"]
    assert value["lens_probability"] > 0.5
    # taking-apart: the head that is missed most writes little to the output itself
    assert value["missed_share"] > 0.1
    assert abs(value["missed_points"]) < value["last_feed_forward"] / 3
    assert 0 < value["last_feed_forward"] < value["first_logit"]
    # training: random opinions are worse than none; ours foresees best
    assert 0 < value["loss_first"] - value["ln_vocabulary"] < 0.5
    assert value["bits_per_byte"] < value["bits_5gram"] < value["bits_xz"]
    # growing: greedy goes round after one of the beginnings at least
    assert value["loop_again"] > value["loop_length"] / 2
    # one-step: a small step goes down, a large one overshoots
    assert value["step_after"] < min(value["step_before"], value["step_too_far"])
    # teaching: GPT-3 is twenty thousand times as large
    assert parameters(PUBLISHED["GPT-3 175B"]) == pytest.approx(
        20_000 * value["parameters"], rel=0.05
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_lens_often_begins_with_the_token_just_read(conteur: Engine, language: str) -> None:
    view = look(conteur, first_state(language))
    network, entrance = view.model.network, view.trace().residual[0]
    guesses = network.unembed(network.norm(entrance)).argmax(-1).tolist()
    same = sum(guess == id for guess, id in zip(guesses, view.reading.ids, strict=True))
    assert same > len(guesses) / 2


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_answer_mostly_comes_first_in_the_second_half_of_the_blocks(
    conteur: Engine, language: str
) -> None:
    beginnings = words_of(language).list("blocks.beginnings")
    assert len(beginnings) == 12
    late = 0
    for beginning in beginnings:
        stages = blocks.data(look(conteur, State(prompt=beginning)))["stages"]
        first = max(n for n, stage in enumerate(stages) if stage["final"]["rank"] > 1) + 1
        late += first > (len(stages) - 1) / 2
    assert late > len(beginnings) / 2


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_curve_falls_late_where_the_page_says_why(language: str) -> None:
    """Past its first tenth, it falls most, within two records, where the pieces grow and the steps
    become smaller."""
    value = {name: pair[1] for name, pair in recorded(language).items()}
    curve = [(each["tokens"], each["heldout"][language]) for each in RUN["records"]]
    late = [
        (a, b)
        for a, b in zip(curve, curve[2:], strict=False)
        if a[0] > value["training_tokens"] / 10
    ]
    (before, _), (after, _) = max(late, key=lambda pair: pair[0][1] - pair[1][1])
    assert before <= value["short_until"] * 1e6 <= value["falling_from"] * 1e6 + 1e5
    assert value["short_until"] * 1e6 < after
    level = dict(curve)[before]
    assert all(loss < level for tokens, loss in curve if tokens >= after)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_on_the_model_asks_what_was_recorded(language: str) -> None:
    value = {name: pair[1] for name, pair in recorded(language).items()}
    text = page(language, "model.md")
    for name in ("known", "turned", "invented"):
        prompt = words_of(language)(f"knows.{name}")
        assert f"[{prompt}](/panels/{language}/next?{urlencode({'prompt': prompt})})" in text
    # the fact is there in its own words alone, and what is made up is less sure than it
    assert value["known_word"] == "Paris" != value["turned_word"]
    assert value["invented_word"][0].isupper()
    assert value["known_probability"] > 1.5 * value["invented_probability"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_one_probability_is_written_alike_in_every_panel(language: str) -> None:
    words, panels = words_of(language), drawn_from(language)
    shares = [
        panels["next"]["options"][0]["share"],
        panels["rows"]["rows"][-1]["guesses"][0]["probability"],
        panels["logits"]["rows"][0]["plain"],
        panels["probabilities"]["bars"][0]["plain"],
        panels["whole"]["top"][0]["plain"],
        panels["logit_curve"]["rows"][0]["probability"],
        recorded(language)["first_probability"][1],
    ]
    assert len({words.percent(share) for share in shares}) == 1
    assert max(shares) - min(shares) < 1e-7


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_id_is_a_name_and_is_written_without_thousands(language: str) -> None:
    panels, words = drawn_from(language), words_of(language)
    ids = [each["id"] for each in panels["whole"]["tokens"] if each["id"] > 999]
    assert ids
    figures = "".join(
        draw_page_part("drawn.html", language, {"name": name, "example": panels["whole"]})
        for name in ("llm-in-out", "gpt-select-token")
    )
    whole = said(draw("vectors", language, panels["vectors"]))
    whole += draw("whole", language, panels["whole"] | {"root": ""}) + figures
    for id in ids:
        assert words.integer(id) not in whole
        assert str(id) in whole


# Arithmetic that a page asks its reader to do


def test_a_thousand_draws_of_one_in_five_fall_within_25() -> None:
    half = 2 * math.sqrt(0.2 * 0.8 / 1000)
    assert round(half, 3) == 0.025
    assert "à 25 près" in page("fr", "choosing.md")
    assert "give or\ntake 25" in page("en", "choosing.md")
    data = drawn_from("en")["scores"]
    assert data["bars"][1]["plain"] == pytest.approx(0.2, abs=0.005)
    assert sum(range(1, 12)) == 66
