"""app.py as a process: it opens without a network, on a Space too, and leaves when it is told."""

from __future__ import annotations

import signal
from pathlib import Path

import httpx
import pytest

from tests.conftest import start, wait_until_ready
from tests.ports import free_port

ON_A_SPACE = {"SYSTEM": "spaces", "SPACE_ID": "someone/book", "GRADIO_SSR_MODE": "True"}


@pytest.mark.parametrize("environment", [{}, ON_A_SPACE])
def test_ctrl_c_ends_it_with_zero_even_while_it_streams(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    port = free_port()
    process = start(port, tmp_path, **environment)
    try:
        address = wait_until_ready(process, port, tmp_path)
        with httpx.stream(
            "GET", f"{address}/gradio_api/heartbeat/abc", trust_env=False, timeout=30
        ) as open_stream:
            assert next(open_stream.iter_text()) == "data: ALIVE\n\n"
            process.send_signal(signal.SIGINT)
            assert process.wait(timeout=30) == 0
    finally:
        process.kill()
        process.wait()
    said = (tmp_path / "log").read_text("utf-8").splitlines()
    host = "localhost" if environment else "127.0.0.1"
    assert said == [f"Le labo est ouvert · The lab is open: http://{host}:{port}/"]
    assert not (tmp_path / "foreign hosts").exists()
