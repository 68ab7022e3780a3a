"""Exercises at their addresses: a page that needs no script, an answer, a sheet and a key."""

from __future__ import annotations

import httpx
import pytest


@pytest.mark.parametrize("language", ["fr", "en"])
def test_an_exercise_answers_without_a_script(client: httpx.Client, language: str) -> None:
    asked = client.get(f"/exercises/{language}/bits")
    assert asked.status_code == 200
    assert f'action="/exercises/{language}/bits"' in asked.text
    assert "data-verdict" not in asked.text
    told = client.get(f"/exercises/{language}/bits", params={"answer": "2,08", "check": "1"})
    assert 'data-verdict="wrong"' in told.text
    assert 'value="2,08"' in told.text
    right = client.get(f"/exercises/{language}/bits", params={"answer": "3", "check": "1"})
    assert 'data-verdict="right"' in right.text


def test_an_answer_may_be_asked_for_from_any_frame(client: httpx.Client) -> None:
    told = client.post(
        "/exercises/en/four_tokens/answer",
        data={"answer_1": "a", "asked": "conteur"},
        headers={"Origin": "null"},
    )
    assert told.headers["access-control-allow-origin"] == "*"
    assert "frame-ancestors *" in told.headers["content-security-policy"]
    assert 'data-verdict="wrong"' in told.text


def test_a_page_has_a_sheet_and_a_key_and_nobody_elses(client: httpx.Client) -> None:
    assert "paper-right" not in client.get("/sheets/fr/choosing").text
    assert "paper-right" in client.get("/keys/fr/choosing").text
    for address in ("/sheets/fr/glossary", "/keys/de/choosing", "/exercises/en/nobody"):
        assert client.get(address).status_code == 404


def test_a_long_body_and_many_fields_are_refused_or_left_out(client: httpx.Client) -> None:
    long = client.post("/exercises/en/bits/answer", data={"answer": "9" * 2_000_000})
    assert long.status_code == 413
    many = client.post("/exercises/en/bits/answer", data={f"a{n}": "1" for n in range(99)})
    assert many.status_code == 400
