"""serve/projector.py: a page before a class, and every other one left as it is."""

from __future__ import annotations

import re
import tomllib

import httpx
import pytest

from serve.language import LANGUAGES
from serve.parts import SITE

PLACES = [
    ("/fr/choosing/", "/en/choosing/"),
    ("/en/", "/fr/"),
    ("/panels/en/rows", "/panels/fr/rows"),
    ("/labo", "/lab"),
    ("/lab", "/labo"),
]


@pytest.mark.parametrize(("place", "other"), PLACES)
def test_what_is_projected_carries_its_dress_and_the_rest_does_not(
    client: httpx.Client, place: str, other: str
) -> None:
    plain = client.get(place)
    shown = client.get(place + "?projector=1", headers={"Accept-Encoding": "identity"})
    assert (plain.status_code, shown.status_code) == (200, 200)
    assert "data-projector" not in plain.text
    assert "projector.js" not in plain.text
    assert shown.text.count("<html data-projector") == 1
    assert int(shown.headers["content-length"]) == len(shown.content)
    assert "etag" not in shown.headers
    assert f'href="{other}"' in shown.text
    for file in re.findall(r'"(/dress/[^"]*projector[^"]*)"', shown.text):
        assert client.get(file).status_code == 200
    assert len(re.findall(r'"/dress/[^"]*/projector\.(?:css|js)\?v=', shown.text)) == 2


def test_a_page_is_projected_whole_whatever_the_browser_has_of_it(client: httpx.Client) -> None:
    plain = client.get("/en/choosing/")
    known = {"If-None-Match": plain.headers["etag"], "Range": "bytes=0-9"}
    shown = client.get("/en/choosing/?projector=1", headers=known)
    assert (shown.status_code, shown.text.count("data-projector")) == (200, 1)
    assert shown.headers["content-encoding"] == "gzip"


@pytest.mark.parametrize("query", ["projector=0", "projector=", "projector=yes", "prompt=1"])
def test_only_one_asks_for_it(client: httpx.Client, query: str) -> None:
    assert "data-projector" not in client.get(f"/en/choosing/?{query}").text


def test_what_a_form_asks_for_is_projected_too(client: httpx.Client) -> None:
    kept = '<input type="hidden" name="projector" value="1">'
    assert client.get("/panels/fr/tokens?projector=1").text.count(kept) == 1
    assert client.get("/fr/choosing/?projector=1").text.count(kept) > 1
    assert kept not in client.get("/panels/fr/tokens").text


@pytest.mark.parametrize(
    ("address", "status"),
    [("/en/nowhere/?projector=1", 404), ("/panels/en/nothing?projector=1", 404)],
)
def test_what_is_not_there_is_not_projected(
    client: httpx.Client, address: str, status: int
) -> None:
    answer = client.get(address)
    assert answer.status_code == status
    assert "data-projector" not in answer.text


def test_a_drawing_alone_and_a_file_are_left_as_they_are(client: httpx.Client) -> None:
    drawn = client.get("/fragments/en/rows").text
    assert client.get("/fragments/en/rows?projector=1").text == drawn
    file = client.get("/en/search/search_index.json?projector=1")
    assert file.json() == client.get("/en/search/search_index.json").json()


def test_only_the_headers_when_only_they_are_asked_for(client: httpx.Client) -> None:
    head = client.head("/en/choosing/?projector=1")
    assert (head.status_code, head.content) == (200, b"")


def test_both_languages_say_as_much() -> None:
    french, english = (
        tomllib.loads((SITE / "words" / f"projector.{each}.toml").read_text("utf-8"))
        for each in LANGUAGES
    )
    assert french.keys() == english.keys()
    for key, said in french.items():
        assert re.findall(r"\{\w+\}", said) == re.findall(r"\{\w+\}", english[key])
        assert said != english[key]
