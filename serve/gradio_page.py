"""Gradio's page, made ours: its language, its title, and scripts that the browser is told to trust.

Gradio serves one English shell for every page. Here the shell gets the language and the title of
its address, loses Gradio's own description of itself, and each inline script gets the nonce of this
answer's content security policy.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Receive, Scope, Send

from livre_ouvert import rooted
from serve.dress import versioned
from serve.headers import FRAMED
from serve.language import Language
from serve.whole import changed

SCRIPT = re.compile(r"<script(?=[\s>])")
SHELL_META = re.compile(r'\s*<meta\s+(?:property="og:|name="twitter:)[^>]*>')

ROOT_KEPT = re.compile(r'"root":"https?://[^/"]*([^"]*)"')
ROOT_READ = re.compile(r'const root = "https?://[^/"]*([^"]*)";')
"""Where Gradio writes down by what name it was asked for. The browser knows that better, whatever
lies in between."""


@dataclass(frozen=True)
class Page:
    """What a page says of itself before any of it is drawn; `head` is markup of our own."""

    language: Language
    title: str
    description: str
    head: str = ""
    no_script: str = ""
    """What stands there without a script; QUERY in its links is the query of the page itself."""


class GradioPages:
    """Dresses the shell of the given addresses; everything else passes untouched."""

    def __init__(self, app: ASGIApp, pages: Mapping[str, Page]) -> None:
        self.app = app
        self.pages = pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        page = self.pages.get(scope["path"]) if scope["type"] == "http" else None
        if page is None:
            await self.app(scope, receive, send)
            return

        def dressed(status: int, headers: MutableHeaders, shell: bytes) -> bytes | None:
            if status != 200:
                return None
            nonce = secrets.token_urlsafe(16)
            headers["Content-Security-Policy"] = policy(nonce)
            asked = scope["query_string"].decode("latin-1")
            return dress(shell.decode(), page, nonce, asked).encode()

        await changed(self.app, scope, receive, send, dressed)


def dress(shell: str, page: Page, nonce: str, asked: str = "") -> str:
    """Gradio's shell with the page's own head, and `nonce` on every script; `asked` is the query.

    `navigator.language` is pinned before Gradio's script runs: from it Gradio takes the language of
    its own few words, and writes it over the page's `lang`.
    """
    first = (
        f"<title>{escape(page.title)}</title>"
        f'<meta name="description" content="{escape(page.description)}">'
        '<script>for (const [name, value] of [["language", "LL"], ["languages", ["LL"]]]) '
        "Object.defineProperty(navigator, name, { get: () => value });</script>"
    ).replace("LL", page.language)
    shell = SHELL_META.sub("", shell)
    shell = ROOT_KEPT.sub(r'"root":"\1"', shell)
    here = r'new URL("\1/", location.href).href.slice(0, -1)'
    shell = ROOT_READ.sub(f"const root = window.gradio_config.root = {here};", shell)
    shell = shell.replace('lang="en"', f'lang="{page.language}"', 1)
    shell = shell.replace('control_page_title="true"', 'control_page_title="false"', 1)
    shell = shell.replace('<meta charset="utf-8" />', f'<meta charset="utf-8" />{first}', 1)
    shell = shell.replace("</head>", f"{versioned(page.head)}</head>", 1)
    without = page.no_script.replace("QUERY", escape(asked))
    shell = shell.replace("<gradio-app", f"{without}<gradio-app", 1)
    return SCRIPT.sub(f'<script nonce="{nonce}"', rooted(shell))


def policy(nonce: str) -> str:
    """The content security policy of a Gradio page; gr.HTML and `js=` need to evaluate text."""
    return (
        f"default-src 'none'; script-src 'self' 'nonce-{nonce}' 'unsafe-eval'; "
        "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
        "connect-src 'self'; manifest-src 'self'; base-uri 'self'; form-action 'self'; "
        "object-src 'none'; frame-src 'self'; " + FRAMED
    )
