"""serve/compression.py: pages are sent small, streams as they come."""

from __future__ import annotations

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from serve.compression import Compression


@pytest.mark.parametrize("encodings", ["gzip", "br, gzip"])
@pytest.mark.parametrize("address", ["/lab", "/dress/fonts/fonts.css"])
def test_pages_and_styles_are_compressed(
    client: httpx.Client, address: str, encodings: str
) -> None:
    plain = client.get(address, headers={"Accept-Encoding": "identity"})
    small = client.get(address, headers={"Accept-Encoding": encodings})
    assert "content-encoding" not in plain.headers
    assert small.headers["content-encoding"] in encodings
    assert "Accept-Encoding" in small.headers["vary"]
    assert int(small.headers["content-length"]) < int(plain.headers["content-length"])


def test_scripts_are_squeezed_and_whole(client: httpx.Client) -> None:
    address = "/dress/vendor/htmx/htmx.min.js"
    plain = client.get(address, headers={"Accept-Encoding": "identity"})
    small = client.get(address, headers={"Accept-Encoding": "br"})
    assert small.headers["content-encoding"] == "br"
    assert small.content == plain.content
    assert small.headers["content-type"] == plain.headers["content-type"]
    assert int(small.headers["content-length"]) < 0.31 * len(plain.content)
    again = client.get(address, headers={"If-None-Match": small.headers["etag"]})
    assert again.status_code == 304


def test_fonts_are_left_alone(client: httpx.Client) -> None:
    font = client.get(
        "/dress/fonts/inter-latin-wght-normal.woff2", headers={"Accept-Encoding": "br, gzip"}
    )
    assert "content-encoding" not in font.headers


def test_streams_are_left_alone() -> None:
    def stream(_request: Request) -> Response:
        return StreamingResponse(iter(["data: 1\n\n" * 1000]), media_type="text/event-stream")

    app = Starlette(routes=[Route("/stream", stream)], middleware=[Middleware(Compression)])
    answer = TestClient(app).get("/stream", headers={"Accept-Encoding": "gzip"})
    assert "content-encoding" not in answer.headers
    assert len(answer.text) == 9000
