"""serve/origins.py: nobody's pages may call the API but those whom the host has named."""

from __future__ import annotations

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from serve.origins import outermost

COURSE = "https://course.example.org"
ADDRESS = "/api/v1/read"
PREFLIGHT = {
    "Access-Control-Request-Method": "POST",
    "Access-Control-Request-Headers": "content-type",
}


def asking(*origins: str) -> TestClient:
    """An app that lets anybody in by a layer of its own, as Gradio's does, behind ours."""

    def answer(_request: Request) -> Response:
        return JSONResponse({})

    app = Starlette(
        routes=[Route(ADDRESS, answer, methods=["POST"]), Route("/other", answer)],
        middleware=[Middleware(CORSMiddleware, allow_origins=["*"], allow_methods=["*"])],
        lifespan=outermost(origins),
    )
    return TestClient(app)


def allowed(client: TestClient, origin: str, address: str = ADDRESS) -> str | None:
    method = "POST" if address == ADDRESS else "GET"
    answer = client.request(method, address, headers={"Origin": origin})
    return answer.headers.get("access-control-allow-origin")


@pytest.mark.parametrize("origin", [COURSE, "null", "http://localhost"])
def test_without_a_name_nobody(origin: str) -> None:
    with asking() as client:
        assert allowed(client, origin) is None
        asked = client.options(ADDRESS, headers={"Origin": origin, **PREFLIGHT})
        assert not [name for name in asked.headers if name.startswith("access-control")]
        assert allowed(client, origin, "/other") is None


def test_only_those_who_are_named() -> None:
    with asking(COURSE) as client:
        assert allowed(client, COURSE) == COURSE
        assert allowed(client, COURSE + ".evil.example") is None
        assert allowed(client, "null") is None
        for origin in (COURSE, "https://evil.example"):
            answer = client.post(ADDRESS, headers={"Origin": origin})
            assert "Origin" in answer.headers["vary"]
            assert "access-control-allow-credentials" not in answer.headers
        asked = client.options(ADDRESS, headers={"Origin": COURSE, **PREFLIGHT})
        assert asked.status_code == 204
        assert asked.headers["access-control-allow-origin"] == COURSE
        assert "POST" in asked.headers["access-control-allow-methods"]
        assert "Content-Type" in asked.headers["access-control-allow-headers"]
        assert asked.headers["x-content-type-options"] == "nosniff"


def test_a_star_is_anybody() -> None:
    with asking("*") as client:
        assert allowed(client, "https://anybody.example") == "*"
