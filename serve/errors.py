"""What a reader is told when there is no answer: one sentence in their language, no traceback."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Any

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from livre_ouvert import rooted
from serve import dress
from serve.language import API, Language, language_of
from serve.parts import templates_of, words_for

HOMES: dict[Language, str] = {"fr": "/fr/", "en": "/en/"}

KEPT = ("allow", "content-range", "retry-after")
"""What a library's refusal tells beside its words."""

log = logging.getLogger(__name__)


def answer(scope: Scope, status: int) -> Response:
    """The answer to a request that has none: a page, or JSON where a script asked."""
    language = language_of(scope)
    words = words_for("errors", language)
    sentence = words["errors"].get(str(status), words["errors"]["other"])
    if scope["path"].startswith(API):
        return _for_a_program(status, language, words["api"])
    if scope["path"].startswith("/gradio_api/"):
        return JSONResponse({"detail": _both(status)}, status)
    page = templates_of("errors").get_template("page.html")
    drawn = page.render(
        language=language,
        words=words,
        status=status,
        sentence=sentence,
        stylesheet=dress.address("errors/page.css"),
        home=HOMES[language],
    )
    return HTMLResponse(rooted(drawn), status)


async def on_http_exception(request: Request, error: Exception) -> Response:
    """The answer to an HTTPException; those without a body, and their headers, are kept."""
    assert isinstance(error, HTTPException)
    if error.status_code < 400 or error.status_code in (HTTPStatus.NO_CONTENT,):
        return Response(status_code=error.status_code, headers=error.headers)
    response = answer(request.scope, error.status_code)
    response.headers.update(error.headers or {})
    return response


async def on_invalid(request: Request, _error: Exception) -> Response:
    """The answer to what Gradio cannot read; what was sent is not repeated."""
    return answer(request.scope, 422)


class Faults:
    """Whatever goes wrong further in is logged, and answered as a 500.

    What a library refuses in words of its own is said in ours. An answer that has begun is broken
    off: nobody must take it for a whole one.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False
        refused: Response | None = None

        async def watched(message: Message) -> None:
            nonlocal started, refused
            if message["type"] == "http.response.start":
                refused = _refused(scope, message)
                started = refused is None
            if started:
                await send(message)

        try:
            await self.app(scope, receive, watched)
        except Exception:
            log.exception("%s %s failed", scope["method"], scope["path"])
            refused = answer(scope, 500)
        if refused is not None and not started:
            await refused(scope, receive, send)


def _refused(scope: Scope, message: Message) -> Response | None:
    """Our answer in place of one that says no in a library's own plain words.

    A part of a file that cannot be read from the request is one that is not there.
    """
    told = Headers(raw=message["headers"])
    status = message["status"]
    if status < 400 or not told.get("content-type", "").startswith("text/plain"):
        return None
    if status == 400 and "range" in Headers(scope=scope):
        status = 416
    response = answer(scope, status)
    response.headers.update({name: told[name] for name in KEPT if name in told})
    return response


def _for_a_program(status: int, language: Language, words: dict[str, Any]) -> Response:
    """A code and a sentence, as everything under `/api/v1/` says why it does not answer."""
    told = {"error": {**words.get(str(status), words["other"]), "where": None}}
    headers = {"Content-Language": language, "Vary": "Accept-Language"}
    return JSONResponse(told, status, headers | {"Cache-Control": "no-store"})


def _both(status: int) -> str:
    """A sentence for a script, which knows no language: French and English."""
    sentences = (words_for("errors", language)["errors"] for language in HOMES)
    return " · ".join(each.get(str(status), each["other"]) for each in sentences)
