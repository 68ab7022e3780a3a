"""serve/dress.py: fonts, styles and scripts, kept by their version."""

from __future__ import annotations

import http.client
import re

import httpx
import pytest

from serve import dress

FONTS = (dress.ASSETS / "fonts" / "fonts.css").read_text("utf-8")


def test_a_file_under_its_version_is_kept_for_ever(client: httpx.Client) -> None:
    kept = client.get(dress.address("fonts/fonts.css"))
    assert kept.status_code == 200
    assert kept.headers["content-type"].startswith("text/css")
    assert kept.headers["cache-control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize("query", ["", "?v=", "?v=000000000000"])
def test_without_its_version_it_is_asked_for_again(client: httpx.Client, query: str) -> None:
    asked = client.get(f"/dress/fonts/fonts.css{query}")
    assert (asked.status_code, asked.headers["cache-control"]) == (200, "no-cache")
    again = client.get(
        f"/dress/fonts/fonts.css{query}", headers={"If-None-Match": asked.headers["etag"]}
    )
    assert again.status_code == 304


def test_versions_are_written_into_our_markup() -> None:
    markup = dress.versioned('<link href="/dress/fonts/fonts.css"><a href="/dress/none.css">')
    assert markup == (f'<link href="{dress.address("fonts/fonts.css")}"><a href="/dress/none.css">')


def test_pages_styles_and_scripts_are_squeezed_for_browsers_that_can_read_it(
    client: httpx.Client,
) -> None:
    script = re.search(r'src="([^"]+bundle[^"]+)"', client.get("/fr/training/").text)
    assert script is not None
    bundle = f"/fr/training/{script[1]}"
    for address in ("/fr/training/", bundle, "/dress/css/panels.css"):
        small = client.get(address, headers={"Accept-Encoding": "gzip, br"})
        plain = client.get(address, headers={"Accept-Encoding": "identity"})
        assert small.headers["content-encoding"] == "br"
        assert int(small.headers["content-length"]) < len(plain.content) / 3
        assert small.text == plain.text
        etag = {"If-None-Match": small.headers["etag"], "Accept-Encoding": "br"}
        assert client.get(address, headers=etag).status_code == 304


@pytest.mark.parametrize(
    "path",
    [
        "/dress/../app.py",
        "/dress/%2e%2e/%2e%2e/app.py",
        "/dress/..%2f..%2fapp.py",
        "/dress/fonts/../../../app.py",
        "/dress//etc/passwd",
        "/dress/%5c..%5capp.py",
        "/dress/",
        "/dress/fonts",
        "/dress/fonts/",
        "/dress/%00",
    ],
)
def test_nothing_but_the_files_of_the_folder(app: str, path: str) -> None:
    connection = http.client.HTTPConnection(app.removeprefix("http://"), timeout=30)
    connection.request("GET", path)
    response = connection.getresponse()
    assert response.status == 404
    assert b"Traceback" not in response.read()
    connection.close()


def test_dress_is_not_written_to(client: httpx.Client) -> None:
    assert client.post("/dress/fonts/fonts.css").status_code == 405


def test_the_fonts_are_named_by_their_versions(client: httpx.Client) -> None:
    named = re.findall(r'url\("([^"]+)"\)', FONTS)
    assert sorted(name.partition("?")[0] for name in named) == sorted(
        file.name for file in (dress.ASSETS / "fonts").glob("*.woff2")
    )
    for name in named:
        font = client.get(f"/dress/fonts/{name}")
        assert font.headers["content-type"] == "font/woff2"
        assert font.headers["cache-control"].endswith("immutable")


@pytest.mark.parametrize("character", "œŒéèàçÉ’‘“”«»…—–·−×\u202f\u00a0")
def test_the_fonts_are_used_for_what_french_and_english_need(character: str) -> None:
    for ranges in re.findall(r"unicode-range:([^;]+);", FONTS):
        bounds = re.findall(r"U\+([0-9A-F]+)(?:-([0-9A-F]+))?", ranges)
        assert any(
            int(first, 16) <= ord(character) <= int(last or first, 16) for first, last in bounds
        )
