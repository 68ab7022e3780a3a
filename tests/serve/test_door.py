"""serve/door.py: where the app listens."""

from __future__ import annotations

import os
import socket
import subprocess
import sys

import pytest

from serve.door import DoorError, door
from tests.conftest import ROOT
from tests.ports import free_port


def test_this_machine_only_unless_told_otherwise() -> None:
    port = str(free_port())
    assert door({"PORT": port}) == ("127.0.0.1", int(port))


def test_host_and_port_are_respected() -> None:
    port = str(free_port())
    assert door({"HOST": "0.0.0.0", "PORT": port}) == ("0.0.0.0", int(port))


def test_a_space_answers_everybody() -> None:
    port = str(free_port())
    assert door({"SPACE_ID": "someone/book", "PORT": port})[0] == "0.0.0.0"


def test_a_host_that_is_not_here() -> None:
    with pytest.raises(DoorError, match=r"HOST=192\.0\.2\.1 is not an IPv4 address of this"):
        door({"HOST": "192.0.2.1", "PORT": str(free_port())})


def test_a_taken_port_is_told_in_one_sentence() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        told = subprocess.run(
            [sys.executable, "app.py"],
            cwd=ROOT,
            env={**os.environ, "HOST": "127.0.0.1", "PORT": str(port)},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    assert told.returncode == 1
    assert told.stderr.splitlines() == [
        f"Port {port} is taken by another program: choose one with PORT={port + 1}."
    ]
