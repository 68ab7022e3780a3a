"""serve/in_line.py: who waits, who has left, and who asks for more than a share."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from contextvars import ContextVar
from typing import Any

import httpx
import pytest
from starlette.types import Message, Receive, Scope, Send

from serve.in_line import InLine
from serve.line import PIECE, SHARE, Line

left: ContextVar[threading.Event | None] = ContextVar("left", default=None)
COMPUTED = "/fragments/en/next"


class Asked:
    """One request: what it sends, when it leaves, what it was answered."""

    def __init__(
        self, line: InLine, path: str = COMPUTED, client: str = "", body: bytes = b"a"
    ) -> None:
        self.messages: asyncio.Queue[Message] = asyncio.Queue()
        self.messages.put_nowait({"type": "http.request", "body": body, "more_body": True})
        self.messages.put_nowait({"type": "http.request", "body": b"b", "more_body": False})
        self.sent: list[Message] = []
        scope = {
            "type": "http", "path": path, "client": (client, 1), "query_string": b"",
            "headers": [(b"accept-language", b"fr")],
        }  # fmt: skip
        self.over = asyncio.ensure_future(line(scope, self.messages.get, self.send))

    async def send(self, message: Message) -> None:
        self.sent.append(message)

    def leave(self) -> None:
        self.messages.put_nowait({"type": "http.disconnect"})


class Counter:
    """An app that answers when it is let: whom it is computing for, and what they sent."""

    def __init__(self) -> None:
        self.computed: list[bytes] = []
        self.left: list[threading.Event | None] = []
        self.let = asyncio.Event()

    async def __call__(self, _: Scope, receive: Receive, send: Send) -> None:
        body = b""
        while True:
            message = await receive()
            body += message["body"]
            if not message["more_body"]:
                break
        self.computed.append(body)
        self.left.append(left.get())
        await self.let.wait()
        await send({"type": "http.response.start", "status": 200})


def run(story: Callable[[Counter, Line, InLine], Coroutine[Any, Any, None]]) -> None:
    async def told() -> None:
        app, line = Counter(), Line(at_once=1)
        await asyncio.wait_for(story(app, line, InLine(app, line, left)), 30)

    asyncio.run(told())


async def until(true: Callable[[], bool]) -> None:
    while not true():
        await asyncio.sleep(0)


def test_one_is_computed_and_the_next_waits_for_its_turn() -> None:
    async def story(app: Counter, line: Line, entry: InLine) -> None:
        first, second = Asked(entry), Asked(entry)
        await until(lambda: len(app.computed) == 1 and line.waiting == 1)
        assert second.sent == []
        app.let.set()
        await asyncio.gather(first.over, second.over)
        assert app.computed == [b"ab", b"ab"]
        assert [len(each.sent) for each in (first, second)] == [1, 1]
        assert line.waiting == 0

    run(story)


def test_what_is_not_computed_does_not_wait() -> None:
    async def story(app: Counter, line: Line, entry: InLine) -> None:
        first = Asked(entry)
        await until(lambda: len(app.computed) == 1)
        page = Asked(entry, "/en/")
        await until(lambda: len(app.computed) == 2)
        assert line.waiting == 0
        app.let.set()
        await asyncio.gather(first.over, page.over)

    run(story)


def test_who_leaves_the_line_is_passed_over() -> None:
    async def story(app: Counter, line: Line, entry: InLine) -> None:
        first, second, third = Asked(entry), Asked(entry), Asked(entry)
        await until(lambda: line.waiting == 2)
        second.leave()
        await second.over
        assert line.waiting == 1
        app.let.set()
        await asyncio.gather(first.over, third.over)
        assert len(app.computed) == 2
        assert second.sent == []

    run(story)


def test_those_who_compute_are_told_that_somebody_left() -> None:
    async def story(app: Counter, line: Line, entry: InLine) -> None:
        first = Asked(entry)
        await until(lambda: len(app.left) == 1)
        gone = app.left[0]
        assert gone is not None
        assert not gone.is_set()
        first.leave()
        await until(gone.is_set)
        app.let.set()
        await first.over
        assert line.waiting == 0

    run(story)


def test_the_wait_is_told_by_what_the_last_answers_took() -> None:
    async def story(app: Counter, line: Line, entry: InLine) -> None:
        assert line.seconds("") == 0
        app.let.set()
        await Asked(entry).over
        app.let.clear()
        asked = [Asked(entry) for _ in range(4)]
        await until(lambda: line.waiting == 3)
        one = line.seconds("") / 3
        assert one > 0
        app.let.set()
        await asyncio.gather(*(each.over for each in asked))
        assert line.seconds("") == 0

    run(story)


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/fragments/fr/next", "Votre réseau demande plus que sa part"),
        ("/panels/en/next", "Your network asks for more than its share"),
        ("/gradio_api/run/predict", "Votre réseau demande plus que sa part"),
        ("/api/v1/write", "Votre adresse demande plus que sa part"),
        ("/runs/fr", "Votre réseau demande plus que sa part"),
    ],
)
def test_over_its_share_a_client_is_told_so_and_the_others_are_let_in(path: str, told: str) -> None:
    async def story(app: Counter, line: Line, entry: InLine) -> None:
        many = [Asked(entry, client="192.0.2.7") for _ in range(SHARE)]
        await until(lambda: line.waiting == SHARE - 1)
        over = Asked(entry, path, client="192.0.2.7")
        await over.over
        assert over.sent[0]["status"] == 429
        headers = dict(over.sent[0]["headers"])
        assert int(headers[b"retry-after"]) >= 1
        assert told in over.sent[1]["body"].decode()
        other = Asked(entry, client="192.0.2.8")
        await until(lambda: line.waiting == SHARE)
        app.let.set()
        await asyncio.gather(other.over, *(each.over for each in many))
        assert [each.sent[0]["status"] for each in (other, *many)] == [200] * (SHARE + 1)
        assert not line.open

    run(story)


def test_what_is_sent_along_counts_in_the_share() -> None:
    async def story(app: Counter, line: Line, entry: InLine) -> None:
        first = Asked(entry, body=b"x" * (PIECE * (SHARE - 2)))
        await until(lambda: len(app.computed) == 1)
        assert line.open[""] == SHARE - 1
        second = Asked(entry, body=b"x" * PIECE)
        await second.over
        assert second.sent[0]["status"] == 429
        assert line.open[""] == SHARE - 1
        app.let.set()
        await first.over
        assert not line.open

    run(story)


def test_when_there_is_no_room_for_anybody_it_is_no_fault_of_theirs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("serve.line.ALL", 2)

    async def story(app: Counter, line: Line, entry: InLine) -> None:
        many = [Asked(entry, client=f"192.0.2.{n}") for n in range(3)]
        assert not line.open
        await many[2].over
        assert many[2].sent[0]["status"] == 503
        assert dict(many[2].sent[0]["headers"])[b"retry-after"] == b"1"
        app.let.set()
        await asyncio.gather(*(each.over for each in many))

    run(story)


def test_the_line_can_be_asked_for(client: httpx.Client) -> None:
    answer = client.get("/line")
    assert answer.status_code == 200
    assert answer.json() == {"waiting": 0, "seconds": 0.0}
    assert answer.headers["access-control-allow-origin"] == "*"
