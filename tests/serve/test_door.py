"""serve/door.py: where the app listens."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys

import pytest

from livre_ouvert import settings
from livre_ouvert.settings import FIRST_PARTS, SettingError
from serve.door import DoorError, door
from serve.gate import OPEN
from serve.language import API, LANGUAGES
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


@pytest.mark.parametrize("root", ["", "/", "/gpt", "/gpt/", "/courses/nlp/gpt"])
def test_the_book_may_lie_below_an_address(root: str) -> None:
    assert settings.ROOT.of({"OPENBOOK_ROOT": root}) == root.rstrip("/")


@pytest.mark.parametrize("root", ["gpt", "https://x.example/gpt", "/a//b", "/é", "/a b", '/"'])
def test_a_root_that_is_no_address(root: str) -> None:
    with pytest.raises(SettingError, match="OPENBOOK_ROOT takes the beginning of an address"):
        settings.check({"OPENBOOK_ROOT": root})


@pytest.mark.parametrize("root", ["/fr", "/lab/gpt", "/static", "/api"])
def test_a_root_that_the_book_answers_itself(root: str) -> None:
    with pytest.raises(SettingError, match=f"none of the book's, not '{root}'"):
        settings.check({"OPENBOOK_ROOT": root})


def test_every_address_of_the_book_begins_with_a_known_part() -> None:
    """Those of our routes, and those of Gradio's that the gate lets through."""
    code = [path.read_text("utf-8") for path in (ROOT / "serve").glob("*.py")]
    ours = {part for text in code for part in re.findall(r'(?:Route|Mount)\(\s*f?"/(\w+)', text)}
    groups = re.findall(r"^\s*\|?\s*/\(?([\w.\\|]+)", OPEN.pattern, re.MULTILINE)
    gradios = {part for group in groups for part in group.replace("\\", "").split("|")}
    assert ours | gradios | {*LANGUAGES, API.split("/")[1]} == FIRST_PARTS


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
