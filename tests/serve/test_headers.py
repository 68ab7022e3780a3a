"""serve/headers.py: what every answer carries."""

from __future__ import annotations

import re

import httpx
import pytest

ANSWERS = ["/", "/fr/", "/panels/fr/next", "/panels/fr/next.csv", "/embed/fr",
           "/lab", "/labo", "/healthz", "/nowhere", "/theme.css",
           "/dress/fonts/fonts.css", "/gradio_api/upload", "/gradio_api/app_id"]  # fmt: skip


@pytest.mark.parametrize("address", ANSWERS)
def test_security_headers(client: httpx.Client, address: str) -> None:
    headers = client.get(address).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert "camera=()" in headers["permissions-policy"]
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "frame-ancestors *" in headers["content-security-policy"]
    assert "x-frame-options" not in headers


ASKING = [("OPTIONS", each) for each in (*ANSWERS, "/gradio_api/run/predict", "/api/v1/read")]
ASKING += [("GET", "/lab"), ("GET", "/api/v1/models"), ("POST", "/gradio_api/run/predict")]


@pytest.mark.parametrize(("method", "address"), ASKING)
@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://localhost"])
def test_no_foreign_page_is_let_in_and_the_headers_are_there_all_the_same(
    client: httpx.Client, method: str, address: str, origin: str
) -> None:
    asked = {"Origin": origin, "Host": "book.example", "Access-Control-Request-Method": "POST"}
    headers = client.request(method, address, headers=asked).headers
    assert headers.get("access-control-allow-origin") in (None, "*")
    assert "access-control-allow-credentials" not in headers
    assert "access-control-allow-methods" not in headers
    assert headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in headers["content-security-policy"]
    if address in ("/lab", "/labo") or address.startswith(("/gradio_api/", "/api/")):
        assert "access-control-allow-origin" not in headers


def test_only_the_lab_may_evaluate(client: httpx.Client) -> None:
    assert "'unsafe-eval'" in client.get("/lab").headers["content-security-policy"]
    assert "unsafe" not in client.get("/nowhere").headers["content-security-policy"]


def test_hashed_assets_are_kept_for_ever(client: httpx.Client) -> None:
    script = re.search(r'src="\.(/assets/index-[^"]+\.js)"', client.get("/lab").text)
    assert script is not None
    kept = client.get(script[1])
    assert kept.status_code == 200
    assert kept.headers["cache-control"] == "public, max-age=31536000, immutable"


def test_what_has_no_hash_is_not(client: httpx.Client) -> None:
    still = client.get("/static/js/iframeResizer.contentWindow.min.js")
    assert still.headers["cache-control"] == "public, max-age=86400"
    assert client.get("/lab").headers["cache-control"] == "no-cache"
    assert client.get("/assets/index-notthere1.js").headers["cache-control"] == "no-cache"
