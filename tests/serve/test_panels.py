"""serve/panels.py: the files of a panel and the page for embedding, over the web."""

from __future__ import annotations

import httpx
import pytest


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


@pytest.mark.parametrize("address", ["/fragments/en/next", "/panels/en/next.json"])
def test_a_form_has_room_for_a_hundred_thousand_characters_of_any_kind(
    client: httpx.Client, address: str
) -> None:
    read = client.post(address, data={"prompt": "😀" * 100_000})
    assert read.status_code == 200
    if address.startswith("/fragments"):
        assert "Your text has 100,000 characters: only the last 20,000 are read." in read.text


@pytest.mark.parametrize("charset", ["punycode", "undefined", "unicode_escape"])
def test_a_form_that_is_no_text_is_refused(client: httpx.Client, charset: str) -> None:
    part = b'--x\r\nContent-Disposition: form-data; name="prompt"\r\n\r\nz-zzz9\\ud800\r\n--x--\r\n'
    kind = {"Content-Type": f"multipart/form-data; boundary=x; charset={charset}"}
    refused = client.post("/fragments/fr/next", content=part, headers=kind)
    assert refused.status_code == 400
    assert "Il n’est pas possible de répondre à cette demande." in refused.text


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
