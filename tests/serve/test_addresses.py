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
    [("/fr", "/fr/"), ("/en", "/en/"), ("/labo/", "/labo"), ("/lab/", "/lab")],
)
def test_an_address_sends_to_the_one_that_is_meant_and_keeps_the_query(
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


@pytest.mark.parametrize("language", ["fr", "en"])
def test_pages_are_served_under_a_policy_of_their_own(client: httpx.Client, language: str) -> None:
    page = client.get(f"/{language}/logits/")
    assert page.status_code == 200
    assert f'<html lang="{language}"' in page.text
    policy = page.headers["content-security-policy"]
    assert "'sha256-" in policy
    assert "unsafe-eval" not in policy
    assert "script-src 'self' 'unsafe-inline'" not in policy
    lost = client.get(f"/{language}/nowhere/")
    assert lost.status_code == 404
    assert f'lang="{language}"' in lost.text


@pytest.mark.parametrize("kind", ["fragments", "panels"])
def test_a_panel_may_be_asked_for_from_anywhere(client: httpx.Client, kind: str) -> None:
    panel = client.get(f"/{kind}/fr/rows?prompt=Le+chat")
    assert panel.status_code == 200
    assert panel.headers["access-control-allow-origin"] == "*"
    assert "unsafe-eval" not in panel.headers["content-security-policy"]
    for nowhere in (f"/{kind}/de/rows", f"/{kind}/fr/nobody"):
        assert client.get(nowhere).status_code == 404


def test_a_text_too_long_for_an_address_can_be_sent(client: httpx.Client) -> None:
    panel = client.post("/fragments/en/tokens", data={"prompt": "é" * 100_000})
    assert panel.status_code == 200
    assert "20,000" in panel.text
    assert client.post("/fragments/en/tokens", data={"prompt": "é" * 300_000}).status_code == 413
