"""The words of both languages: all there, all used, well set; and numbers as each writes them."""

from __future__ import annotations

import ast
import math
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment, nodes

from gpt.habits import HABITS
from panels.catalogue import PANELS
from panels.lab.screen import INSIDE
from panels.screen.models import SAID as KINDS
from panels.screen.words import LANGUAGES, SITE, Words, words_of
from panels.take.addresses import GROUPS
from tests.conftest import ROOT

FRENCH, ENGLISH = words_of("fr"), words_of("en")
THIN = "\u202f"
BLANK = re.compile(r"\{(\w+)\}")


def entries(table: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, list[str]]]:
    """Every key of the words with its texts: one, both forms of a plural, or a list."""
    for key, value in table.items():
        if isinstance(value, dict) and value.keys() != {"one", "other"}:
            yield from entries(value, f"{prefix}{key}.")
        elif isinstance(value, dict):
            yield prefix + key, [value["one"], value["other"]]
        else:
            yield prefix + key, value if isinstance(value, list) else [value]


@cache
def texts(language: str) -> dict[str, list[str]]:
    folder = SITE / "words"
    found: dict[str, list[str]] = {}
    for file in [folder / f"{language}.toml", *sorted((folder / language).glob("*.toml"))]:
        new = dict(entries(tomllib.loads(file.read_text("utf-8"))))
        assert not found.keys() & new.keys()
        found |= new
    return found


SECTIONS = "|".join({key.split(".")[0] for key in texts("fr")})


def blanks(forms: list[str]) -> set[str]:
    return {name for form in forms for name in BLANK.findall(form)}


# The keys


@cache
def literals() -> frozenset[str]:
    """Every text that stands in the code or in a template: a key may be written there."""
    found: set[str] = set()
    for file in [ROOT / "app.py", *sorted((ROOT / "panels").rglob("*.py"))]:
        tree = ast.parse(file.read_text("utf-8"))
        found |= {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)
                  and isinstance(node.value, str)}  # fmt: skip
    for file in sorted(
        path
        for folder in ("panels", "pages", "figures")
        for path in (SITE / folder).iterdir()
        if path.suffix in (".html", ".svg")
    ):
        template = Environment().parse(file.read_text("utf-8"))
        found |= {node.value for node in template.find_all(nodes.Const)
                  if isinstance(node.value, str)}  # fmt: skip
    return frozenset(found)


def put_together() -> set[str]:
    """Keys made of two parts: `words("logits." ~ row.rule)`, `words("notes." ~ note.key)`, …"""
    ends = {
        "choice.": {"greedy", "sampling"},
        "titles.": set(PANELS),
        "logits.": {"top_k", "top_p", "greedy", "impossible"},
        "notes.": {f"model_{kind}" for kind in KINDS}
        | literals() & {key[6:] for key in texts("fr") if key.startswith("notes.")},
        "blocks.": {"ids", "embedded", "attention", "expanded", "after", "logits"},
        "columns.": {key[8:] for key in texts("fr") if key.startswith("columns.")},
        "api.": {key[4:] for key in texts("fr") if key.startswith("api.")},
        "cost.": set(LANGUAGES),
        "address.": {name for names in GROUPS.values() for name in names},
        "embed.": {"free", "locked", "hidden"},
        "embed.theme_": {"light", "dark"},
        "embed.group_": {"state", "act", "frame", "file", "room", "own"},
        "embed.kind_": {"frame", "moodle", "markdown", "link", "script"},
        "figures.": {
            f"{path.stem.replace('-', '_')}.{part}"
            for path in (SITE / "figures").glob("*.svg")
            for part in ("title", "desc")
        },
        "full_context.": {"dropped", "kept", "computed"},
        "heads.": set(HABITS),
        "inside.": set(INSIDE),
        "knows.": {"known", "turned", "invented"},
        "parameters.": {
            "tied_embedding", "token_embedding", "output", "position_embedding",
            "attention", "feed_forward", "norms",
        },
        "by_hand.matrix_": {"query", "key", "value", "output", "expand", "contract"},
        "scores.": {"first", "second"},
        "shares.": {"token", "position", "head", "attention_bias", "feed_forward", "norm"},
        "switches.without_": {"head", "attention", "feed_forward", "positions"},
        "vectors.": {"token", "position", "sum"},
        "vectors.row_": {"token", "position", "sum"},
    }  # fmt: skip
    starts = {text for text in literals() if re.fullmatch(rf"({SECTIONS})\.(\w+_)?", text)}
    assert starts == ends.keys()
    labels = {
        f"{name}.{control.name}"
        for name, panel in PANELS.items()
        for control in panel.controls
        if control.shown
    }
    return labels | {start + end for start, parts in ends.items() for end in parts}


def written_out() -> set[str]:
    """Keys that are written whole: a section of the words, a point, a name."""
    keys = {
        text
        for text in literals()
        if re.fullmatch(rf"({SECTIONS})\.\w*[^\W_]|figures\.\w+\.\w+", text)
    }
    return {key for key in keys if not key.endswith((".html", ".css", ".svg", ".json", ".js"))}


def test_both_languages_have_the_same_keys_and_as_many_texts_under_each() -> None:
    lengths = [{key: len(forms) for key, forms in texts(each).items()} for each in LANGUAGES]
    assert lengths[0] == lengths[1]


def test_every_word_that_is_used_exists() -> None:
    assert (written_out() | put_together()) - texts("fr").keys() == set()


def test_every_word_that_exists_is_used() -> None:
    assert texts("fr").keys() - written_out() - put_together() == set()


def test_every_note_has_its_words() -> None:
    """`Note("key", …)` and `unchanged("key")` name a text of the notes, and every one is named."""
    said = set()
    for file in sorted((ROOT / "panels").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            key = node.args[0]
            if name in ("Note", "unchanged") and isinstance(key, ast.Constant):
                said.add("notes." + str(key.value))
    said |= {f"notes.model_{kind}" for kind in KINDS}
    assert said == {key for key in texts("fr") if key.startswith("notes.")}


@pytest.mark.parametrize("key", texts("fr"))
def test_both_languages_fill_the_same_blanks(key: str) -> None:
    assert blanks(texts("fr")[key]) == blanks(texts("en")[key])


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_brace_is_a_blank(language: str) -> None:
    for forms in texts(language).values():
        assert not re.search(r"[{}]", BLANK.sub("", "".join(forms)))


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_is_empty_or_has_loose_ends(language: str) -> None:
    for key, forms in texts(language).items():
        for form in forms:
            assert form, key
            assert form == form.strip(), key
            assert "  " not in form, key


def test_there_are_examples_in_both_languages() -> None:
    for language in LANGUAGES:
        examples = words_of(language).list("prompt.examples")
        assert len(set(examples)) == len(examples) >= 3
        assert examples[0] not in words_of("en" if language == "fr" else "fr").list(
            "prompt.examples"
        )


# The typography


@pytest.mark.parametrize("sign", [";", ":", "!", "?", "»"])
def test_french_puts_a_narrow_space_before(sign: str) -> None:
    for key, forms in texts("fr").items():
        for form in forms:
            for found in re.finditer(re.escape(sign), form):
                before = form[: found.start()]
                assert before.endswith(THIN) or form == sign, f"{key}: {form}"


def test_french_puts_a_narrow_space_after_an_opening_quote_and_before_percent() -> None:
    for key, forms in texts("fr").items():
        for form in forms:
            assert not re.search(rf"«(?!{THIN})|(?<!{THIN})%", form), f"{key}: {form}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_apostrophes_and_quotes_are_curved(language: str) -> None:
    foreign = "“”" if language == "fr" else "«»"
    for key, forms in texts(language).items():
        text = "".join(forms)
        if key.startswith("api."):  # Markdown, as OpenAPI has it: code stands in backticks
            text = re.sub(r"`[^`]+`", "", text)
        assert not re.search(rf"['\"´`{foreign}]|\.\.\.", text), key


def test_english_puts_no_space_before_a_sign() -> None:
    for key, forms in texts("en").items():
        for form in forms:
            assert not re.search(r"\s[;:!?%,.]|[\u00a0\u202f]", form), f"{key}: {form}"


def test_numbers_within_the_words_are_those_of_the_language() -> None:
    for key, forms in texts("fr").items():
        text = "".join(forms).replace("OpenAPI 3.1", "OpenAPI")
        assert not re.search(r"\d[.,]\d{3}\b|\d\.\d|\d \d", text), key
    for key, forms in texts("en").items():
        assert not re.search(r"\d[\s\u202f]\d|\d,\d{1,2}\b(?!\d)", "".join(forms)), key


def test_the_voice_is_calm() -> None:
    for language in LANGUAGES:
        assert not [key for key, forms in texts(language).items() if "!" in "".join(forms)]


# Filling in


def test_whole_numbers_are_written_as_the_language_writes_them() -> None:
    assert FRENCH("rows.size", rows=12, vocabulary=8192) == f"12 × 8{THIN}192 logits"
    assert ENGLISH("rows.size", rows=12, vocabulary=8192) == "12 × 8,192 logits"


@pytest.mark.parametrize(
    ("count", "french", "english"),
    [
        (0, "0 token", "0 tokens"),
        (1, "1 token", "1 token"),
        (2, "2 tokens", "2 tokens"),
        (1000, f"1{THIN}000 tokens", "1,000 tokens"),
    ],
)
def test_a_plural_follows_its_count(count: int, french: str, english: str) -> None:
    assert FRENCH("tokens.count", count=count) == french
    assert ENGLISH("tokens.count", count=count) == english


def test_every_plural_has_a_count_in_both_its_forms_or_none_for_one() -> None:
    for language in LANGUAGES:
        for key, forms in texts(language).items():
            if len(forms) == 2:
                assert "count" in blanks(forms[1:]), f"{language} {key}"
                assert blanks(forms[:1]) <= blanks(forms[1:]), f"{language} {key}"


def test_what_is_filled_in_is_not_read_again() -> None:
    said = ENGLISH("text.add", token="{token} {0} {")
    assert said == "Add “{token} {0} {”"


def test_a_word_without_blanks_is_left_as_it_is() -> None:
    assert ENGLISH("choice.seed") == ENGLISH("choice.seed", unused="x") == "Seed"


def test_a_missing_word_or_blank_is_an_error() -> None:
    with pytest.raises(KeyError):
        ENGLISH("tokens.nothing")
    with pytest.raises(KeyError):
        ENGLISH("text.add", unused="x")


def test_lists_are_read_in_their_order() -> None:
    assert len(FRENCH.list("text.shades")) == 5
    assert ENGLISH.list("text.shades")[0] == "over 50%"


# Numbers


@pytest.mark.parametrize(
    ("value", "french", "english"),
    [
        (0, "0", "0"),
        (999, "999", "999"),
        (8192, f"8{THIN}192", "8,192"),
        (1_234_567, f"1{THIN}234{THIN}567", "1,234,567"),
    ],
)
def test_whole_numbers(value: int, french: str, english: str) -> None:
    assert (FRENCH.integer(value), ENGLISH.integer(value)) == (french, english)


@pytest.mark.parametrize(
    ("value", "decimals", "french", "english"),
    [
        (3.14159, 2, "3,14", "3.14"),
        (-3.14159, 2, "−3,14", "−3.14"),
        (1234.5, 2, f"1{THIN}234,50", "1,234.50"),
        (0.25, 0, "0", "0"),
        (6.97, 1, "7,0", "7.0"),
        (0.786, 4, "0,7860", "0.7860"),
        (math.inf, 2, "∞", "∞"),
        (-math.inf, 2, "−∞", "−∞"),
    ],
)
def test_numbers(value: float, decimals: int, french: str, english: str) -> None:
    assert FRENCH.number(value, decimals) == french
    assert ENGLISH.number(value, decimals) == english


@pytest.mark.parametrize(
    ("share", "french", "english"),
    [
        (0.0, f"0{THIN}%", "0%"),
        (1.0, f"100{THIN}%", "100%"),
        (1 - 1e-9, f"100{THIN}%", "100%"),
        (0.9996, f"99,96{THIN}%", "99.96%"),
        (0.99, f"99,0{THIN}%", "99.0%"),
        (0.142, f"14,2{THIN}%", "14.2%"),
        (0.01, f"1,0{THIN}%", "1.0%"),
        (0.00994, f"0,99{THIN}%", "0.99%"),
        (0.0001, f"0,01{THIN}%", "0.01%"),
        (0.00009, f"<{THIN}0,01{THIN}%", "<\u20090.01%"),
        (1e-30, f"<{THIN}0,01{THIN}%", "<\u20090.01%"),
    ],
)
def test_shares(share: float, french: str, english: str) -> None:
    assert (FRENCH.percent(share), ENGLISH.percent(share)) == (french, english)


@given(share=st.floats(0, 1, exclude_min=True, exclude_max=True))
def test_a_share_says_none_or_all_only_when_it_is_nearly_so(share: float) -> None:
    said = ENGLISH.percent(share)
    assert said != "0%"
    assert (said == "100%") == (share >= 0.99995)


@given(share=st.floats(0, 1), words=st.sampled_from([FRENCH, ENGLISH]))
def test_a_share_reads_back(share: float, words: Words) -> None:
    said = words.percent(share).replace(THIN, "").replace("\u2009", "").rstrip("%")
    value = float(said.lstrip("<").replace(",", "."))
    if said.startswith("<"):
        assert 100 * share < value == 0.01
    else:
        assert value == pytest.approx(100 * share, abs=0.051 if value >= 1 else 0.0051)


@given(value=st.floats(-1e9, 1e9), decimals=st.integers(0, 6))
def test_both_languages_write_the_same_number(value: float, decimals: int) -> None:
    french, english = FRENCH.number(value, decimals), ENGLISH.number(value, decimals)
    assert french.replace(",", ".").replace(THIN, ",") == english
    assert not set(french + english) & set("- \u00a0")


@pytest.mark.parametrize(
    ("rank", "french", "english"),
    [
        (1, "1er", "1st"),
        (2, "2e", "2nd"),
        (3, "3e", "3rd"),
        (4, "4e", "4th"),
        (11, "11e", "11th"),
        (12, "12e", "12th"),
        (13, "13e", "13th"),
        (21, "21e", "21st"),
        (101, "101e", "101st"),
        (111, "111e", "111th"),
        (8112, f"8{THIN}112e", "8,112th"),
        (8122, f"8{THIN}122e", "8,122nd"),
    ],
)
def test_ordinals(rank: int, french: str, english: str) -> None:
    assert ("".join(FRENCH.ordinal(rank)), "".join(ENGLISH.ordinal(rank))) == (french, english)


def test_the_words_of_a_language_are_read_once() -> None:
    assert words_of("fr") is words_of("fr")
    assert (FRENCH.language, ENGLISH.language) == LANGUAGES
