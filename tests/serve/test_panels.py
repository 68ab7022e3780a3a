"""serve/panels.py: the files of a panel and the page for embedding, over the web."""

from __future__ import annotations

import httpx


def test_a_file_is_one_to_save_and_may_be_asked_for_from_anywhere(client: httpx.Client) -> None:
    kinds = {"csv": "text/csv", "json": "application/json", "html": "text/html"}
    for kind, media in kinds.items():
        answer = client.get(f"/panels/en/choice.{kind}", params={"prompt": "The cat"})
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith(media)
        assert answer.headers["access-control-allow-origin"] == "*"
        name = answer.headers["content-disposition"]
        assert name.startswith('attachment; filename="open-book-choice-')
        assert name.endswith(f'.{kind}"')


def test_a_form_may_ask_for_it_too(client: httpx.Client) -> None:
    asked = {"prompt": "The cat", "decimal": "comma"}
    by_address = client.get("/panels/en/next.csv", params=asked).text.split("table:")[1]
    assert client.post("/panels/en/next.csv", data=asked).text.split("table:")[1] == by_address


def test_what_is_told_of_its_address_is_where_it_was_asked_for(client: httpx.Client) -> None:
    told = client.get("/panels/en/next.json", params={"prompt": "The cat"}).json()["about"]
    assert told["address"] == f"{client.base_url}/panels/en/next?prompt=The+cat".replace(
        "//p", "/p"
    )
    assert client.get(told["address"]).status_code == 200


def test_what_there_is_not_is_not_found(client: httpx.Client) -> None:
    for address in (
        "/panels/en/nobody.csv",
        "/panels/de/next.csv",
        "/panels/en/next.exe",
        "/embed/de",
    ):
        assert client.get(address).status_code == 404


def test_the_page_for_embedding_frames_this_site_alone(client: httpx.Client) -> None:
    policy = client.get("/embed/fr").headers["content-security-policy"]
    assert "frame-src 'self'" in policy
    assert "frame-ancestors *" in policy
