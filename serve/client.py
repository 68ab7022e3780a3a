"""Who asks: the address of a client, also behind a proxy that the host has named.

Anybody may send a header that says for whom they ask. It is believed of the proxies in
OPENBOOK_PROXIES alone, and of Hugging Face's, through which alone a Space is reached.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import lru_cache
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

NAME = "OPENBOOK_PROXIES"
OF_A_SPACE = "10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16"
"""Where a Space's readers come from: the network that it shares with its proxy alone."""

A_HOME = 64
"""Bits of an IPv6 address that a reader does not choose: the rest is theirs to change at will."""

Network = IPv4Network | IPv6Network


class ProxiesError(Exception):
    """OPENBOOK_PROXIES names something that is no address; the message says so in one sentence."""


def address(scope: Scope) -> str:
    """The address that a request comes from, the same for all of one home's or school's.

    Where the connection is a named proxy's, it is the last in X-Forwarded-For that no named proxy
    has. Of an IPv6 address it is the network; "" where there is none.
    """
    here = _peer(scope)
    if proxied(scope):
        forwarded = ",".join(Headers(scope=scope).getlist("x-forwarded-for")).split(",")
        for told in reversed(forwarded):
            before = _address(told)
            if before is None:
                break
            here = before
            if not _is_named(here):
                break
    if isinstance(here, IPv6Address):
        return str(ip_network((here, A_HOME), strict=False))
    return str(here or "")


def proxied(scope: Scope) -> bool:
    """Whether the connection is a named proxy's, whose word on the reader's counts."""
    peer = _peer(scope)
    return peer is not None and _is_named(peer)


def check(environment: Mapping[str, str] = os.environ) -> None:
    """Read what the host names, before anybody asks. Raises ProxiesError."""
    _named(_told(environment))


class Forwarded:
    """A request that a named proxy took over https is one of https."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and proxied(scope):
            told = Headers(scope=scope).get("x-forwarded-proto", "").rpartition(",")[2].strip()
            if told in ("http", "https"):
                scope = {**scope, "scheme": told}
        await self.app(scope, receive, send)


def _told(environment: Mapping[str, str]) -> str:
    return environment.get(NAME) or (OF_A_SPACE if environment.get("SPACE_ID") else "")


@lru_cache(maxsize=8)
def _named(told: str) -> tuple[Network, ...]:
    try:
        return tuple(
            ip_network(each.strip(), strict=False) for each in told.split(",") if each.strip()
        )
    except ValueError as reason:
        sentence = f"{NAME} must be addresses or networks with commas between them: {reason}."
        raise ProxiesError(sentence) from None


def _is_named(one: IPv4Address | IPv6Address) -> bool:
    return any(one in network for network in _named(_told(os.environ)))


def _peer(scope: Scope) -> IPv4Address | IPv6Address | None:
    """Who holds the other end of the connection."""
    client = scope.get("client")
    return _address(client[0]) if client else None


def _address(told: str) -> IPv4Address | IPv6Address | None:
    """An address as a proxy writes it, with or without a port; None for anything else."""
    told = told.strip()
    if told.startswith("["):
        told = told[1:].partition("]")[0]
    elif told.count(":") == 1:
        told = told.partition(":")[0]
    try:
        here = ip_address(told)
    except ValueError:
        return None
    return getattr(here, "ipv4_mapped", None) or here
