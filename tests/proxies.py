"""nginx and Caddy before the app, with the very files of `deploy/` but for their ports."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.browser.finding import find_server
from tests.conftest import PATIENCE, ROOT
from tests.ports import free_port

AROUND = """daemon off;
master_process off;
pid nginx.pid;
error_log stderr;
events {}
http {
    access_log off;
    client_body_temp_path .; proxy_temp_path .; fastcgi_temp_path .; uwsgi_temp_path .;
    scgi_temp_path .;
    include openbook.conf;
}
"""
"""What Debian's own nginx.conf has around a file of conf.d, for one who is not the system."""


def example(name: str, changes: dict[str, str]) -> str:
    """A file of `deploy/`, with what stands in it once in other words."""
    text = (ROOT / "deploy" / name).read_text("utf-8")
    for line, ours in changes.items():
        assert text.count(line) == 1, line
        text = text.replace(line, ours)
    return text


@contextmanager
def nginx(folder: Path, before: int, strips: bool) -> Iterator[str]:
    """The address of an nginx before the app, one that takes the root away or not."""
    port, program = free_port(), find_server("nginx")
    assert program is not None
    app = f"127.0.0.1:{before}" + ("/" if strips else "")
    changes = {"listen 80;": f"listen {port};", "127.0.0.1:7860": app}
    text = example("nginx.conf", changes)
    (folder / "openbook.conf").write_text(text, "utf-8")
    (folder / "nginx.conf").write_text(AROUND, "utf-8")
    command = [program, "-e", "stderr", "-p", str(folder), "-c", "nginx.conf"]
    with _running(command, folder, port) as address:
        yield address


@contextmanager
def caddy(folder: Path, before: int) -> Iterator[str]:
    """The address of a Caddy before the app."""
    port, program = free_port(), find_server("caddy")
    assert program is not None
    changes = {":80 {": f"http://127.0.0.1:{port} {{", "127.0.0.1:7860": f"127.0.0.1:{before}"}
    text = "{\n\tadmin off\n\tauto_https off\n}\n" + example("Caddyfile", changes)
    (folder / "Caddyfile").write_text(text, "utf-8")
    with _running([program, "run", "--config", "Caddyfile"], folder, port) as address:
        yield address


@contextmanager
def _running(command: list[str], folder: Path, port: int) -> Iterator[str]:
    address = f"http://127.0.0.1:{port}"
    homes = {name: str(folder) for name in ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME")}
    with (folder / "proxy.log").open("wb") as log:
        process = subprocess.Popen(
            command, cwd=folder, env=os.environ | homes, stdout=log, stderr=log
        )
    try:
        until = time.monotonic() + PATIENCE
        while True:
            assert process.poll() is None, (folder / "proxy.log").read_text("utf-8")
            assert time.monotonic() < until
            try:
                httpx.get(f"{address}/gpt/healthz", trust_env=False)
                break
            except httpx.TransportError:
                time.sleep(0.02)
        yield address
    finally:
        process.terminate()
        process.wait()
