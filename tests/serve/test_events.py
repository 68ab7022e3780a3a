"""serve/events.py: what is no event of the lab goes no further; of what is one, nothing else does.

Whatever a tool can think of is sent to the running lab, too.
"""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as some
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient

from panels.screen.acts import ACTS
from panels.screen.state import State
from serve.events import EVENT, Events
from tests.serve.bounded import bounded
from tests.serve.lab_page import LabPage, lab_page

RIGHT = {"fn_index": 1, "data": ["memory", "prompt"], "session_hash": "abc"}
KIND = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
def events() -> TestClient:
    """One event, which reads two values; what passes on is repeated."""

    async def repeat(request: Request) -> Response:
        return Response(await request.body(), headers={"Told": request.headers["content-length"]})

    layer = Middleware(Events, events={1: 2})
    return TestClient(
        Starlette(routes=[Route(EVENT, repeat, methods=["POST"])], middleware=[layer])
    )


def test_an_event_passes_with_what_is_known_of_it_and_no_more(events: TestClient) -> None:
    carried = {"event_data": {"act": "a", "value": "\ud800"}}
    more = {"batched": True, "simple_format": True, "event_id": "x", "trigger_id": 9}
    sent = json.dumps(RIGHT | carried | more).encode()
    passed = events.post(EVENT, content=sent, headers=KIND)
    assert passed.json() == RIGHT | carried
    assert int(passed.headers["told"]) == len(passed.content)


@pytest.mark.parametrize(
    "wrong",
    [
        {"fn_index": 3},
        {"fn_index": 10**30},
        {"fn_index": True},
        {"fn_index": "1"},
        {"fn_index": None},
        {"data": ["memory"]},
        {"data": ["memory", "prompt", "more"]},
        {"data": {"0": "memory", "1": "prompt"}},
        {"data": None},
        {"data": ["memory", [[[["deep"]]]]]},
        {"event_data": {"act": [[["deep"]]]}},
        {"session_hash": ""},
        {"session_hash": "\ud800"},
        {"session_hash": "a" * 65},
        {"session_hash": "a b"},
        {"session_hash": ["a"]},
    ],
)
def test_what_the_page_never_sends(events: TestClient, wrong: dict[str, Any]) -> None:
    sent = json.dumps(RIGHT | wrong).encode()
    refused = events.post(EVENT, content=sent, headers=KIND)
    assert refused.status_code == 422
    assert "La page n’envoie rien de tel. · This is not something" in refused.json()["detail"]


@pytest.mark.parametrize("value", ["NaN", "-Infinity", "1e999", "9" * 5000, "[" * 50_000, '"\xff'])
def test_what_is_no_value(events: TestClient, value: str) -> None:
    sent = f'{{"fn_index": 1, "session_hash": "a", "data": ["", {value}'.encode("latin-1")
    for end in (b"]}", b"]" * 50_000 + b"}"):
        assert events.post(EVENT, content=sent + end, headers=KIND).status_code == 422


# In the lab itself


@pytest.fixture(scope="module")
def lab(client: httpx.Client) -> LabPage:
    return lab_page(client)


def test_memory_of_any_depth_is_a_state_that_is_not_kept(lab: LabPage) -> None:
    for memory in ("[" * 50_000, '{"prompt":' * 50_000, '{"model": "\ud800"}'):
        sent = {"fn_index": lab.event("read", "click"), "data": [memory, "a"], "session_hash": "a"}
        read = lab.client.post(EVENT, content=json.dumps(sent).encode(), headers=KIND)
        assert read.status_code == 200


def test_a_model_whose_name_is_no_text_is_not_offered(lab: LabPage) -> None:
    event = {"fn_index": lab.event("notes", "select"), "session_hash": "a", "data": ["", ""]}
    sent = json.dumps(event | {"event_data": {"act": "model", "value": "\ud800"}}).encode()
    told = lab.client.post(EVENT, content=sent, headers=KIND)
    assert told.status_code == 200
    assert "The model \ufffd is not offered here" in told.text


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b'{"prompt": NaN}',
        b'{"memory": "", "prompt": ' + b"[" * 900 + b"]" * 900 + b"}",
    ],
)
def test_a_run_is_not_begun_with_what_the_page_never_sends(lab: LabPage, body: bytes) -> None:
    refused = lab.client.post("/runs/en", content=body, headers=KIND)
    assert refused.status_code == 422
    assert "This is not something that the page sends." in refused.text
    begun = lab.client.post("/runs/en", json={"memory": "[" * 50_000, "prompt": "a"})
    assert begun.status_code == 200


text = some.text(some.characters(exclude_categories=()), max_size=12)
scalars = some.none() | some.booleans() | some.integers() | some.floats() | text
values = some.recursive(
    scalars,
    lambda inside: some.lists(inside, max_size=3) | some.dictionaries(text, inside, max_size=3),
    max_leaves=6,
)
names = some.sampled_from(sorted(State.__dataclass_fields__))
numbers = some.integers(-1, 2**31) | some.lists(some.integers(-1, 70_000), max_size=4)
memories = some.dictionaries(names, numbers | values, max_size=6).map(json.dumps)
acts = some.fixed_dictionaries(
    {"act": some.sampled_from([*ACTS, "model"]) | text,
     "value": some.sampled_from(["0", "-1", "1.1.1", "9" * 12]) | numbers.map(str) | values}
)  # fmt: skip


def of_the_lab(lab: LabPage) -> some.SearchStrategy[dict[str, Any]]:
    """Any event of the lab with whatever it might be sent, mostly in the right number."""
    direct = [each for each in lab.config["dependencies"] if each["backend_fn"]]
    return some.sampled_from(direct).flatmap(
        lambda event: some.fixed_dictionaries(
            {
                "fn_index": some.just(event["id"]),
                "data": some.tuples(
                    *(memories | values if place == 0 else values
                      for place, _ in enumerate(event["inputs"]))
                ),
                "event_data": some.none() | values | acts,
                "session_hash": some.just("any"),
            }
        )
    )  # fmt: skip


def test_whatever_the_lab_is_sent_it_answers(lab: LabPage) -> None:
    @bounded(60)
    @given(event=of_the_lab(lab))
    def ask(event: dict[str, Any]) -> None:
        answer = lab.client.post(EVENT, content=json.dumps(event).encode(), headers=KIND)
        assert answer.status_code in (200, 422), (event, answer.text)
        assert "Traceback" not in answer.text

    ask()
