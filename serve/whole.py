"""An answer that is read whole and changed before it is sent, for the layers that dress pages."""

from __future__ import annotations

from collections.abc import Callable

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

Change = Callable[[int, MutableHeaders, bytes], bytes | None]
"""(status, headers, body) → the body to send; None leaves the answer as it is."""


async def changed(
    app: ASGIApp,
    scope: Scope,
    receive: Receive,
    send: Send,
    change: Change,
) -> None:
    """Ask `app`, and send what `change` makes of its answer."""
    start: Message = {}
    body = b""

    async def gathered(message: Message) -> None:
        nonlocal start, body
        if message["type"] == "http.response.start":
            start = message
            return
        body += message.get("body", b"")
        if message.get("more_body", False):
            return
        headers = MutableHeaders(scope=start)
        made = change(start["status"], headers, body)
        if made is not None:
            body = made
            headers["Content-Length"] = str(len(body))
        await send(start)
        await send({"type": "http.response.body", "body": body})

    await app(scope, receive, gathered)
