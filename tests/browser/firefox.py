"""Firefox as its distribution ships it, driven by WebDriver BiDi, which it speaks by itself.

Playwright drives a Firefox of its own making; this one is the reader's. The protocol is the W3C's:
commands and events as JSON over one WebSocket, which a thread of its own attends to.
"""

from __future__ import annotations

import asyncio
import base64
import itertools
import json
import re
import time
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Coroutine
from pathlib import Path
from threading import Thread
from typing import Any, TypeVar

import aiohttp

PATIENCE = 20.0
"""Seconds that the page may take to show what was asked, on a busy machine."""

BREATH = 0.02
"""Seconds between two looks at a page."""

BETWEEN = re.compile("no such frame|destroyed|unloaded")
LISTENING = re.compile(r"WebDriver BiDi listening on (ws://\S+)")
EVENTS = ["log.entryAdded", "network.beforeRequestSent", "network.responseCompleted"]
PREFERENCES: dict[str, bool | int | str] = {
    "dom.ipc.processCount": 1,
    "dom.ipc.processPrelaunch.enabled": False,
    "intl.accept_languages": "en-US, en",
    "ui.systemUsesDarkTheme": 0,
    "ui.useOverlayScrollbars": 1,
}
"""One small, light, English browser. What remote control asks for, Firefox sets by itself."""

ENTER, ARROW_RIGHT = "\ue007", "\ue014"

T = TypeVar("T")


class FirefoxError(Exception):
    """Firefox did not do what it was told; the message has its own words."""


class Firefox:
    """A browser with nothing in it, and one tab after another."""

    def __init__(self, executable: str, folder: Path, **preferences: bool | int | str) -> None:
        lines = (PREFERENCES | preferences).items()
        (folder / "user.js").write_text(
            "".join(f"user_pref({json.dumps(name)}, {json.dumps(is_)});\n" for name, is_ in lines)
        )
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, name="firefox", daemon=True)
        self._thread.start()
        self._numbers = itertools.count(1)
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._tabs: dict[str, Tab] = {}
        self._run(self._open(executable, folder))

    def command(self, method: str, **parameters: Any) -> dict[str, Any]:
        """What a command gives. Raises FirefoxError when it is refused."""
        return self._run(self._sent(method, parameters))

    def tab(self, width: int = 1280, height: int = 720) -> Tab:
        """A new tab of a reader who was never here: nothing is kept of those before."""
        reader = str(self.command("browser.createUserContext")["userContext"])
        created = self.command("browsingContext.create", type="tab", userContext=reader)
        context = str(created["context"])
        self._tabs[context] = tab = Tab(self, context, reader)
        tab.size(width, height)
        return tab

    def close(self) -> None:
        """Leave nothing running."""
        self._run(self._shut())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _run(self, doing: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(doing, self._loop).result(3 * PATIENCE)

    async def _open(self, executable: str, folder: Path) -> None:
        asked = ["--headless", "--no-remote", "--profile", str(folder)]
        self._process = await asyncio.create_subprocess_exec(
            executable, *asked, "--remote-debugging-port", "0", stdout=DEVNULL, stderr=PIPE
        )
        address = await asyncio.wait_for(_listening(self._process), 2 * PATIENCE)
        self._session = aiohttp.ClientSession()
        self._socket = await self._session.ws_connect(f"{address}/session", max_msg_size=0)
        self._reading = asyncio.create_task(self._read())
        self._noise = asyncio.create_task(_drained(self._process))
        await self._sent("session.new", {"capabilities": {}})
        await self._sent("session.subscribe", {"events": EVENTS})

    async def _sent(self, method: str, parameters: dict[str, Any]) -> dict[str, Any]:
        number = next(self._numbers)
        answer: asyncio.Future[dict[str, Any]] = self._loop.create_future()
        self._answers[number] = answer
        await self._socket.send_json({"id": number, "method": method, "params": parameters})
        said = await asyncio.wait_for(answer, 2 * PATIENCE)
        if said["type"] == "error":
            raise FirefoxError(f"{method}: {said['error']}: {said['message']}")
        result: dict[str, Any] = said["result"]
        return result

    async def _read(self) -> None:
        """Hand on what Firefox says; whoever still waits when it says no more is told so."""
        try:
            async for message in self._socket:
                self._hear(json.loads(message.data))
        finally:
            for waiting in self._answers.values():
                if not waiting.done():
                    waiting.set_exception(FirefoxError("Firefox has gone"))

    def _hear(self, said: dict[str, Any]) -> None:
        if said["type"] == "event":
            told = said["params"]
            context = told.get("context") or told.get("source", {}).get("context")
            if context in self._tabs:
                self._tabs[context].told(said["method"], told)
        elif said["id"] in self._answers:
            waiting = self._answers.pop(said["id"])
            if not waiting.done():
                waiting.set_result(said)

    async def _shut(self) -> None:
        self._process.terminate()
        await self._session.close()
        await self._process.wait()
        await asyncio.gather(self._reading, self._noise)


class Tab:
    """One page; `wrong` is what went wrong on it: the console, scripts, foreign hosts, refusals."""

    def __init__(self, browser: Firefox, context: str, reader: str) -> None:
        self._browser = browser
        self._context = context
        self._reader = reader
        self.home = ""
        self.wrong: list[str] = []

    def told(self, event: str, what: dict[str, Any]) -> None:
        """Hear of something that happened on the page."""
        if event == "log.entryAdded":
            if what["level"] in ("error", "warn"):
                self.wrong.append(f"console {what['level']}: {what['text']}")
            return
        address = what["request"]["url"]
        if not address.startswith((f"{self.home}/", "data:", "blob:", "about:")):
            self.wrong.append(f"foreign host: {address}")
        if event == "network.responseCompleted" and what["response"]["status"] >= 400:
            self.wrong.append(f"status {what['response']['status']}: {address}")

    def goto(self, address: str) -> None:
        """Go to an address of the app, or to a whole one, and wait until all of it is loaded."""
        url = f"{self.home}{address}" if address.startswith("/") else address
        self.do("browsingContext.navigate", url=url, wait="complete")

    def size(self, width: int, height: int) -> None:
        """The part of the page that is seen, in CSS pixels."""
        self.do("browsingContext.setViewport", viewport={"width": width, "height": height})

    def evaluate(self, expression: str) -> Any:
        """What a JavaScript expression gives, or what its promise comes to, as JSON holds it."""
        said = self._browser.command(
            "script.evaluate",
            expression=f"(async () => JSON.stringify((await ({expression})) ?? null))()",
            target={"context": self._context},
            awaitPromise=True,
        )
        if said["type"] != "success":
            raise FirefoxError(said["exceptionDetails"]["text"])
        return json.loads(said["result"]["value"])

    def until(self, expression: str) -> Any:
        """Ask until a JavaScript expression gives something true, over navigations too.

        A page that is left for another never keeps a promise: what waits, waits here.
        """
        asked = f"(() => {{ try {{ return {expression}; }} catch {{ return null; }} }})()"
        most = time.monotonic() + PATIENCE
        while time.monotonic() < most:
            try:
                found = self.evaluate(f"(is => is instanceof Node || is)({asked})")
            except FirefoxError as reason:  # between two pages
                if not BETWEEN.search(str(reason)):
                    raise
            else:
                if found:
                    return found
            time.sleep(BREATH)
        raise AssertionError(f"never so: {expression}\nwrong: {self.wrong}")

    def text(self, selector: str) -> str:
        """The text of the first element, as it is seen."""
        return str(self.until(f"document.querySelector({json.dumps(selector)}).innerText"))

    def click(self, selector: str) -> None:
        """Press the first element of a selector with the mouse, where it is, once it is at rest."""
        quoted = json.dumps(selector)
        self.until(f"document.querySelector({quoted})?.checkVisibility()")
        self.evaluate(
            f"document.querySelector({quoted})"
            ".scrollIntoView({ block: 'center', behavior: 'instant' })"
        )
        found = self.do(
            "browsingContext.locateNodes",
            locator={"type": "css", "value": selector},
            maxNodeCount=1,
        )["nodes"]
        origin = {"type": "element", "element": {"sharedId": found[0]["sharedId"]}}
        moves = [
            {"type": "pointerMove", "x": 0, "y": 0, "origin": origin},
            {"type": "pointerDown", "button": 0},
            {"type": "pointerUp", "button": 0},
        ]
        self.do(
            "input.performActions", actions=[{"type": "pointer", "id": "mouse", "actions": moves}]
        )

    def press(self, keys: str) -> None:
        """Type, character by character, into what has the focus."""
        strokes = [{"type": kind, "value": key} for key in keys for kind in ("keyDown", "keyUp")]
        self.do("input.performActions", actions=[{"type": "key", "id": "keys", "actions": strokes}])

    def write(self, selector: str, text: str) -> None:
        """Type a text into a field in place of what stands in it."""
        self.click(selector)
        self.evaluate(f"document.querySelector({json.dumps(selector)}).select()")
        self.press(text)

    def picture(self, file: Path, whole: bool = False) -> None:
        """What is seen, or all of the page, as a PNG."""
        taken = self.do(
            "browsingContext.captureScreenshot", origin="document" if whole else "viewport"
        )
        file.write_bytes(base64.b64decode(taken["data"]))

    def close(self) -> None:
        """Close the tab, and forget its reader."""
        self._browser.command("browser.removeUserContext", userContext=self._reader)

    def do(self, method: str, **parameters: Any) -> dict[str, Any]:
        """A command for this tab."""
        return self._browser.command(method, context=self._context, **parameters)


async def _listening(process: Process) -> str:
    """The address that Firefox says it listens at."""
    assert process.stderr is not None
    said = b""
    while line := await process.stderr.readline():
        said += line
        if found := LISTENING.search(line.decode(errors="replace")):
            return found[1]
    raise FirefoxError(f"Firefox did not open: {said.decode(errors='replace')}")


async def _drained(process: Process) -> None:
    """Read what Firefox says on, so that it never waits for a reader."""
    assert process.stderr is not None
    while await process.stderr.readline():
        pass
