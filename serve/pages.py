"""The pages of the story, as they were built: `/fr/…` and `/en/…`, squeezed once like all dress."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from serve.dress import squeezed
from serve.headers import DRAWN_POLICY

INLINE = re.compile(r"<script>(.*?)</script>", re.DOTALL)


def page_routes(build: Path, languages: tuple[str, ...]) -> list[BaseRoute]:
    """A folder of pages per language; only the scripts that were built into them may run."""
    policy = DRAWN_POLICY.replace(
        "script-src 'self'", " ".join(["script-src 'self'", *sorted(set(_scripts(build)))])
    ).replace("connect-src 'self'", "connect-src 'self'; worker-src 'self'")
    return [
        Mount(f"/{language}", Pages(directory=build / language, html=True, policy=policy))
        for language in languages
    ]


def _scripts(build: Path) -> Iterator[str]:
    """The hash of every script that stands in a page itself, as a policy names it."""
    for page in build.rglob("*.html"):
        for script in INLINE.findall(page.read_text("utf-8")):
            digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
            yield f"'sha256-{digest}'"


class Pages(StaticFiles):
    """A folder of pages under one content security policy."""

    def __init__(self, *, directory: Path, html: bool, policy: str) -> None:
        super().__init__(directory=directory, html=html)
        self.policy = policy

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        if isinstance(response, FileResponse):
            response = await squeezed(response, Path(response.path), scope)
        response.headers["Content-Security-Policy"] = self.policy
        return response
