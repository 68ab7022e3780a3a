"""Where the app listens and answers: HOST, PORT and OPENBOOK_ROOT, and one clear sentence when that
cannot be."""

from __future__ import annotations

import errno
import os
import re
import socket
from collections.abc import Mapping

PORT = 7860
ROOT = re.compile(r"(/[\w.~-]+)+", re.ASCII)

FIRST_PARTS = {
    *("fr", "en", "lab", "labo", "panels", "fragments", "embed", "exercises", "sheets", "keys"),
    *("api", "runs", "dress", "line", "healthz", "assets", "static", "gradio_api"),
    *("theme.css", "manifest.json", "favicon.ico", "robots.txt"),
}
"""What comes first in the addresses of the book: a root like it could not be told from them."""


class DoorError(Exception):
    """The app cannot listen there; the message says in one sentence why.

    `kind` names the reason for those who say it in other words: "number", "taken", "reserved",
    "host", "root" or "own"; `values` are what belongs to it.
    """

    def __init__(self, message: str, kind: str, **values: str) -> None:
        super().__init__(message)
        self.kind = kind
        self.values = values


def door(environment: Mapping[str, str] = os.environ) -> tuple[str, int]:
    """The host and the port to listen on, known to be free.

    Without HOST the app answers this machine only; a Space, which is reached through its own
    container's network, answers everybody. Raises DoorError.
    """
    host = environment.get("HOST") or ("0.0.0.0" if environment.get("SPACE_ID") else "127.0.0.1")
    port = _number(environment.get("PORT") or str(PORT))
    _check_root(environment.get("OPENBOOK_ROOT", "").rstrip("/"))
    try:
        with socket.socket() as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind((host, port))
    except OSError as reason:
        raise _error(host, port, reason) from None
    return host, port


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 65536):
        sentence = f"PORT must be a number from 1 to 65535, not {text!r}."
        raise DoorError(sentence, "number", given=text)
    return int(text)


def _check_root(root: str) -> None:
    if root and ROOT.fullmatch(root) is None:
        sentence = f"OPENBOOK_ROOT must be the beginning of an address, as /gpt is, not {root!r}."
        raise DoorError(sentence, "root", given=root)
    if root.strip("/").partition("/")[0] in FIRST_PARTS:
        sentence = f"OPENBOOK_ROOT={root} is an address of the book itself: choose another."
        raise DoorError(sentence, "own", given=root)


def _error(host: str, port: int, reason: OSError) -> DoorError:
    here, other = str(port), str(port % 65535 + 1)
    if reason.errno == errno.EADDRINUSE:
        sentence = f"Port {here} is taken by another program: choose one with PORT={other}."
        return DoorError(sentence, "taken", port=here, other=other)
    if reason.errno == errno.EACCES:
        sentence = f"Port {here} is reserved for the system: choose one above 1023 with PORT=7860."
        return DoorError(sentence, "reserved", port=here)
    return DoorError(f"HOST={host} is not an IPv4 address of this machine.", "host", host=host)
