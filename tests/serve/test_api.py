"""`/api/v1/…` over the network: methods, headers, streams, examples; nothing sent makes it fall."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
from typing import Any

import httpx
import pytest
from hypothesis import given
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.openapi import from_dict
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.testclient import TestClient

from panels.api import examples
from panels.api.document import document
from panels.api.examples import HERE, WAYS
from panels.screen.words import LANGUAGES
from serve.api import Api, api_routes
from serve.body_limit import LIMIT
from serve.errors import answer as answer_of_the_door
from serve.in_line import COMPUTED
from serve.language import language_of
from serve.line import Line
from serve.parts import words_for
from tests.serve.bounded import bounded

ADDRESS = "/api/v1"
ORIGIN = {"Origin": "https://elsewhere.example", "Host": "book.example"}


def post(client: httpx.Client, name: str, **question: Any) -> httpx.Response:
    return client.post(f"{ADDRESS}/{name}", json=question)


def test_an_answer_is_json_and_is_kept_nowhere(client: httpx.Client) -> None:
    answer = post(client, "tokenize", prompt="Le chat")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.json()["about"]["model"] == "conteur"


@pytest.mark.parametrize(
    ("header", "query", "language"), [("fr", "", "fr"), ("fr", "?lang=en", "en"), ("", "", "en")]
)
def test_errors_speak_the_language_asked_for(
    client: httpx.Client, header: str, query: str, language: str
) -> None:
    answers = [
        client.post(f"{ADDRESS}/{name}{query}", json={}, headers={"Accept-Language": header})
        for name in ("read", "write", "nowhere")
    ]
    for answer in answers:
        assert answer.headers["content-language"] == language
        assert "Accept-Language" in answer.headers["vary"]
        words = {"fr": "champ prompt|Il n’y a rien", "en": "field prompt|There is nothing"}
        assert re.search(words[language], answer.json()["error"]["sentence"])


@pytest.mark.parametrize(
    ("method", "name", "status", "code"),
    [
        ("GET", "nowhere", 404, "not_found"),
        ("GET", "trace/", 404, "not_found"),
        ("POST", "read/", 404, "not_found"),
        ("GET", "read", 405, "wrong_method"),
        ("DELETE", "write", 405, "wrong_method"),
        ("POST", "models", 405, "wrong_method"),
        ("PUT", "openapi.json", 405, "wrong_method"),
    ],
)
def test_what_is_not_there(
    client: httpx.Client, method: str, name: str, status: int, code: str
) -> None:
    answer = client.request(method, f"{ADDRESS}/{name}")
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert ("allow" in answer.headers) == (status == 405)


@pytest.mark.parametrize(
    ("name", "allowed"),
    [("read", {"POST", "OPTIONS"}), ("models", {"GET", "HEAD", "OPTIONS"})],
)
def test_head_and_options(client: httpx.Client, name: str, allowed: set[str]) -> None:
    told = client.options(f"{ADDRESS}/{name}")
    assert (told.status_code, told.content) == (204, b"")
    assert set(told.headers["allow"].split(", ")) == allowed
    head = client.head(f"{ADDRESS}/{name}")
    assert (head.status_code, head.content) == (200 if "HEAD" in allowed else 405, b"")


@pytest.mark.parametrize("kind", ["", "text/plain", "application/x-www-form-urlencoded"])
@pytest.mark.parametrize("name", ["read", "write"])
def test_what_does_not_say_that_it_is_json(client: httpx.Client, name: str, kind: str) -> None:
    answer = client.post(
        f"{ADDRESS}/{name}", content=b'{"prompt": "a"}', headers={"Content-Type": kind}
    )
    assert (answer.status_code, answer.json()["error"]["code"]) == (415, "not_json_type")


def test_a_body_that_is_too_large(client: httpx.Client) -> None:
    answer = post(client, "read", prompt="é" * LIMIT)
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "too_large")
    assert f"{LIMIT // 1024:,} KiB" in words_for("errors", "en")["api"]["413"]["sentence"]
    long = post(client, "read", prompt="é" * 30_000)
    assert (long.status_code, long.json()["error"]["code"]) == (422, "out_of_bounds")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("status", [404, 405, 413, 414, 415, 418, 500])
def test_every_refusal_of_the_door_is_json(language: str, status: int) -> None:
    scope = {"type": "http", "path": f"{ADDRESS}/read", "headers": []}
    told = answer_of_the_door(scope | {"query_string": f"lang={language}".encode()}, status)
    error = json.loads(bytes(told.body))["error"]
    assert error.keys() == {"code", "sentence", "where"}
    assert (error["code"] == "refused") == (status == 418)
    assert told.headers["content-language"] == language


def test_the_address_itself_leads_to_its_page(client: httpx.Client) -> None:
    for address in (ADDRESS, f"{ADDRESS}/"):
        sent = client.get(address, headers={"Accept-Language": "fr"})
        assert (sent.status_code, sent.headers["location"]) == (307, "/fr/api/")
    assert client.get("/fr/api/").status_code == 200


@pytest.mark.parametrize("method", ["GET", "OPTIONS"])
def test_no_other_site_may_read_an_answer(client: httpx.Client, method: str) -> None:
    """Gradio, left to itself, lets any in whose host has a name that is not this machine's own."""
    preflight = {"Access-Control-Request-Method": "POST"} if method == "OPTIONS" else {}
    answer = client.request(method, f"{ADDRESS}/models", headers=ORIGIN | preflight)
    assert answer.status_code < 300
    assert not [name for name in answer.headers if name.startswith("access-control")]


def test_a_text_is_streamed_line_by_line(client: httpx.Client) -> None:
    question = {"prompt": "Le chat", "tokens": 4}
    with client.stream("POST", f"{ADDRESS}/write", json=question) as answer:
        assert answer.headers["content-type"] == "application/x-ndjson"
        assert "content-encoding" not in answer.headers
        assert "content-length" not in answer.headers
        kinds = [json.loads(line)["kind"] for line in answer.iter_lines()]
    assert kinds == ["begin", "step", "step", "step", "step", "end"]


def test_a_fragment_and_an_answer_tell_the_same(client: httpx.Client) -> None:
    """What the strip is drawn from is in its attributes, to the last digit."""
    told = post(client, "step", prompt="Le chat", seed=3, temperature=1.1).json()["chosen"]
    address = "/fragments/en/choice?prompt=Le+chat&seed=3&temperature=1.1"
    drawn = client.get(address).text
    assert f'data-u="{told["u"]}"' in drawn
    assert (
        f'data-kept="{post(client, "step", prompt="Le chat", temperature=1.1).json()["kept"]}"'
        in drawn
    )


# In line


def test_a_text_waits_in_line_at_every_token_and_leaves_its_place_between() -> None:
    line = Line(1)
    seen: list[tuple[int, bool]] = []

    async def written(*given: Any) -> tuple[tuple[int, str, bytes], tuple[int, ...] | None]:
        so_far = given[-1]
        seen.append((len(so_far), bool(line.computed)))
        return (200, "en", b"{}\n"), (*so_far, 1) if len(so_far) < 3 else None

    async def computed(*_: Any) -> tuple[int, str, bytes]:
        raise AssertionError

    app = Starlette(routes=api_routes(Api(["read"], computed, written, {}), line))
    answer = TestClient(app).post(f"{ADDRESS}/write", json={})
    assert answer.text == "{}\n" * 4
    assert seen == [(0, True), (1, True), (2, True), (3, True)]
    assert line.computed == 0
    assert line.waiting == 0


def test_who_leaves_is_not_written_for() -> None:
    """The connection is gone after the second line: no third token is asked for."""

    async def story() -> None:
        line, asked = Line(1), 0

        async def written(*given: Any) -> tuple[tuple[int, str, bytes], tuple[int, ...] | None]:
            nonlocal asked
            asked += 1
            return (200, "en", b"{}\n"), (*given[-1], 1)

        async def computed(*_: Any) -> tuple[int, str, bytes]:
            raise AssertionError

        sent = 0

        async def send(message: Any) -> None:
            nonlocal sent
            sent += message["type"] == "http.response.body"
            if sent > 2:
                raise OSError

        async def receive() -> Any:
            return {"type": "http.request", "body": b"{}", "more_body": False}

        app = Starlette(routes=api_routes(Api(["read"], computed, written, {}), line))
        scope = {
            "type": "http", "method": "POST", "path": f"{ADDRESS}/write", "query_string": b"",
            "headers": [(b"content-type", b"application/json")],
            "asgi": {"spec_version": "2.4"}, "http_version": "1.1",
        }  # fmt: skip
        with pytest.raises(Exception):  # noqa: B017, PT011  # Starlette's word for it may change
            await app(scope, receive, send)
        assert asked == 3
        assert line.computed == 0

    asyncio.run(asyncio.wait_for(story(), 30))


@pytest.mark.parametrize(
    ("name", "waits"),
    [("read", True), ("trace/heads", True), ("write", False), ("models", False), ("", False),
     ("openapi.json", False), ("writes", True)],
)  # fmt: skip
def test_what_waits_in_line(name: str, waits: bool) -> None:
    assert bool(COMPUTED.match(f"{ADDRESS}/{name}")) == waits


def test_the_language_of_an_address_is_its_own() -> None:
    def asked(path: str, query: bytes) -> str:
        headers = [(b"accept-language", b"fr")]
        scope = {"type": "http", "path": path, "query_string": query, "headers": headers}
        return language_of(Request(scope).scope)

    assert asked(f"{ADDRESS}/read", b"lang=en") == "en"
    assert asked(f"{ADDRESS}/read", b"lang=de") == "fr"
    assert asked("/healthz", b"lang=en") == "fr"


# The examples of the pages, run as they stand


RUN = {
    "curl": ["sh", "-c"],
    "python": [sys.executable, "-c"],
    "javascript": ["node", "--input-type=module", "-e"],
}
NEEDS = {"curl": "curl", "python": sys.executable, "javascript": "node"}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("way", WAYS)
def test_the_examples_run(app: str, way: str, language: str) -> None:
    if shutil.which(NEEDS[way]) is None:
        pytest.skip(f"no {NEEDS[way]} on this machine: its examples are not run")
    names = ["write", "compare"] if language == "en" else list(examples.ASKED)
    running = {
        name: subprocess.Popen(
            [*RUN[way], WAYS[way](name, language).replace(HERE, app)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8",
            env={**os.environ, "NO_PROXY": "*", "PYTHONIOENCODING": "utf-8"},
        )
        for name in names
    }  # fmt: skip
    for name, process in running.items():
        said, complained = process.communicate(timeout=60)
        assert process.returncode == 0, complained
        assert "conteur" in said, name
        if name == "write":
            assert re.search(r"""["']?reason["']?: ?["']tokens["']""", said)
            assert len(said.splitlines()) >= 7
        assert "sentence" not in said


# Whatever a tool can think of

DOCUMENT = from_dict(dict(document("en", ("conteur",))))
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
OPERATIONS = [(path, method) for path, item in DOCUMENT.items() for method in item]


@pytest.mark.parametrize("mode", GenerationMode, ids=lambda mode: str(mode.value))
@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_the_api_keeps_the_word_of_its_document(
    app: str, path: str, method: str, mode: GenerationMode
) -> None:
    """A few questions that the document allows, and a few that it forbids, which are refused."""
    right = mode is GenerationMode.POSITIVE

    @bounded(6)
    @given(case=DOCUMENT[path][method].as_strategy(generation_mode=mode))
    def ask(case: Case[Any]) -> None:
        answer = case.call_and_validate(
            base_url=f"{app}{ADDRESS}",
            checks=CHECKS if right else [*CHECKS, negative_data_rejection],
        )
        assert not right or answer.status_code in (200, 404, 409)

    ask()
