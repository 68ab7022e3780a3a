"""serve/host.py and metrics.py: what the host sees, who may, and that no text is in it."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.requests import Request

from serve.host import at_this_machine, may_see
from serve.log import Lines
from tests.conftest import start, wait_until_ready
from tests.ports import free_port

TOKEN = "of-sixteen-signs-or-more"
PROMPT = "xylophone in the prompt"
HERE = {"host": "127.0.0.1:7860"}


def asked(client: str, headers: dict[str, str], query: str = "") -> Request:
    return Request(
        {
            "type": "http", "method": "GET", "path": "/metrics", "query_string": query.encode(),
            "scheme": "http", "server": ("127.0.0.1", 7860), "client": (client, 5000),
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        }
    )  # fmt: skip


@pytest.mark.parametrize(
    ("client", "headers", "sees"),
    [
        ("127.0.0.1", HERE, True),
        ("127.0.0.1", {"host": "localhost"}, True),
        ("::1", {"host": "[::1]:7860"}, True),
        ("192.0.2.1", HERE, False),
        ("127.0.0.1", {"host": "rebound.example"}, False),
        ("127.0.0.1", {"host": "[::1"}, False),
        ("127.0.0.1", {"host": "re_bound.example"}, False),
        ("127.0.0.1", {}, False),
        ("127.0.0.1", {**HERE, "x-forwarded-for": "127.0.0.1"}, False),
        ("127.0.0.1", {**HERE, "forwarded": "for=127.0.0.1"}, False),
        ("127.0.0.1", {**HERE, "x-real-ip": "127.0.0.1"}, False),
        ("127.0.0.1", {**HERE, "via": "1.1 caddy"}, False),
    ],
)
def test_this_machine_sees_it_and_nobody_through_it(
    client: str, headers: dict[str, str], sees: bool
) -> None:
    assert at_this_machine(asked(client, headers).scope) is sees
    assert may_see(asked(client, headers), "") is sees


def test_who_says_the_token_sees_it_from_anywhere() -> None:
    far = {"host": "book.example", "x-forwarded-for": "192.0.2.1"}
    assert may_see(asked("192.0.2.1", {**far, "authorization": f"Bearer {TOKEN}"}), TOKEN)
    assert may_see(asked("192.0.2.1", far, f"token={TOKEN}"), TOKEN)
    assert not may_see(asked("192.0.2.1", far, f"token={TOKEN}x"), TOKEN)
    assert not may_see(asked("192.0.2.1", {**far, "authorization": "Bearer "}), "")
    assert not may_see(asked("192.0.2.1", {**far, "authorization": "Bearer \xe9"}), TOKEN)


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[httpx.Client, Path]]:
    """An app with two helpers that logs lines of JSON, and its log."""
    folder, port = tmp_path_factory.mktemp("watched"), free_port()
    process = start(
        port, folder, OPENBOOK_HELPERS="2", OPENBOOK_LOG="json", OPENBOOK_HOST_TOKEN=TOKEN
    )
    try:
        address = wait_until_ready(process, port, folder)
        with httpx.Client(base_url=address, trust_env=False, timeout=60) as client:
            for act in ("", "add"):
                client.get("/fragments/en/rows", params={"prompt": PROMPT, "act": act})
            client.get("/panels/fr/xylophone")
            client.get("/xylophone", params={"prompt": PROMPT})
            for page in ("/lab", "/en/", "/dress/css/pages.css"):
                client.get(page)
            yield client, folder / "log"
    finally:
        process.terminate()
        assert process.wait(timeout=30) == 0, (folder / "log").read_text("utf-8")


def value(told: str, name: str) -> float:
    """The value of a line of the metrics."""
    (found,) = re.findall(rf"^{re.escape(name)} (\S+)$", told, re.MULTILINE)
    return float(found)


def test_prometheus_reads_what_the_site_and_its_helpers_did(
    watched: tuple[httpx.Client, Path],
) -> None:
    client, _ = watched
    answer = client.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain")
    told = answer.text
    panels = 'route="/fragments/{language}/{name}"'
    assert value(told, f'openbook_requests_total{{{panels},status="200"}}') == 2
    assert value(told, f"openbook_request_seconds_count{{{panels}}}") == 2
    assert value(told, 'openbook_requests_total{route="none",status="404"}') == 1
    assert value(told, 'openbook_requests_total{route="/panels/{language}/{name}",status="404"}')
    assert value(told, 'openbook_requests_total{route="/lab",status="200"}') == 1
    assert value(told, "openbook_line_seconds_count") == 3
    assert value(told, "openbook_line_waiting") == 0
    assert value(told, "openbook_passes_total") >= 2  # the helpers' own
    assert value(told, "openbook_tokens_total") >= 5
    assert value(told, "openbook_pass_seconds_total") > 0
    assert 1 <= value(told, "openbook_helpers") <= 2
    assert len(re.findall(r"^openbook_memory_bytes\{", told, re.MULTILINE)) == 4  # the nursery
    assert value(told, 'openbook_memory_bytes{process="0"}') > 50e6
    assert value(told, 'openbook_model_bytes{model="conteur"}') > 20e6  # the helpers have it
    assert value(told, 'openbook_requests_total{route="/en",status="200"}') == 1
    assert value(told, 'openbook_requests_total{route="/dress",status="200"}') == 1
    assert "_created" not in told
    assert "xylophone" not in told
    assert "127.0.0.1" not in told


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_host_reads_the_same_figures(watched: tuple[httpx.Client, Path], language: str) -> None:
    client, _ = watched
    page = client.get(f"/host/{language}")
    assert page.status_code == 200
    assert f'<html lang="{language}">' in page.text
    assert "/fragments/{language}/{name}" in page.text
    assert "conteur" in page.text
    assert "xylophone" not in page.text
    assert page.headers["cache-control"] == "no-store"
    through = {"X-Forwarded-For": "192.0.2.1"}
    for address in (f"/host/{language}", "/metrics", "/host/de"):
        assert client.get(address, headers=through).status_code == 404
    with_token = client.get(f"/host/{language}", params={"token": TOKEN}, headers=through)
    assert with_token.status_code == 200
    assert f"?token={TOKEN}" in with_token.text  # in the link to the other language


def test_the_log_has_one_line_a_request_and_no_text(watched: tuple[httpx.Client, Path]) -> None:
    client, log = watched
    client.get("/healthz")
    lines = log.read_text("utf-8").splitlines()
    told: list[dict[str, Any]] = [json.loads(line) for line in lines if line.startswith("{")]
    assert [line for line in lines if not line.startswith("{")] == [
        line for line in lines if line.startswith("Le labo est ouvert")
    ]
    requests = [each for each in told if each["from"] == "openbook.requests"]
    drawn = [each for each in requests if each["route"] == "/fragments/{language}/{name}"]
    assert [(each["method"], each["status"]) for each in drawn] == [("GET", "200")] * 2
    assert all(each["ms"] > 0 and each["time"].endswith("+00:00") for each in drawn)
    assert "xylophone" not in log.read_text("utf-8")
    assert TOKEN not in log.read_text("utf-8")


def test_a_fault_is_logged_by_its_kind_and_place_alone(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fails() -> None:
        raise ValueError(PROMPT)

    caplog.set_level(logging.ERROR)
    logger = logging.getLogger("serve.errors")
    try:
        fails()
    except ValueError:
        logger.exception("%s failed", "/lab")
    line = json.loads(Lines().format(caplog.records[0]))
    assert (line["level"], line["said"], line["fault"]) == ("error", "/lab failed", "ValueError")
    assert line["at"][-1].startswith(__file__)
    assert "xylophone" not in json.dumps(line)
