"""Where the whole book lies below an address of a site: `OPENBOOK_ROOT=/gpt`.

The proxy before it may pass `/gpt/fr/` on as it came or as `/fr/`: further in, both are `/fr/`.
"""

from __future__ import annotations

from urllib.parse import urlsplit, urlunsplit

from starlette.datastructures import URL, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Root:
    """Takes the root away on the way in, and puts it before the address that somebody is sent to.

    Gradio and Starlette are told where the whole lies, each in its way.
    """

    def __init__(self, app: ASGIApp, root: str) -> None:
        self.app = app
        self.root = root

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        here = URL(scope=scope)
        inside = {**scope, "headers": list(scope["headers"]), "app_root_path": self.root}
        inside["path"] = self._below(scope["path"]) or "/"
        inside["raw_path"] = self._below(scope["raw_path"].decode("latin-1")).encode("latin-1")
        headers = MutableHeaders(scope=inside)
        headers["X-Gradio-Server"] = f"{here.scheme}://{here.netloc}{self.root}"
        if "x-forwarded-host" in headers:  # Gradio would look there instead
            del headers["x-forwarded-host"]

        async def with_root(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if "location" in headers:
                    headers["Location"] = self._above(headers["location"], here.netloc)
            await send(message)

        await self.app(inside, receive, with_root)

    def _below(self, path: str) -> str:
        """An address without the root, where it has it."""
        return path.removeprefix(self.root) if f"{path}/".startswith(f"{self.root}/") else path

    def _above(self, location: str, netloc: str) -> str:
        """An address of ours with the root before it; its host is the one that was asked."""
        to = urlsplit(location)
        if to.netloc not in ("", netloc) or not to.path.startswith("/"):
            return location
        return urlunsplit(to._replace(scheme="", netloc="", path=self.root + to.path))
