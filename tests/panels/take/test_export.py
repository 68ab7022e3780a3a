"""panels/take: what is taken away is what is shown, in both languages, of every panel."""

from __future__ import annotations

import csv
import io
import json
import re
import tomllib
from collections.abc import Callable, Iterator
from itertools import permutations
from typing import Any

import pytest
from markupsafe import Markup

import gpt
from engine.engine import Engine
from panels.catalogue import PANELS
from panels.pages import routes as pages
from panels.screen.about import flat
from panels.screen.words import LANGUAGES, words_of
from panels.screen.words import SITE as SITE_FOLDER
from panels.take import routes
from panels.take.export import csv_of, json_of
from panels.take.tables import CODED, tables

SITE = "https://example.org"
NUMBER = re.compile(r"−?\d+(?:[\u202f,]\d{3})*(?:[.,]\d+)?")
CELL = re.compile(r"<(td|dd)(?:\s[^>]*)?>(.*?)</\1>", re.DOTALL)
TOKEN = re.compile(r'<span class="token.*?</span>|<sub>.*?</sub>', re.DOTALL)
"""A token may be a number of the text."""

ASKED = {
    "as it opens": {},
    "a text gone on": {"prompt": "Once upon a time", "written": "12.604", "position": "2"},
    "a thousand draws": {"prompt": "Le petit chat", "repeat": "1000", "top_k": "4"},
    "greedy": {"prompt": "Le petit chat", "strategy": "greedy"},
}


WORKED_OUT: dict[str, Callable[[dict[str, Any]], list[float]]] = {
    "feed_forward": lambda data: [
        data["activation"] * each["points"] for each in data["adds"] + data["takes"]
    ],
    "scores": lambda data: [
        each["observed"] / data["repeat"] for each in data["bars"] if data["repeat"]
    ],
    "duel": lambda data: [
        data["vocabulary"] - 1,
        len(data["played"]) + 1,
        *(3, 6, 10, 20, 30, 40),  # what may be chosen for the words given and to guess
        *range(1, data["most_teams"] + 1),
    ],
    "by_hand": lambda data: [
        activation * weight
        for row in data["matrices"]["contract"]["rows"]
        for activation, weight in zip(data["way"]["activations"], row, strict=True)
    ],
}
"""What a drawing works out of numbers that the file has in different places."""


def nothing(_data: dict[str, Any]) -> list[float]:
    return []


def taken(engine: Engine, language: str, name: str, kind: str, **query: str) -> str:
    file = routes.taken(engine, language, name, kind, SITE, query)
    assert file is not None
    return file[0]


def of_csv(text: str, separator: str = ",") -> list[list[str]]:
    """The lines of a file, without its comments and empty lines."""
    assert text.startswith("\ufeff# ")
    lines = [line for line in text[1:].split("\r\n") if line and not line.startswith("# ")]
    return list(csv.reader(io.StringIO("\r\n".join(lines)), delimiter=separator))


def numbers(value: Any) -> Iterator[float]:
    """Every number of a file, however deep, true and false as 1 and 0."""
    if isinstance(value, dict):
        for each in value.values():
            yield from numbers(each)
        line = [each for each in value.values() if type(each) in (int, float)]
        for one, other in permutations(line, 2):  # worked out where it is drawn, of one line
            yield one - other
            if other:
                yield one / other
    elif isinstance(value, list):
        for each in value:
            yield from numbers(each)
    elif isinstance(value, (int, float)) or value in ("inf", "-inf", "Infinity", "-Infinity"):
        yield float(value)


def shown(drawing: str) -> Iterator[tuple[str, float, int]]:
    """Every number in a cell of a drawing: as it is written, its value, its decimals."""
    for _, cell in CELL.findall(drawing):
        for found in NUMBER.findall(Markup(TOKEN.sub(" ", cell)).striptags()):
            whole = found.replace("\u202f", "")
            if "," in whole and re.search(r",\d{3}(\D|$)", whole) and "\u202f" not in found:
                whole = whole.replace(",", "")
            written = whole.replace("−", "-").replace(",", ".")
            yield found, float(written), len(written.partition(".")[2])


def stands_for(value: float, decimals: int, exact: float) -> bool:
    """Whether a number, a share as percents, its size alone or its millions are written so."""
    half = 0.500001 * 10**-decimals
    ways = (exact, 100 * exact, abs(exact), exact / 1e6, exact / 1e9)
    return any(abs(value - each) <= half for each in ways)


@pytest.mark.parametrize("asked", ASKED)
@pytest.mark.parametrize("name", PANELS)
def test_the_numbers_of_a_file_are_those_of_the_drawing(
    conteur: Engine, name: str, asked: str
) -> None:
    drawing = pages.drawing(conteur, "en", name, ASKED[asked])
    assert drawing is not None
    told = json.loads(taken(conteur, "en", name, "json", **ASKED[asked]))
    known = [*numbers(told["data"]), *WORKED_OUT.get(name, nothing)(told["data"])]
    missing = [
        found
        for found, value, decimals in shown(drawing)
        if not any(stands_for(value, decimals, exact) for exact in known)
    ]
    assert missing == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", PANELS)
def test_a_spreadsheet_gets_every_number_and_knows_its_name(
    conteur: Engine, name: str, language: str
) -> None:
    query = ASKED["a thousand draws"]
    data = json.loads(taken(conteur, language, name, "json", **query))["data"]
    found = of_csv(taken(conteur, language, name, "csv", decimal="point", **query))
    cells = {cell for line in found for cell in line}
    for number in exact(data):
        assert str(number) in cells
    words = words_of(language)
    for table in tables(data):
        names = {*table.path, *(part for column in table.columns for part in column)}
        for key in names:
            assert key.isdigit() or words(f"columns.{key}")
        for column in table.columns:
            if column[-1:] and column[-1] in CODED - {"name"}:
                at = list(table.columns).index(column)
                told = {row[at] for row in table.rows if isinstance(row[at], str)}
                assert all(words(f"columns.{each}") for each in told)


def exact(value: Any) -> Iterator[int | float]:
    """The numbers that stand in a file, but yes and no."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from exact(each)
    elif type(value) in (int, float):
        yield value


def test_every_name_of_a_column_is_that_of_some_data(conteur: Engine) -> None:
    """What the stamp says is among them; words that no panel says would stay for ever."""
    switched = [{"off": str(number)} for number in range(6)]
    game = {"prompt": "", "bets": "75_a~50_b", "teams": "2"}
    asked = [*ASKED.values(), *switched, game, {"search": "e"}, {"written": "5.6", "prompt": "a"}]
    found = set(flat(json.loads(taken(conteur, "en", "choice", "json"))["about"]))
    for name in PANELS:
        for query in asked:
            told = json.loads(taken(conteur, "en", name, "json", **query))
            found |= names(told["data"])
    assert texts_of_columns() <= found | {"table", "line", *OF_OTHER_MODELS}


OF_OTHER_MODELS = {"impossible", "token_embedding"}


def names(value: Any) -> set[str]:
    """Every key, and every text that is one word, of a file."""
    if isinstance(value, dict):
        return set(value).union(*map(names, value.values()))
    if isinstance(value, list):
        return set().union(*map(names, value))
    return {value} if isinstance(value, str) else set()


def texts_of_columns() -> set[str]:
    table = tomllib.loads((SITE_FOLDER / "words" / "en" / "columns.toml").read_text("utf-8"))
    return set(table["columns"])


def test_a_language_has_its_decimals_and_either_may_be_chosen(conteur: Engine) -> None:
    query = {"prompt": "Le petit chat", "table": "rows"}
    french = taken(conteur, "fr", "logits", "csv", **query)
    english = taken(conteur, "en", "logits", "csv", **query)
    chosen = taken(conteur, "fr", "logits", "csv", decimal="point", **query)
    assert taken(conteur, "fr", "logits", "csv", decimal="§", **query)[-200:] == french[-200:]
    for text, comma, separator in ((french, ",", ";"), (english, ".", ","), (chosen, ".", ",")):
        first = text.split("\r\n")[-3].split(separator)
        assert re.fullmatch(rf"-?\d+\{comma}\d+", first[4])
    assert len(of_csv(french, ";")) == len(of_csv(english)) == 21


@pytest.mark.parametrize("prompt", ["=1+1", "+1", "-1", "@a", "\tb"])
def test_a_spreadsheet_computes_no_text(conteur: Engine, prompt: str) -> None:
    found = taken(conteur, "en", "next", "csv", prompt=prompt)
    cells = [cell for line in of_csv(found) for cell in line]
    assert "'" + prompt in cells
    assert not [cell for cell in cells if cell.startswith(("=", "@", "\t"))]


def test_a_file_says_where_it_comes_from(conteur: Engine) -> None:
    query = {"prompt": "Le chat", "seed": "3", "temperature": "0.5", "block": "2"}
    told = json.loads(taken(conteur, "fr", "attention", "json", **query))
    about = told["about"]
    assert about["model"] == "conteur"
    assert about["weights"] == gpt.load("conteur").fingerprint
    assert (about["seed"], about["settings"]["temperature"]) == (3, 0.5)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", about["date"])
    assert about["address"].startswith(f"{SITE}/panels/fr/attention?prompt=Le+chat")
    assert about["address"].endswith("&block=2")
    for kind in ("csv", "html"):
        text = taken(conteur, "fr", "attention", kind, **query)
        for part in (
            about["weights"],
            "conteur",
            about["date"][:10],
            f"{SITE}/panels/fr/attention",
        ):
            assert part in text


def test_the_lab_is_taken_whole(conteur: Engine) -> None:
    data = json.loads(taken(conteur, "en", "lab", "json", prompt="Le chat"))["data"]
    assert set(data) == {"tokens", "rows", "logits", "probabilities", "choice", "text"}
    assert (
        data["logits"]
        == json.loads(taken(conteur, "en", "logits", "json", prompt="Le chat"))["data"]
    )


def test_what_does_not_exist_is_not_taken(conteur: Engine) -> None:
    for language, name, kind in (("de", "next", "csv"), ("fr", "x", "csv"), ("fr", "next", "exe")):
        assert routes.taken(conteur, language, name, kind, SITE, {}) is None


def test_without_a_model_there_is_nothing_to_take() -> None:
    assert routes.taken(Engine("./no such model"), "fr", "next", "csv", SITE, {}) == ("", "")


def test_what_is_not_a_number_of_json_is_a_text() -> None:
    assert '"a": "-inf"' in json_of({}, {"a": -float("inf")})
    assert csv_of({}, {"a": [{"b": -float("inf")}]}, words_of("en"), {}).endswith("-inf\r\n")
