"""`?projector=1`: a page, a panel or the lab before a class, in large type, nothing else beside it.

The page is marked, gets a stylesheet and a script, and the frame of its slides; a page that is not
asked for in this way carries none of it.
"""

from __future__ import annotations

import re
from typing import Any

from starlette.datastructures import MutableHeaders, QueryParams
from starlette.types import ASGIApp, Receive, Scope, Send

from livre_ouvert import rooted
from serve import dress
from serve.language import LANGUAGES, Language, language_of
from serve.parts import templates_of, words_for
from serve.whole import changed

NAME, ON = "projector", "1"
"""The parameter of an address, and the value that asks for it."""

PLACES = re.compile(r"/(?:fr|en)/.*|/panels/(?:fr|en)/\w+|/labo?")
LABS = {"/labo": "/lab", "/lab": "/labo"}
PART = re.compile(r"/(?:fr|en)/")
FORM = re.compile(r'<form class="livre live"[^>]*>')
KEPT = f'<input type="hidden" name="{NAME}" value="{ON}">'
"""What a form asks for, with a script or without, is shown in the same way."""
NOT_ITS_OWN = ("etag", "last-modified")
"""Of the file that the answer was made of, which another stylesheet would leave as it is."""
NOT_FOR_IT = (b"accept-encoding", b"range", b"if-none-match", b"if-modified-since")
"""What a browser may ask of that file: here the whole of it is read, as it stands."""


class Projector:
    """Dresses the pages that are asked for with the parameter; everything else passes untouched."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not wanted(scope):
            await self.app(scope, receive, send)
            return
        headers = [each for each in scope["headers"] if each[0] not in NOT_FOR_IT]

        def dressed(status: int, told: MutableHeaders, page: bytes) -> bytes | None:
            if status != 200 or not told.get("content-type", "").startswith("text/html"):
                return None
            for name in NOT_ITS_OWN:
                if name in told:
                    del told[name]
            return projected(page.decode(), language_of(scope), scope["path"]).encode()

        await changed(self.app, {**scope, "headers": headers}, receive, send, dressed)


def wanted(scope: Scope) -> bool:
    """Whether a request asks for one of our pages to be projected."""
    return (
        scope["type"] == "http"
        and scope["method"] == "GET"
        and PLACES.fullmatch(scope["path"]) is not None
        and QueryParams(scope["query_string"]).get(NAME) == ON
    )


def projected(page: str, language: Language, path: str) -> str:
    """A page of ours with the mark, the dress and the frame of what is projected."""
    page = page.replace("<html", "<html data-projector", 1)
    page = page.replace("</head>", dress.versioned(_drawn("head.html", language)) + "</head>", 1)
    if f'name="{NAME}"' not in page:  # a panel may have a control of that name
        page = FORM.sub(lambda form: form[0] + KEPT, page)
    before, end, after = page.rpartition("</body>")
    return before + _drawn("slides.html", language, other=_other(path)) + end + after


def _drawn(template: str, language: Language, **given: Any) -> str:
    (other,) = (each for each in LANGUAGES if each != language)
    words = words_for("projector", language)
    page = templates_of("projector").get_template(template)
    return rooted(page.render(words=words, other_language=other, **given))


def _other(path: str) -> str:
    """The same place in the other language."""
    if path in LABS:
        return LABS[path]
    return PART.sub(lambda part: "/en/" if part[0] == "/fr/" else "/fr/", path, count=1)
