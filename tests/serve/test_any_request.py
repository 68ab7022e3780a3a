"""Whatever is asked of the running app is answered by a page or a sentence, never by a fault."""

from __future__ import annotations

import socket
from urllib.parse import quote, urlencode

from hypothesis import given
from hypothesis import strategies as some

from panels.catalogue import PANELS
from panels.screen.state import State
from serve.gate import ENDLESS
from tests.serve.bounded import bounded

METHODS = ["GET", "GET", "GET", "HEAD", "POST", "PUT", "OPTIONS", "DELETE", "PATCH", "NONE"]
PARTS = [
    *("fr", "en", "lab", "labo", "panels", "fragments", "exercises", "sheets", "keys", "embed"),
    *("dress", "static", "assets", "gradio_api", "run", "predict", "queue", "join", "cancel"),
    *("api", "v1", "read", "step", "write", "models", "openapi.json", "healthz", "line", "info"),
    *("css", "lab.css", "js", "..", ".", "", "%2e%2e", "%00", "theme.css", "choice.csv", "answer"),
    *PANELS,
]
ADDRESSES = [
    *(f"/{kind}/{language}/{panel}" for kind in ("panels", "fragments") for language in ("fr", "en")
      for panel in PANELS),
    *("/fr/", "/en/tokens/", "/labo", "/lab", "/embed/fr", "/panels/en/choice.json", "/api/v1/read",
      "/dress/css/lab.css", "/static/js/iframeResizer.contentWindow.min.js", "/line", "/fr"),
]  # fmt: skip
HEADERS = [
    *("Accept", "Accept-Encoding", "Accept-Language", "Content-Type", "Cookie", "Expect"),
    *("If-Modified-Since", "If-None-Match", "If-Range", "Origin", "Range", "Referer", "Host"),
    *("X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Gradio-Server"),
    *("Access-Control-Request-Method", "Authorization", "HX-Request", "Content-Encoding"),
]
VALUES = ["bytes=0-1", "bytes=9-1,2-", "br;q=x, *", "fr;q=é", "en-US,fr;q=0.9", "*", "null", "[x",
          "application/json", "multipart/form-data; boundary=x; charset=undefined",
          "application/x-www-form-urlencoded", "https://evil.example", "Thu, 99 Nov"]  # fmt: skip

text = some.text(max_size=20)
line = some.text(some.characters(min_codepoint=32, max_codepoint=255), max_size=20)
paths = some.sampled_from(ADDRESSES) | some.lists(
    some.sampled_from(PARTS) | text.map(quote), max_size=5
).map(lambda parts: "/" + "/".join(parts))
names = some.sampled_from([*sorted(State.__dataclass_fields__), "lang", "lock", "hide", "projector",
                           "panel", "language", "kind", "__theme", "session_hash"])  # fmt: skip
asked = some.sampled_from(["1", "-1", "none", "1.1.1", "9" * 20, "nan", "1e999", *PANELS]) | text
queries = some.dictionaries(names | text, asked, max_size=5).map(urlencode) | text.map(quote)
told = some.sampled_from(VALUES) | line
headers = some.dictionaries(some.sampled_from(HEADERS), told, max_size=4)
bodies = some.binary(max_size=40) | queries.map(str.encode)


def asks(app: str, method: str, target: str, headers: dict[str, str], body: bytes) -> bytes:
    """All that is answered to these very bytes."""
    here = app.removeprefix("http://")
    told = {"Host": here} | headers | {"Content-Length": str(len(body)), "Connection": "close"}
    head = "".join(f"{name}: {value}\r\n" for name, value in told.items())
    name, port = here.split(":")
    with socket.create_connection((name, int(port)), timeout=60) as connection:
        request = f"{method} {target} HTTP/1.1\r\n{head}\r\n".encode("latin-1")
        connection.sendall(request + body)
        answer = b""
        while more := connection.recv(65536):
            answer += more
    return answer


def test_whatever_is_asked_is_answered(app: str) -> None:
    @bounded(150)
    @given(some.sampled_from(METHODS), paths, queries, headers, bodies)
    def ask(method: str, path: str, query: str, headers: dict[str, str], body: bytes) -> None:
        if ENDLESS.fullmatch(path):  # has no end
            return
        answer = asks(app, method, f"{path}?{query}", headers, body)
        status, ours = answer[9:12], b"x-content-type-options: nosniff" in answer
        assert status < b"500", answer
        assert ours or b"Invalid HTTP request received." in answer, answer
        assert b"Traceback" not in answer

    ask()
