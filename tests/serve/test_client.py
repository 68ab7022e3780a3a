"""serve/client.py: who asks, and whose word on it counts."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from starlette.types import Receive, Scope, Send

from serve.client import Forwarded, ProxiesError, address, check, proxied

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
    passed: list[Scope] = []

    async def app(scope: Scope, _receive: Receive, _send: Send) -> None:
        passed.append(scope)

    scope = asked(peer, x_forwarded_proto=told)
    asyncio.run(Forwarded(app)(scope, None, None))  # type: ignore[arg-type]
    assert passed[0]["scheme"] == scheme


def test_what_is_no_address_is_told_in_one_sentence() -> None:
    with pytest.raises(ProxiesError, match=r"OPENBOOK_PROXIES.*'the proxy'"):
        check({"OPENBOOK_PROXIES": "127.0.0.1, the proxy"})
    check({"OPENBOOK_PROXIES": " , 127.0.0.1,"})
    check({})
