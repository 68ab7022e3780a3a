"""serve/gate.py: what Gradio opens and the lab does not need does not exist."""

from __future__ import annotations

import httpx
import pytest

from tests.serve.lab_page import lab_page

CLOSED = [
    "/config",
    "/docs",
    "/login",
    "/login_check",
    "/logout",
    "/monitoring",
    "/monitoring/summary",
    "/monitoring/x",
    "/openapi.json",
    "/pwa_icon",
    "/redoc",
    "/svelte/svelte.js",
    "/gradio_api/api/predict",
    "/gradio_api/call/on_add",
    "/gradio_api/call/v2/on_add",
    "/gradio_api/cancel",
    "/gradio_api/component_server",
    "/gradio_api/custom_component/x/client/component/index.js",
    "/gradio_api/deep_link?session_hash=x",
    "/gradio_api/dev/reload",
    "/gradio_api/file=README.md",
    "/gradio_api/file=https://example.org/",
    "/gradio_api/file/README.md",
    "/gradio_api/login_check",
    "/gradio_api/mcp",
    "/gradio_api/openapi.json",
    "/gradio_api/process_recording",
    "/gradio_api/profiling/summary",
    "/gradio_api/proxy=https://example.hf.space/",
    "/gradio_api/queue/data?session_hash=x",
    "/gradio_api/queue/join",
    "/gradio_api/queue/status",
    "/gradio_api/run-history/buckets",
    "/gradio_api/run/on_add",
    "/gradio_api/runs",
    "/gradio_api/stream/x",
    "/gradio_api/stream/x/0/0/playlist.m3u8",
    "/gradio_api/token",
    "/gradio_api/upload",
    "/gradio_api/upload_progress?upload_id=x",
    "/gradio_api/user",
    "/gradio_api/vibe-code",
    "/gradio_api/vibe-edit",
    "//gradio_api/upload",
    "/gradio_api//upload",
    "/gradio_api/heartbeat/../upload",
    "/gradio_api/heartbeat/%2e%2e/upload",
    "/GRADIO_API/upload",
]


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("address", CLOSED)
def test_closed(client: httpx.Client, method: str, address: str) -> None:
    assert client.request(method, address).status_code == 404


@pytest.mark.parametrize(
    "address",
    [
        "/labo",
        "/lab",
        "/theme.css",
        "/manifest.json",
        "/favicon.ico",
        "/robots.txt",
        "/static/js/iframeResizer.contentWindow.min.js",
        "/gradio_api/info",
        "/gradio_api/app_id",
        "/gradio_api/startup-events",
    ],
)
def test_open(client: httpx.Client, address: str) -> None:
    assert client.get(address).status_code == 200


@pytest.mark.parametrize(
    "address",
    [
        "/lab",
        "/theme.css",
        "/favicon.ico",
        "/robots.txt",
        "/static/js/iframeResizer.contentWindow.min.js",
        "/gradio_api/info",
        "/fr/",
        "/panels/fr/next",
        "/dress/css/lab.css",
    ],
)
def test_head_is_answered_as_get(client: httpx.Client, address: str) -> None:
    as_it_is = {"Accept-Encoding": "identity"}
    head, get = (client.request(each, address, headers=as_it_is) for each in ("HEAD", "GET"))
    assert (head.status_code, head.content) == (200, b"")
    for name in ("content-type", "content-length", "cache-control"):
        assert head.headers[name] == get.headers[name]


def test_nobody_waits_for_the_headers_of_a_stream(client: httpx.Client) -> None:
    assert client.head("/gradio_api/heartbeat/a").status_code == 405


@pytest.mark.parametrize("host", ["a b", "[x", "a\\b", 'a"><script>', "a/b", "a:1:2", "é"])
def test_a_host_whose_name_is_none(client: httpx.Client, host: str) -> None:
    refused = client.get("/embed/en", headers=[(b"Host", host.encode())])
    assert refused.status_code == 400
    assert "script" not in refused.text
    for name in ("book.example", "book.example:8443", "127.0.0.1", "[::1]:7860", "a_b-c.example."):
        assert client.get("/healthz", headers={"Host": name}).status_code == 200


def test_an_upload_is_not_taken(client: httpx.Client) -> None:
    sent = client.post("/gradio_api/upload", files={"files": ("a.txt", b"a")})
    assert sent.status_code == 404


def test_the_lab_names_none_of_its_events(client: httpx.Client) -> None:
    assert client.get("/gradio_api/info").json() == {"named_endpoints": {}, "unnamed_endpoints": {}}
    names = [each["api_name"] for each in lab_page(client).config["dependencies"]]
    assert all(
        client.post(f"/gradio_api/call/{name}", json={}).status_code == 404 for name in names
    )
