"""`/runs/<language>`: a run of the lab, a line of JSON for every token, as the API writes a text.

The lines are the answer to the one who asked: no name of a session leads to them, and a run whose
reader has left, or reads no further, is not computed any further.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from serve.api import is_json, streamed
from serve.client import address
from serve.errors import answer
from serve.events import plain
from serve.language import LANGUAGES, language_of
from serve.line import Line

TOKENS = 40
PACE = 0.05
"""Seconds between two tokens of a run: fast enough to read along, slow enough to see it grow."""

Longer = Callable[[str, Any, Any], Awaitable[tuple[str, str] | None]]
"""(language, what the page keeps, what stands in its box) → what it keeps one token later, and the
text as it is drawn then; None when the text is over."""


def run_routes(longer: Longer, line: Line) -> list[BaseRoute]:
    """The address of a run in each language."""

    async def run(request: Request) -> Response:
        try:
            sent = json.loads(await request.body()) if is_json(request) else None
        except (ValueError, RecursionError):
            sent = None
        if not isinstance(sent, dict) or not plain(sent):
            return answer(request.scope, 422 if is_json(request) else 415)
        client, language = address(request.scope), language_of(request.scope)
        return streamed(lines(client, language, sent.get("memory"), sent.get("prompt")), language)

    async def lines(client: str, language: str, memory: Any, prompt: Any) -> AsyncIterator[bytes]:
        for _ in range(TOKENS):
            async with line.place(client):
                after = await longer(language, memory, prompt)
            if after is None:
                return
            memory, text = after
            yield json.dumps({"memory": memory, "text": text}).encode() + b"\n"
            await asyncio.sleep(PACE)

    return [Route(f"/runs/{language}", run, methods=["POST"]) for language in LANGUAGES]
