"""Where the app listens: HOST and PORT, and one clear sentence when that cannot be."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Mapping

PORT = 7860


class DoorError(Exception):
    """The app cannot listen there; the message says in one sentence why."""


def door(environment: Mapping[str, str] = os.environ) -> tuple[str, int]:
    """The host and the port to listen on, known to be free.

    Without HOST the app answers this machine only; a Space, which is reached through its own
    container's network, answers everybody. Raises DoorError.
    """
    host = environment.get("HOST") or ("0.0.0.0" if environment.get("SPACE_ID") else "127.0.0.1")
    port = _number(environment.get("PORT") or str(PORT))
    try:
        with socket.socket() as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind((host, port))
    except OSError as reason:
        raise DoorError(_sentence(host, port, reason)) from None
    return host, port


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 65536):
        raise DoorError(f"PORT must be a number from 1 to 65535, not {text!r}.")
    return int(text)


def _sentence(host: str, port: int, reason: OSError) -> str:
    if reason.errno == errno.EADDRINUSE:
        return f"Port {port} is taken by another program: choose one with PORT={port % 65535 + 1}."
    if reason.errno == errno.EACCES:
        return f"Port {port} is reserved for the system: choose one above 1023 with PORT=7860."
    return f"HOST={host} is not an IPv4 address of this machine."
