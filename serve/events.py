"""What the lab's page may send: an event that is there, with as many values as it reads.

Gradio looks at little of what it is sent, and what is wrong with it would be a fault of its own, in
full length in the log. Here an event is looked at before, and only what is known of one goes on.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import MutableHeaders, QueryParams
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serve.errors import answer
from serve.line import whole

DIRECT, QUEUED = "/gradio_api/run/predict", "/gradio_api/queue/join"
STREAM = "/gradio_api/queue/data"

SESSION = re.compile(r"[\w-]{1,64}", re.ASCII)
DEEPEST = 3
"""Lists and objects within each other in a value; the page's own have one at most."""


@dataclass(frozen=True)
class Event:
    """How many values an event reads, and whether it waits in Gradio's queue."""

    reads: int
    queued: bool


class Events:
    """422 for what is no event of the lab, 404 for a stream that nobody has begun."""

    def __init__(
        self, app: ASGIApp, events: Mapping[int, Event], begun: Callable[[str], bool]
    ) -> None:
        self.app = app
        self.events = events
        self.begun = begun

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"] if scope["type"] == "http" else ""
        if path == STREAM and not self.begun(_session_of(scope)):
            await answer(scope, 404)(scope, receive, send)
        elif path in (DIRECT, QUEUED) and scope["method"] == "POST":
            await self._passed_on(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _passed_on(self, scope: Scope, receive: Receive, send: Send) -> None:
        messages = await whole(receive)
        if messages is None:
            return
        sent = b"".join(message.get("body", b"") for message in messages)
        event = self._checked(sent, queued=scope["path"] == QUEUED)
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

    def _checked(self, sent: bytes, queued: bool) -> dict[str, Any] | None:
        """What is known of an event that was sent; None when it is not one."""
        try:
            told = json.loads(sent)
        except (ValueError, RecursionError):
            return None
        if not isinstance(told, dict) or type(told.get("fn_index")) is not int:
            return None
        event = self.events.get(told["fn_index"])
        values, session = told.get("data"), told.get("session_hash")
        known = (
            event is not None
            and event.queued == queued
            and isinstance(values, list)
            and len(values) == event.reads
            and _plain(values, DEEPEST + 1)
            and _plain(told.get("event_data"), DEEPEST)
            and (session is None or (isinstance(session, str) and SESSION.fullmatch(session)))
        )
        names = ("data", "event_data", "fn_index", "session_hash")
        return {name: told.get(name) for name in names} if known else None


def _session_of(scope: Scope) -> str:
    return QueryParams(scope["query_string"]).get("session_hash", "")


def _plain(value: Any, deep: int) -> bool:
    """Whether a value is one that JSON has a word for, and not too many lie within each other."""
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, (list, dict)):
        inside = value.values() if isinstance(value, dict) else value
        return deep > 0 and all(_plain(each, deep - 1) for each in inside)
    return True
