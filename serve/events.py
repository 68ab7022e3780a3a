"""What the lab's page may send: an event that is there, with as many values as it reads.

Gradio looks at little of what it is sent, and what is wrong with it would be a fault of its own, in
full length in the log. Here an event is looked at before, and only what is known of one goes on.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from typing import Any

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serve.errors import answer

EVENT = "/gradio_api/run/predict"

SESSION = re.compile(r"[\w-]{1,64}", re.ASCII)
DEEPEST = 3
"""Lists and objects within each other in a value; the page's own have one at most."""


class Events:
    """422 for what is no event of the lab; `events` tells how many values each of them reads."""

    def __init__(self, app: ASGIApp, events: Mapping[int, int]) -> None:
        self.app = app
        self.events = events

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] == EVENT and scope["method"] == "POST":
            await self._passed_on(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _passed_on(self, scope: Scope, receive: Receive, send: Send) -> None:
        sent, more = b"", True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            sent, more = sent + message.get("body", b""), message.get("more_body", False)
        event = self._checked(sent)
        if event is None:
            await answer(scope, 422)(scope, receive, send)
            return
        body = json.dumps(event).encode()
        scope = {**scope, "headers": list(scope["headers"])}
        MutableHeaders(scope=scope)["Content-Length"] = str(len(body))
        arrived: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

        async def again() -> Message:
            return arrived.pop() if arrived else await receive()

        await self.app(scope, again, send)

    def _checked(self, sent: bytes) -> dict[str, Any] | None:
        """What is known of an event that was sent; None when it is not one."""
        try:
            told = json.loads(sent)
        except (ValueError, RecursionError):
            return None
        if not isinstance(told, dict) or type(told.get("fn_index")) is not int:
            return None
        values, session = told.get("data"), told.get("session_hash")
        known = (
            isinstance(values, list)
            and len(values) == self.events.get(told["fn_index"])
            and plain(values, DEEPEST + 1)
            and plain(told.get("event_data"))
            and (session is None or (isinstance(session, str) and SESSION.fullmatch(session)))
        )
        names = ("data", "event_data", "fn_index", "session_hash")
        return {name: told.get(name) for name in names} if known else None


def plain(value: Any, deep: int = DEEPEST) -> bool:
    """Whether a value is one that JSON has a word for, and not too many lie within each other."""
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, (list, dict)):
        inside = value.values() if isinstance(value, dict) else value
        return deep > 0 and all(plain(each, deep - 1) for each in inside)
    return True
