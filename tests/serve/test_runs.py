"""serve/runs.py: a run is one answer, read by who asked for it, computed while they read."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.types import Message

from engine.leaving import left
from serve import runs
from serve.in_line import InLine
from serve.line import Line
from serve.runs import run_routes


class Reader:
    """One who asks for a run: reads so many lines, or leaves."""

    def __init__(self, app: Starlette, client: str = "192.0.2.7") -> None:
        body = json.dumps({"memory": "{}", "prompt": "Il"}).encode()
        self.messages: asyncio.Queue[Message] = asyncio.Queue()
        self.messages.put_nowait({"type": "http.request", "body": body, "more_body": False})
        self.lines: asyncio.Queue[bytes] = asyncio.Queue()
        self.reads = asyncio.Semaphore(0)
        scope = {
            "type": "http", "method": "POST", "path": "/runs/fr", "query_string": b"",
            "client": (client, 1), "headers": [(b"content-type", b"application/json")],
            "asgi": {"spec_version": "2.3"}, "http_version": "1.1",
        }  # fmt: skip
        self.over = asyncio.ensure_future(app(scope, self.messages.get, self.send))

    async def send(self, message: Message) -> None:
        """As the server does: go on only when what was sent before has been taken."""
        if message.get("body"):
            self.lines.put_nowait(message["body"])
            await self.reads.acquire()

    def leave(self) -> None:
        self.messages.put_nowait({"type": "http.disconnect"})


def house(line: Line) -> tuple[Starlette, list[Any]]:
    """A run's address behind the line, and every token that was computed there."""
    computed: list[Any] = []

    async def longer(language: str, memory: Any, prompt: Any) -> tuple[str, str]:
        computed.append((language, memory, prompt))
        return f"{len(computed)}", "text"

    layers = [Middleware(InLine, line=line, left=left)]
    return Starlette(routes=run_routes(longer, line), middleware=layers), computed


@pytest.fixture(autouse=True)
def without_a_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "PACE", 0)


def test_each_token_is_computed_on_what_the_one_before_left() -> None:
    async def story() -> None:
        app, computed = house(line := Line(1))
        reader = Reader(app)
        for _ in range(runs.TOKENS):
            reader.reads.release()
        await reader.over
        assert [memory for _, memory, _ in computed] == ["{}", *map(str, range(1, runs.TOKENS))]
        assert {(language, prompt) for language, _, prompt in computed} == {("fr", "Il")}
        assert json.loads(reader.lines.get_nowait()) == {"memory": "1", "text": "text"}
        assert not line.open
        assert (line.waiting, line.computed) == (0, 0)

    asyncio.run(asyncio.wait_for(story(), 30))


def test_for_who_does_not_read_nothing_more_is_computed() -> None:
    """Two hundred that are never read: a token each at most, and nothing of them stays."""

    async def story() -> None:
        app, computed = house(line := Line(2))
        unread = [Reader(app) for _ in range(200)]
        await asyncio.gather(*(each.lines.get() for each in unread))
        assert len(computed) == 200
        honest = Reader(app, "198.51.100.4")
        for _ in range(runs.TOKENS):
            honest.reads.release()
        await honest.over
        assert len(computed) == 200 + runs.TOKENS
        assert line.open["192.0.2.7"] == 200
        for each in unread:
            each.leave()
        await asyncio.gather(*(each.over for each in unread))
        assert len(computed) == 200 + runs.TOKENS
        assert not line.open

    asyncio.run(asyncio.wait_for(story(), 30))


def test_who_leaves_is_not_written_for() -> None:
    async def story() -> None:
        app, computed = house(line := Line(1))
        reader = Reader(app)
        await reader.lines.get()
        reader.leave()
        await reader.over
        assert len(computed) == 1
        assert (line.waiting, line.computed, len(line.open)) == (0, 0, 0)

    asyncio.run(asyncio.wait_for(story(), 30))


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_app_s_run(client: httpx.Client, language: str) -> None:
    sent = {"memory": "{}", "prompt": "Il"}
    with client.stream("POST", f"/runs/{language}", json=sent) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "application/x-ndjson"
        assert answer.headers["cache-control"] == "no-store"
        first = json.loads(next(answer.iter_lines()))
    assert json.loads(first["memory"])["prompt"] == "Il"
    assert 'data-written="1"' in first["text"]


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"{}", "text/plain", 415),
        (b"[]", "application/json", 422),
        (b"nothing", "application/json", 422),
        (b"[" * 50_000, "application/json", 422),
        (b"\xff", "application/json", 422),
    ],
)
def test_what_is_no_run(client: httpx.Client, body: bytes, kind: str, status: int) -> None:
    answer = client.post("/runs/fr", content=body, headers={"Content-Type": kind})
    assert answer.status_code == status
    assert client.get("/runs/fr").status_code == 405
    assert client.post("/runs/de", json={}).status_code == 404
