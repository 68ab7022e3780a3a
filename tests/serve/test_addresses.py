"""serve/addresses.py: the way in, and the health of the process."""

from __future__ import annotations

import httpx
import pytest


@pytest.mark.parametrize(("accept", "place"), [("fr-FR,en;q=0.5", "/fr/"), ("en", "/en/")])
def test_the_root_sends_to_the_language_of_the_browser(
    client: httpx.Client, accept: str, place: str
) -> None:
    sent = client.get("/?prompt=Il+%C3%A9tait", headers={"Accept-Language": accept})
    assert (sent.status_code, sent.headers["location"]) == (307, f"{place}?prompt=Il+%C3%A9tait")
    assert "Accept-Language" in sent.headers["vary"]


@pytest.mark.parametrize(
    ("asked", "place"),
    [("/fr/", "/labo"), ("/fr", "/labo"), ("/labo/", "/labo"), ("/en/", "/lab"), ("/en", "/lab")],
)
def test_a_language_sends_to_its_lab_and_keeps_the_query(
    client: httpx.Client, asked: str, place: str
) -> None:
    sent = client.get(f"{asked}?prompt=a%26b&seed=7")
    assert (sent.status_code, sent.headers["location"]) == (307, f"{place}?prompt=a%26b&seed=7")


def test_health(client: httpx.Client) -> None:
    assert client.get("/healthz").json() == {"ok": True, "model": True}
    head = client.head("/healthz")
    assert (head.status_code, head.content) == (200, b"")


def test_health_answers_questions_only(client: httpx.Client) -> None:
    refused = client.post("/healthz")
    assert refused.status_code == 405
    assert set(refused.headers["allow"].split(", ")) == {"GET", "HEAD"}
