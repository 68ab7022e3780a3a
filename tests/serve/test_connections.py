"""serve/connections.py: who keeps the server waiting is not waited for, and others get in."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest
import uvicorn
from starlette.types import Receive, Scope, Send

from serve import connections
from serve.connections import Connection, Crowd, told
from serve.long_address import ROOM

ASKED = b"GET / HTTP/1.1\r\nHost: here\r\n\r\n"
SENT = b"POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 4\r\n\r\n"
SOON, NEVER = 0.05, 1000.0
MUCH = 30_000_000
"""Bytes that no two buffers hold."""


async def house(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers with what was sent; at `/much`, with more than anybody takes at once."""
    body, message = b"", await receive()
    while message["type"] == "http.request":
        body += message["body"]
        if not message["more_body"]:
            break
        message = await receive()
    answer = b"x" * MUCH if scope["path"] == "/much" else b"<" + body + b">"
    headers = [(b"content-length", b"%d" % len(answer))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": answer})


class Server:
    """The house behind connections of ours, on a port of its own."""

    def __init__(self, most: int) -> None:
        self.kind: Any = type("Counted", (Connection,), {"crowd": Crowd(most)})
        config = uvicorn.Config(
            house, port=0, http=self.kind, lifespan="off", log_level="warning",
            timeout_keep_alive=int(NEVER), h11_max_incomplete_event_size=ROOM,
        )  # fmt: skip
        self.server = uvicorn.Server(config)
        self.thread = threading.Thread(target=self.server.run)
        self.stack = ExitStack()

    def connect(self, host: str = "127.0.0.1") -> socket.socket:
        port = self.server.servers[0].sockets[0].getsockname()[1]
        made = socket.create_connection(("127.0.0.1", port), 30, (host, 0))
        return self.stack.enter_context(made)

    @property
    def crowd(self) -> Crowd:
        crowd: Crowd = self.kind.crowd
        return crowd


@contextmanager
def serving(most: int = 1000) -> Iterator[Server]:
    one = Server(most)
    one.thread.start()
    while not one.server.started:
        threading.Event().wait(0.001)
    with one.stack:
        yield one
        one.stack.close()
        one.server.should_exit = True
        one.thread.join()
    assert len(one.crowd) == 0
    assert one.crowd._silent == {}


def ended(one: socket.socket) -> bool:
    """Wait until the other side ends it."""
    try:
        while one.recv(65536):
            pass
    except ConnectionResetError:
        pass
    return True


def answer(one: socket.socket, asked: bytes = ASKED) -> bytes:
    one.sendall(asked)
    return rest(one)


def rest(one: socket.socket) -> bytes:
    said = b""
    while not said.endswith(b">"):
        said += (more := one.recv(65536))
        assert more, said
    return said


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in ("HEAD", "BODY", "TAKEN"):
        monkeypatch.setattr(connections, name, NEVER)
    return monkeypatch


@pytest.mark.parametrize(
    ("limit", "sent"),
    [("HEAD", b""), ("HEAD", ASKED[:10]), ("HEAD", ASKED + ASKED[:10]), ("BODY", SENT + b"ab")],
    ids=["silent", "half a head", "half the next head", "half a body"],
)
def test_who_stops_in_the_middle_is_not_waited_for(
    patient: pytest.MonkeyPatch, limit: str, sent: bytes
) -> None:
    patient.setattr(connections, limit, SOON)
    with serving() as server:
        one = server.connect()
        one.sendall(sent)
        assert ended(one)


def test_who_does_not_take_the_answer_is_not_waited_for(patient: pytest.MonkeyPatch) -> None:
    patient.setattr(connections, "TAKEN", SOON)
    with serving() as server:
        one = server.connect()
        one.sendall(ASKED.replace(b"/ ", b"/much ", 1))
        while len(server.crowd):
            threading.Event().wait(0.001)
        assert server.connect().fileno() >= 0


def test_who_takes_an_answer_slowly_is_waited_for(patient: pytest.MonkeyPatch) -> None:
    patient.setattr(connections, "HEAD", SOON)
    with serving() as server:
        one = server.connect()
        one.sendall(ASKED.replace(b"/ ", b"/much ", 1))
        read = 0
        while more := len(one.recv(1 << 16)):
            read += more
        assert read > MUCH, "all of it, and only then the end"


@pytest.mark.usefixtures("patient")
def test_who_asks_in_time_is_answered_again_and_again() -> None:
    with serving() as server:
        one = server.connect()
        for _ in range(3):
            assert answer(one).endswith(b"<>")
        one.sendall(SENT)
        assert answer(one, b"abcd").endswith(b"<abcd>")
        assert (answer(one, ASKED + ASKED) + rest(one)).count(b"200 OK") in (2, 3)
        assert len(server.crowd) == 1


@pytest.mark.usefixtures("patient")
def test_an_address_that_fills_its_half_ends_its_own_and_the_others_are_let_in(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with serving(most=20) as server, caplog.at_level(logging.WARNING, "serve.connections"):
        other = server.connect("127.0.0.2")
        assert answer(other).endswith(b"<>")
        silent = [server.connect() for _ in range(10)]
        halves = [server.connect() for _ in range(10)]
        assert all(map(ended, silent)), "the longest that said nothing made room"
        assert len(server.crowd) <= 11
        assert answer(server.connect()).endswith(b"<>"), "one more of the same address, too"
        assert answer(other).endswith(b"<>")
        assert answer(server.connect("127.0.0.2")).endswith(b"<>")
        assert ended(halves[0])
    assert any("No room for more connections" in said for said in caplog.messages)


@pytest.mark.usefixtures("patient")
def test_when_all_places_are_taken_the_longest_silent_makes_room() -> None:
    with serving(most=6) as server:
        silent = [server.connect(f"127.0.0.{n}") for n in range(2, 8)]
        last = server.connect("127.0.0.9")
        assert answer(last).endswith(b"<>")
        assert ended(silent[0])
        assert answer(silent[5]).endswith(b"<>")


@pytest.mark.usefixtures("patient")
def test_who_is_being_answered_is_not_put_out() -> None:
    with serving(most=4) as server:
        taking = [server.connect("127.0.0.2"), server.connect("127.0.0.3")]
        taking += [server.connect("127.0.0.4"), server.connect("127.0.0.5")]
        for one in taking:
            one.sendall(ASKED.replace(b"/ ", b"/much ", 1))
        while len(server.crowd) < 4 or any(one.read_all for one in server.crowd._silent):
            threading.Event().wait(0.001)
        assert ended(server.connect("127.0.0.6"))
        for one in taking:
            read = 0
            while read < MUCH:
                read += len(one.recv(1 << 20))


def test_few_heads_may_be_long_at_once(patient: pytest.MonkeyPatch) -> None:
    patient.setattr(connections, "LONG_ONES", 2)
    begun = b"GET /" + b"a" * (connections.LONG + 1)
    with serving() as server:
        long = [server.connect() for _ in range(2)]
        for one in long:
            one.sendall(begun)
        while len(server.crowd._long) < 2:
            threading.Event().wait(0.001)
        more = server.connect()
        more.sendall(begun)
        assert ended(more)
        assert answer(server.connect()).endswith(b"<>")
        assert answer(long[0], b" HTTP/1.1\r\nHost: here\r\n\r\n").endswith(b"<>")
        assert len(server.crowd._long) == 1


def test_a_named_proxy_may_have_more_than_half(patient: pytest.MonkeyPatch) -> None:
    patient.setenv("OPENBOOK_PROXIES", "127.0.0.1")
    with serving(most=4) as server:
        all_of_them = [server.connect() for _ in range(4)]
        for one in all_of_them:
            assert answer(one).endswith(b"<>")


@pytest.mark.parametrize(
    ("limit", "most", "backlog"),
    [(1024, 768, 128), (256, 128, 32), (20_000, 4096, 1024), (1_000_000, 4096, 1024)],
)
def test_there_is_room_for_other_files(
    monkeypatch: pytest.MonkeyPatch, limit: int, most: int, backlog: int
) -> None:
    monkeypatch.setattr(Connection, "crowd", None, raising=False)
    monkeypatch.setattr(uvicorn, "Config", uvicorn.Config)
    told(limit)
    assert Connection.crowd.most == most
    config = uvicorn.Config(house, port=0)
    assert (config.http, config.backlog, config.proxy_headers) == (Connection, backlog, False)
