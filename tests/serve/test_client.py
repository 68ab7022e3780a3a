"""serve/client.py: who asks, and whose word on it counts."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from starlette.types import Receive, Scope, Send

from serve.client import Forwarded, address, proxied

PROXIES = "127.0.0.1, 10.1.0.0/16, 2001:db8:1::/48"


def asked(peer: str | None, *forwarded: str, **headers: str) -> dict[str, Any]:
    """A request over a connection from `peer`, with these X-Forwarded-For headers."""
    told = [(b"x-forwarded-for", each.encode()) for each in forwarded]
    told += [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    client = (peer, 40000) if peer is not None else None
    return {"type": "http", "path": "/", "scheme": "http", "client": client, "headers": told}


@pytest.fixture(autouse=True)
def of_no_host(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENBOOK_PROXIES", "SPACE_ID"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize("peer", ["127.0.0.1", "10.1.2.3", "192.0.2.7"])
def test_what_is_forwarded_counts_from_nobody_that_is_not_named(peer: str) -> None:
    assert address(asked(peer, "203.0.113.9")) == peer
    assert not proxied(asked(peer))


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("127.0.0.1", ["203.0.113.9"], "203.0.113.9"),
        ("127.0.0.1", ["198.51.100.1, 203.0.113.9"], "203.0.113.9"),
        ("127.0.0.1", ["198.51.100.1", "203.0.113.9"], "203.0.113.9"),
        ("127.0.0.1", ["203.0.113.9, 10.1.2.3"], "203.0.113.9"),
        ("127.0.0.1", ["203.0.113.9:4711"], "203.0.113.9"),
        ("127.0.0.1", ["[2001:db8:7:8::9]:4711"], "2001:db8:7:8::/64"),
        ("2001:db8:1::5", ["2001:db8:7:8:9:a:b:c"], "2001:db8:7:8::/64"),
        ("::ffff:127.0.0.1", ["203.0.113.9"], "203.0.113.9"),
        ("127.0.0.1", [], "127.0.0.1"),
        ("127.0.0.1", ["10.1.2.3"], "10.1.2.3"),
        ("127.0.0.1", ["203.0.113.9, somebody"], "127.0.0.1"),
        ("127.0.0.1", ["203.0.113.9, somebody, 10.1.2.3"], "10.1.2.3"),
        ("192.0.2.7", ["203.0.113.9"], "192.0.2.7"),
    ],
)
def test_it_counts_from_a_proxy_that_the_host_names(
    monkeypatch: pytest.MonkeyPatch, peer: str, forwarded: list[str], client: str
) -> None:
    monkeypatch.setenv("OPENBOOK_PROXIES", PROXIES)
    assert address(asked(peer, *forwarded)) == client


def test_a_space_is_reached_through_its_own_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPACE_ID", "somebody/space")
    assert address(asked("10.16.3.4", "203.0.113.9, 10.20.1.1")) == "203.0.113.9"
    monkeypatch.setenv("OPENBOOK_PROXIES", "127.0.0.1")
    assert address(asked("10.16.3.4", "203.0.113.9")) == "10.16.3.4"


def test_all_addresses_of_a_home_are_one() -> None:
    assert address(asked("2001:db8:7:8::1")) == address(asked("2001:db8:7:8:ffff::2"))
    assert address(asked("2001:db8:7:8::1")) != address(asked("2001:db8:7:9::1"))


def test_a_request_without_an_address_is_nobodys_in_particular() -> None:
    assert address(asked(None)) == address(asked("a socket")) == ""


@pytest.mark.parametrize(
    ("peer", "told", "scheme"),
    [
        ("127.0.0.1", "https", "https"),
        ("127.0.0.1", "http, https", "https"),
        ("127.0.0.1", "javascript", "http"),
        ("192.0.2.7", "https", "http"),
    ],
)
def test_https_counts_from_a_named_proxy(
    monkeypatch: pytest.MonkeyPatch, peer: str, told: str, scheme: str
) -> None:
    monkeypatch.setenv("OPENBOOK_PROXIES", PROXIES)
    assert further_in(asked(peer, x_forwarded_proto=told))["scheme"] == scheme


def further_in(scope: dict[str, Any]) -> Scope:
    """What a request has become for those further in."""
    passed: list[Scope] = []

    async def app(scope: Scope, _receive: Receive, _send: Send) -> None:
        passed.append(scope)

    asyncio.run(Forwarded(app)(scope, None, None))  # type: ignore[arg-type]
    return passed[0]


def forwarded(scope: dict[str, Any]) -> dict[str, str]:
    """The headers that go further in."""
    return {name.decode(): value.decode() for name, value in further_in(scope)["headers"]}


@pytest.mark.parametrize(
    ("peer", "told", "host"),
    [
        ("127.0.0.1", "book.example", "book.example"),
        ("127.0.0.1", "evil.example, book.example:8443", "book.example:8443"),
        ("127.0.0.1", "[2001:db8::1]", "[2001:db8::1]"),
        ("127.0.0.1", "a b", "inside"),
        ("127.0.0.1", 'x"><script>', "inside"),
        ("192.0.2.7", "book.example", "inside"),
    ],
)
def test_a_name_counts_from_a_named_proxy(
    monkeypatch: pytest.MonkeyPatch, peer: str, told: str, host: str
) -> None:
    monkeypatch.setenv("OPENBOOK_PROXIES", PROXIES)
    assert forwarded(asked(peer, x_forwarded_host=told, host="inside")) == {"host": host}


def test_what_only_proxies_say_goes_no_further_from_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENBOOK_PROXIES", PROXIES)
    said = {"x_forwarded_prefix": "/gpt", "x_real_ip": "203.0.113.9", "forwarded": "for=x"}
    kept = {"x-forwarded-prefix": "/gpt", "x-real-ip": "203.0.113.9", "forwarded": "for=x"}
    forged = {"x_gradio_server": "https://evil.example"}
    assert forwarded(asked("192.0.2.7", "203.0.113.9", accept="a", **said, **forged)) == {
        "accept": "a"
    }
    named = forwarded(asked("127.0.0.1", "203.0.113.9", **said, **forged))
    assert named == {"x-forwarded-for": "203.0.113.9", **kept}
