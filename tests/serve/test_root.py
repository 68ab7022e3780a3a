"""serve/root.py, and what the house knows of its root; behind real proxies: tests/browser."""

from __future__ import annotations

import pytest
from markupsafe import Markup
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.testclient import TestClient

from livre_ouvert import root, rooted
from serve.dress import address, versioned
from serve.origins import outermost

HERE = "http://testserver"


@pytest.fixture
def below(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("OPENBOOK_ROOT", "/gpt/")
    return root()


def app() -> Starlette:
    """What tells what it was asked for, and sends on to where it was told."""

    def told(request: Request) -> Response:
        asked = request.headers.get("x-gradio-server"), request.headers.get("x-forwarded-host")
        return JSONResponse([request.url.path, str(request.base_url), *asked])

    def send_on(request: Request) -> Response:
        return RedirectResponse(request.query_params["to"])

    inside = Mount("/in", routes=[Route("/{path:path}", told)])
    routes = [Route("/", told), Route("/on", send_on), inside]
    return Starlette(routes=routes, lifespan=outermost([]))


@pytest.mark.parametrize("before", ["", "/gpt"])
def test_both_kinds_of_proxy_are_answered_alike(below: str, before: str) -> None:
    with TestClient(app()) as client:
        forged = {"X-Forwarded-Host": "evil.example", "X-Gradio-Server": "https://evil.example"}
        told = client.get(f"{before}/in/gpt/x", headers=forged).json()
    assert told == ["/in/gpt/x", f"{HERE}{below}/", f"{HERE}{below}", None]


def test_the_root_alone_is_the_first_page(below: str) -> None:
    with TestClient(app()) as client:
        assert client.get(below).json()[0] == "/"
        assert client.get(f"{below}x").status_code == 404


@pytest.mark.parametrize(
    ("to", "location"),
    [
        ("/en/?prompt=a/b", "/gpt/en/?prompt=a/b"),
        (f"{HERE}/fr/x/", "/gpt/fr/x/"),
        ("https://elsewhere.example/en/", "https://elsewhere.example/en/"),
    ],
)
def test_who_is_sent_on_stays_below(below: str, to: str, location: str) -> None:
    with TestClient(app(), follow_redirects=False) as client:
        assert client.get(f"{below}/on", params={"to": to}).headers["location"] == location


def test_without_a_root_nothing_stands_around() -> None:
    with TestClient(app()) as client:
        assert client.get("/in/x").json() == ["/in/x", f"{HERE}/", None, None]
        assert rooted('<a href="/lab">') == '<a href="/lab">'


def test_addresses_are_put_below_once_and_what_visitors_type_never(below: str) -> None:
    markup = '<a href="/lab"><img src="//x"><code>POST /api/v1/step</code><code>/etc</code>'
    ours = f'<a href="{below}/lab"><img src="//x"><code>POST {below}/api/v1/step</code>'
    assert rooted(markup) == rooted(rooted(markup)) == f"{ours}<code>/etc</code>"
    drawn = Markup('<input value="{0}" title="{0}"><p>{0}</p>').format(
        '/lab " href="/lab" <code>/api'
    )
    assert rooted(drawn) == drawn


def test_a_version_stands_after_the_root_too(below: str) -> None:
    kept = address("js/line.js")
    assert versioned(rooted('<script src="/dress/js/line.js">')) == f'<script src="{below}{kept}">'
