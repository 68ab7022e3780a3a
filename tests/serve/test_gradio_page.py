"""serve/gradio_page.py: Gradio's page in the language of its address, its scripts trusted."""

from __future__ import annotations

import re
from html import unescape

import httpx
import pytest

from panels.lab.screen import PANELS
from panels.screen.words import words_of
from serve.gradio_page import Page, dress

PAGES = [("/labo", "fr", "labo"), ("/lab", "en", "lab")]


@pytest.mark.parametrize(("address", "language", "word"), PAGES)
def test_language_title_and_description(
    client: httpx.Client, address: str, language: str, word: str
) -> None:
    page = client.get(address).text
    assert re.findall(r"<html\s+lang=\"(\w+)\"", page) == [language]
    titles = re.findall(r"<title>(.+?)</title>", page)
    assert len(titles) == 1
    assert word in titles[0]
    assert page.count('<meta name="description" content="') == 1


@pytest.mark.parametrize("address", ["/labo", "/lab"])
def test_each_script_has_the_nonce_of_this_answer(client: httpx.Client, address: str) -> None:
    answers = [client.get(address) for _ in range(2)]
    nonces = []
    for answer in answers:
        found = re.search(r"'nonce-([\w-]+)'", answer.headers["content-security-policy"])
        assert found is not None
        nonces.append(found[1])
        scripts = re.findall(r"<script[\s>][^>]*", answer.text)
        assert len(scripts) > 5
        assert all(f'nonce="{found[1]}"' in script for script in scripts)
    assert nonces[0] != nonces[1]


def test_gradio_says_nothing_of_itself(client: httpx.Client) -> None:
    page = client.get("/lab").text
    head = page[: page.index("window.gradio_config")]
    assert "og:" not in head
    assert "twitter:" not in head
    assert "githubusercontent" not in page


def test_the_lab_is_where_the_browser_found_it(client: httpx.Client) -> None:
    """By whatever name it was asked for on the way, and whoever tells another."""
    for forged in ("Host", "X-Gradio-Server", "X-Forwarded-Host"):
        page = client.get("/lab", headers={forged: "evil.example"}).text
        assert "evil" not in page
        assert 'const root = window.gradio_config.root = new URL("/", location.href)' in page
        assert '"root":""' in page


def test_a_title_is_text() -> None:
    shell = '<html lang="en"><head><meta charset="utf-8" /></head><script>1</script></html>'
    page = dress(shell, Page("fr", "<a> & « b »", '"', '<script src="/x.js"></script>'), "N")
    assert "<title>&lt;a&gt; &amp; « b »</title>" in page
    assert 'content="&quot;"' in page
    assert page.endswith(
        '<script nonce="N" src="/x.js"></script></head><script nonce="N">1</script></html>'
    )


@pytest.mark.parametrize(("address", "language"), [("/labo", "fr"), ("/lab", "en")])
def test_without_a_script_the_lab_leads_to_its_panels(
    client: httpx.Client, address: str, language: str
) -> None:
    shell = client.get(f'{address}?prompt=Le+chat&top_k=3&x="><b>').text
    without = re.findall(r"<noscript><main.*?</noscript>", shell, re.DOTALL)
    assert len(without) == 1
    assert words_of(language)("site.no_script") in without[0]
    assert "<b>" not in without[0]
    for panel in PANELS:
        (link,) = re.findall(rf'"(/panels/{language}/{panel}\?[^"]*)"', without[0])
        page = client.get(unescape(link)).text
        assert "Le chat" in page
        assert words_of(language)(f"titles.{panel}") in page
    assert f'href="/{language}/"' in without[0]
