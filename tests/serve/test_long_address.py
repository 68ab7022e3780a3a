"""serve/long_address.py: an address may hold all that is read of a text."""

from __future__ import annotations

import json
import socket
from collections.abc import Sequence
from urllib.parse import quote

import pytest

from panels.screen.state import PROMPT_CHARACTERS
from panels.screen.words import words_of
from serve.long_address import LIMIT, READ_BY_GRADIO, ROOM
from tests.serve.lab_page import config_in

PIECE = 8_000
"""Bytes that are sent at a time, as a network would."""


def ask(app: str, target: str, body: str = "", language: str = "en") -> tuple[int, str]:
    """Status and text of an answer; the request is sent piece by piece, as it is."""
    host, _, port = app.removeprefix("http://").partition(":")
    lines = [
        f"{'POST' if body else 'GET'} {target} HTTP/1.1",
        f"Host: {host}:{port}",
        f"Accept-Language: {language}",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        "Connection: close",
    ]
    request = ("\r\n".join(lines) + "\r\n\r\n" + body).encode()
    with socket.create_connection((host, int(port)), timeout=60) as asking:
        asking.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for start in range(0, len(request), PIECE):
            asking.sendall(request[start : start + PIECE])
        pieces = iter(lambda: asking.recv(65_536), b"")
        answered = b"".join(pieces)
    head, _, text = answered.partition(b"\r\n\r\n")
    return int(head.split()[1]), text.decode()


def holding(*prompts: str) -> Sequence[str]:
    return [f"?prompt={quote(prompt)}" for prompt in prompts]


LONG = holding(
    "a" * 20_000, "a" * READ_BY_GRADIO, "a" * 65_536, "é" * PROMPT_CHARACTERS, "😀" * 20_000
)


@pytest.mark.parametrize("query", LONG, ids=len)
@pytest.mark.parametrize("address", ["/lab", "/labo", "/en/", "/panels/fr/choice"])
def test_what_is_read_of_a_text_fits_an_address(app: str, address: str, query: str) -> None:
    assert ask(app, address + query)[0] == 200


def test_the_lab_says_how_long_a_text_was_as_panels_do(app: str) -> None:
    page = ask(app, "/lab" + LONG[2])[1]
    assert config_in(page)["root"] == ""
    load = next(
        each["id"] for each in config_in(page)["dependencies"] if each["targets"][0][1] == "load"
    )
    event = json.dumps({"fn_index": load, "data": [], "session_hash": "abcdefghij"})
    status, said = ask(app, "/gradio_api/run/predict" + LONG[2], event)
    note = words_of("en")("notes.too_long", typed=65_536, kept=PROMPT_CHARACTERS)
    assert (status, note in said) == (200, True)
    assert note in ask(app, "/panels/en/choice" + LONG[2])[1]


@pytest.mark.parametrize("length", [LIMIT, 1_000_000, ROOM - 1_000])
def test_a_longer_address_is_told_so_in_its_language(app: str, length: int) -> None:
    for address, language, said in [
        ("/labo", "en", "trop long"),
        ("/panels/en/choice", "fr", "too long"),
        ("/", "fr", "trop long"),
    ]:
        status, text = ask(app, f"{address}?prompt={'a' * length}", language=language)
        assert (status, said in text) == (414, True)
