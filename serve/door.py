"""Where the app listens: HOST and PORT, and one clear sentence when that cannot be."""

from __future__ import annotations

import errno
import socket
from collections.abc import Mapping

from livre_ouvert import settings


class DoorError(Exception):
    """The app cannot listen there; the message says in one sentence why.

    `kind` names the reason for those who say it in other words: "taken", "reserved" or "host";
    `values` are what belongs to it.
    """

    def __init__(self, message: str, kind: str, **values: str) -> None:
        super().__init__(message)
        self.kind = kind
        self.values = values


def door(environment: Mapping[str, str] = settings.ENVIRONMENT) -> tuple[str, int]:
    """The host and the port to listen on, known to be free.

    Without HOST the app answers this machine only; a Space, which is reached through its own
    container's network, answers everybody. Raises DoorError, and SettingError for no port.
    """
    everybody = settings.SPACE.of(environment)
    host = settings.HOST.of(environment) or ("0.0.0.0" if everybody else "127.0.0.1")
    port = settings.PORT.of(environment)
    try:
        with socket.socket() as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind((host, port))
    except OSError as reason:
        raise _error(host, port, reason) from None
    return host, port


def _error(host: str, port: int, reason: OSError) -> DoorError:
    here, other = str(port), str(port % 65535 + 1)
    if reason.errno == errno.EADDRINUSE:
        sentence = f"Port {here} is taken by another program: choose one with PORT={other}."
        return DoorError(sentence, "taken", port=here, other=other)
    if reason.errno == errno.EACCES:
        sentence = f"Port {here} is reserved for the system: choose one above 1023 with PORT=7860."
        return DoorError(sentence, "reserved", port=here)
    return DoorError(f"HOST={host} is not an IPv4 address of this machine.", "host", host=host)
