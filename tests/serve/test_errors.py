"""serve/errors.py: one sentence in the reader's language, never a traceback."""

from __future__ import annotations

import asyncio

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient
from starlette.types import Message, Receive, Scope, Send

from serve.errors import Faults
from serve.log import OneLine
from tests.serve.lab_page import lab_page

STATIC = "/static/js/iframeResizer.contentWindow.min.js"


def test_a_page_that_is_not_there(client: httpx.Client) -> None:
    french = client.get("/fr/nulle-part")
    assert french.status_code == 404
    assert '<html lang="fr">' in french.text
    assert "Il n’y a pas de page à cette adresse." in french.text
    english = client.get("/nowhere", headers={"Accept-Language": "en"})
    assert english.status_code == 404
    assert '<html lang="en">' in english.text
    assert "There is no page at this address." in english.text


def test_an_address_is_never_written_into_the_page(client: httpx.Client) -> None:
    assert "alert" not in client.get("/fr/<script>alert(1)</script>?x=<script>alert(2)").text


def test_a_wrong_method(client: httpx.Client) -> None:
    refused = client.delete("/labo")
    assert refused.status_code == 405
    assert "Cette adresse ne répond pas à ce genre de demande." in refused.text
    assert "GET" in refused.headers["allow"]


def test_an_error_page_has_its_style(client: httpx.Client) -> None:
    style = client.get("/nowhere").text.partition('href="')[2].partition('"')[0]
    assert client.get(style).headers["content-type"].startswith("text/css")


@pytest.mark.parametrize(
    ("accept", "sentence"), [("fr", "Une erreur est survenue"), ("en", "Something went wrong")]
)
def test_a_fault_of_ours_keeps_its_secret(
    accept: str, sentence: str, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(_request: Request) -> Response:
        raise RuntimeError("the secret")

    broken_app = Starlette(routes=[Route("/broken", broken)], middleware=[Middleware(Faults)])
    answer = TestClient(broken_app).get("/broken", headers={"Accept-Language": accept})
    assert answer.status_code == 500
    assert sentence in answer.text
    assert "secret" not in answer.text
    assert "the secret" in caplog.text


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'{"data": 5}',
        b'{"data": {}, "fn_index": 0}',
        b'{"data": [], "fn_index": "zero"}',
        b'{"data": [], "fn_index": -1, "session_hash": "a"}',
        b'{"data": [], "fn_index": 99999, "session_hash": "a"}',
        b'{"data": [], "fn_index": 1e400, "session_hash": "a"}',
        b'{"data": [null], "session_hash": "a"}',
        b'{"data": [], "session_hash": ["a"]}',
        b'{"data": ["\\ud800"], "fn_index": 1, "session_hash": "a"}',
        b'{"data": [' + b"[" * 5000 + b"]" * 5000 + b'], "fn_index": 1, "session_hash": "a"}',
        b"\xff\xfe",
    ],
)
def test_nonsense_gets_no_traceback(client: httpx.Client, body: bytes) -> None:
    json = {"Content-Type": "application/json"}
    answer = client.post("/gradio_api/run/predict", content=body, headers=json)
    assert 400 <= answer.status_code < 500
    for leak in ("Traceback", 'File "', ".py", "site-packages", "gradio.", "Error("):
        assert leak not in answer.text


@pytest.mark.parametrize(
    "value", [None, 5, True, [], {}, {"a": [1]}, "\ud800", "[]", '{"seed": {}}']
)
@pytest.mark.parametrize(
    "event", [("read", "click"), ("add", "click"), ("back", "click"), ("panel-tokens", "select")]
)
def test_an_event_with_values_of_the_wrong_kind(
    client: httpx.Client, event: tuple[str, str], value: object
) -> None:
    lab = lab_page(client)
    number = lab.event(*event)
    inputs = next(each for each in lab.config["dependencies"] if each["id"] == number)["inputs"]
    answer = client.post(
        "/gradio_api/run/predict",
        content=httpx.Response(
            200, json={"fn_index": number, "data": [value] * len(inputs)}
        ).content
        if value != "\ud800"
        else b'{"fn_index": %d, "data": [%s]}' % (number, b", ".join([b'"\\ud800"'] * len(inputs))),
        headers={"Content-Type": "application/json"},
    )
    for leak in ("Traceback", 'File "', "site-packages"):
        assert leak not in answer.text
    assert client.get("/healthz").json()["ok"]


def test_what_begins_and_fails_is_broken_off_and_told_in_one_line(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The reader's connection ends before the answer does; nothing of it stands in the log."""

    async def begun(scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"half", "more_body": True})
        raise RuntimeError(scope["path"])

    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": "/\x1b[31m\nred", "headers": []}
    asyncio.run(Faults(begun)(scope, None, send))  # type: ignore[arg-type]
    assert [message["type"] for message in sent] == ["http.response.start", "http.response.body"]
    told = OneLine().format(caplog.records[-1])
    assert told.startswith(r"ERROR: GET /\x1b[31m\nred failed: RuntimeError: /\x1b[31m\nred at ")
    assert len(told.splitlines()) == 1


@pytest.mark.parametrize("address", ["/dress/css/lab.css", "/en/", STATIC])
@pytest.mark.parametrize("part", ["bytes=abc", "bytes=5-2", "lines=1-2", "bytes=999999999-", "x"])
def test_a_part_that_is_not_there(client: httpx.Client, address: str, part: str) -> None:
    as_it_is = {"Accept-Language": "en", "Accept-Encoding": "identity"}
    refused = client.get(address, headers=as_it_is | {"Range": part})
    assert refused.status_code == 416
    assert "This part of the file does not exist." in refused.text
    assert ("content-range" in refused.headers) == (part == "bytes=999999999-")
    assert client.get(address, headers=as_it_is | {"Range": "bytes=0-1"}).status_code == 206


@pytest.mark.parametrize("folder", ["/static/", "/assets/", "/dress/", "/fr/", "/fragments/fr/"])
def test_a_name_that_no_disk_can_hold(client: httpx.Client, folder: str) -> None:
    for name in ("a" * 300, "é" * 200, "a/" * 3000, "%00", "a%0d%0ab"):
        assert client.get(folder + name).status_code == 404
