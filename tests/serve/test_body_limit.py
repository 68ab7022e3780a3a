"""serve/body_limit.py: room for a long text, none for an upload."""

from __future__ import annotations

import http.client
from collections.abc import Iterator

import httpx
import pytest

from serve.body_limit import LIMIT
from tests.serve.lab_page import lab_page

TOO_LONG = "trop long"


@pytest.mark.parametrize("character", ["a", "é", "日", "😀"])
def test_a_hundred_thousand_characters_are_read(client: httpx.Client, character: str) -> None:
    lab = lab_page(client)
    read = lab.call(lab.event("read", "click"), lab.value("memory"), character * 100_000)
    assert read.status_code == 200
    assert "data" in read.json()


def test_an_announced_body_over_the_limit(client: httpx.Client) -> None:
    refused = client.post("/gradio_api/run/predict", content=b"x" * (LIMIT + 1))
    assert refused.status_code == 413
    assert TOO_LONG in refused.json()["detail"]
    assert "too long" in refused.json()["detail"]


def test_a_body_that_announces_nothing_is_counted(app: str) -> None:
    def pieces() -> Iterator[bytes]:
        for _ in range(LIMIT // 65536 + 1):
            yield b"x" * 65536

    connection = http.client.HTTPConnection(app.removeprefix("http://"), timeout=30)
    connection.request(
        "POST",
        "/gradio_api/run/predict",
        body=pieces(),
        encode_chunked=True,
        headers={"Transfer-Encoding": "chunked", "Content-Type": "application/json"},
    )
    response = connection.getresponse()
    assert response.status == 413
    assert TOO_LONG in response.read().decode()
    connection.close()


def test_a_body_at_the_limit_passes_the_limit(client: httpx.Client) -> None:
    read = client.post("/gradio_api/run/predict", content=b'"' + b"x" * (LIMIT - 2) + b'"')
    assert read.status_code == 422
