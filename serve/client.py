"""Who asks: the address of a client, also behind a proxy that the host has named.

Anybody may send a header that says for whom they ask. It is believed of the proxies in
OPENBOOK_PROXIES alone, and of Hugging Face's, through which alone a Space is reached.
"""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Receive, Scope, Send

from livre_ouvert import settings

OF_A_SPACE = tuple(map(ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")))
"""Where a Space's readers come from: the network that it shares with its proxy alone."""

A_HOME = 64
"""Bits of an IPv6 address that a reader does not choose: the rest is theirs to change at will."""

HANDED_ON = "openbook.handed_on"
"""Where a request keeps what `handed_on` found before its headers were taken off."""

HOST = re.compile(r"([\w.-]+|\[[0-9a-f:.]+\])(:\d{1,5})?", re.ASCII | re.IGNORECASE)
"""The name of a host, and its port."""


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


def handed_on(scope: Scope) -> bool:
    """Whether anybody between the reader and the app has said so, believed or not."""
    return bool(scope.get(HANDED_ON)) or any(_is_proxys(name) for name, _ in scope["headers"])


class Forwarded:
    """What a named proxy says of how it was asked, over https and by which name, holds further in.

    What is said by others goes no further, nor what nobody says but Gradio to itself: it would
    believe any of it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            named = proxied(scope)
            kept = [each for each in scope["headers"] if _is_kept(each[0], named)]
            asked = Headers(scope=scope)
            scope = {**scope, "headers": kept, HANDED_ON: handed_on(scope)}
            scheme, host = (_last(asked, f"x-forwarded-{name}") for name in ("proto", "host"))
            if named and scheme in ("http", "https"):
                scope["scheme"] = scheme
            if named and HOST.fullmatch(host):
                MutableHeaders(scope=scope)["Host"] = host
        await self.app(scope, receive, send)


def _is_proxys(name: bytes) -> bool:
    return name.startswith(b"x-forwarded-") or name in (b"forwarded", b"via", b"x-real-ip")


def _is_kept(name: bytes, named: bool) -> bool:
    """Whether a header goes further in: none that a proxy writes, unless it is a named one's."""
    if name in (b"x-forwarded-proto", b"x-forwarded-host", b"x-gradio-server"):
        return False
    return named or not (name.startswith(b"x-forwarded-") or name in (b"forwarded", b"x-real-ip"))


def _last(headers: Headers, name: str) -> str:
    """What the proxy before the app has said, after what it was told by others."""
    return headers.get(name, "").rpartition(",")[2].strip()


def _is_named(one: IPv4Address | IPv6Address) -> bool:
    named = settings.PROXIES.of() or (OF_A_SPACE if settings.SPACE.of() else ())
    return any(one in network for network in named)


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
