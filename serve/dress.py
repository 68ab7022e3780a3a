"""`/dress/…`: the fonts, styles and scripts of `site/assets`.

An address that carries its file's own version (`?v=` and the start of the content's SHA-256) may be
kept for ever; without a version, or with another, the browser asks again each time. Styles and
scripts are squeezed once, as small as Brotli can make them: a page is weighed by them.
"""

from __future__ import annotations

import asyncio
import hashlib
import mimetypes
import os
import re
from functools import cache
from pathlib import Path

import brotli
from starlette.datastructures import Headers, QueryParams
from starlette.responses import Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from livre_ouvert import HOUSE, root, rooted

ASSETS = HOUSE / "site" / "assets"
FOR_EVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"

PAGE = ".html"
SQUEEZED = (".css", ".js", PAGE)

UNVERSIONED = re.compile(r'"([\w./~-]*)/dress/([^"?]+)"')

mimetypes.add_type("font/woff2", ".woff2")
mimetypes.add_type("text/javascript", ".js")
"""Not every machine knows these, and browsers refuse a script under another type."""


def address(path: str) -> str:
    """The address of a file of `site/assets`, with its version: `errors/page.css` → `/dress/…?v=…`.

    Raises FileNotFoundError.
    """
    return f"/dress/{path}?v={version(ASSETS / path)}"


def versioned(markup: str) -> str:
    """Our own markup, the version added to each `/dress/…` address of a file that is there."""

    def with_version(found: re.Match[str]) -> str:
        above, path = found.groups()
        return f'"{above}{address(path)}"' if (ASSETS / path).is_file() else found[0]

    return UNVERSIONED.sub(with_version, markup)


def version(file: Path) -> str:
    """The first 12 hexadecimal digits of the SHA-256 of what the file holds now."""
    return _version(file, os.stat(file).st_mtime_ns)


@cache
def _version(file: Path, _changed: int) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()[:12]


@cache
def _held(file: Path, _changed: int) -> bytes:
    return rooted(file.read_text("utf-8")).encode() if file.suffix == PAGE else file.read_bytes()


@cache
def _squeezed(file: Path, changed: int) -> bytes:
    return bytes(brotli.compress(_held(file, changed), mode=brotli.MODE_TEXT))


async def squeezed(response: Response, file: Path, scope: Scope) -> Response:
    """The answer that holds a file, as small as Brotli makes it where the browser reads that.

    A page below a root is not sent as it lies there, however it is asked for.
    """
    if response.status_code != 200 or scope["method"] != "GET" or file.suffix not in SQUEEZED:
        return response
    smaller = "br" in Headers(scope=scope).get("Accept-Encoding", "")
    if not smaller and not (root() and file.suffix == PAGE):
        return response
    body = await asyncio.to_thread(_squeezed if smaller else _held, file, os.stat(file).st_mtime_ns)
    kept = {name: response.headers[name] for name in ("etag", "last-modified")}
    made = Response(body, media_type=response.media_type, headers=kept)
    if smaller:
        made.headers["Content-Encoding"] = "br"
    made.headers["Vary"] = "Accept-Encoding"
    return made


class Dress(StaticFiles):
    """The files of a folder, kept by the browser for ever when asked for by their version."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        file = ASSETS / path
        response = await squeezed(response, file, scope)
        asked = QueryParams(scope["query_string"]).get("v")
        known = asked is not None and asked == version(file)
        response.headers["Cache-Control"] = FOR_EVER if known else ASK_AGAIN
        response.headers["Access-Control-Allow-Origin"] = "*"  # fonts of a sandboxed frame
        return response


def dress() -> Mount:
    """The route of all dress."""
    return Mount("/dress", Dress(directory=ASSETS))
