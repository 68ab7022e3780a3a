"""serve/events.py: what is no event of the lab goes no further; of what is one, nothing else does.

Whatever a tool can think of is sent to the running lab, too.
"""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as some
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient

from panels.screen.acts import ACTS
from panels.screen.state import State
from serve.events import DIRECT, QUEUED, STREAM, Event, Events
from tests.serve.lab_page import LabPage, lab_page

RIGHT = {"fn_index": 1, "data": ["memory", "prompt"], "session_hash": "abc"}
KIND = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
def events() -> TestClient:
    """Two events, the first direct and the second queued; what passes on is repeated."""

    async def repeat(request: Request) -> Response:
        if request.method == "GET":
            return Response()
        return Response(await request.body(), headers={"Told": request.headers["content-length"]})

    both = {1: Event(2, queued=False), 2: Event(1, queued=True)}
    layer = Middleware(Events, events=both, begun={"mine"}.__contains__)
    addresses = [Route(each, repeat, methods=["GET", "POST"]) for each in (DIRECT, QUEUED, STREAM)]
    return TestClient(Starlette(routes=addresses, middleware=[layer]))


def test_an_event_passes_with_what_is_known_of_it_and_no_more(events: TestClient) -> None:
    carried = {"event_data": {"act": "a", "value": "\ud800"}}
    more = {"batched": True, "simple_format": True, "event_id": "x", "trigger_id": 9}
    sent = json.dumps(RIGHT | carried | more).encode()
    passed = events.post(DIRECT, content=sent, headers=KIND)
    assert passed.json() == RIGHT | carried
    assert int(passed.headers["told"]) == len(passed.content)
    queued = RIGHT | {"fn_index": 2, "data": ["prompt"]}
    assert events.post(QUEUED, json=queued).status_code == 200


@pytest.mark.parametrize(
    "wrong",
    [
        {"fn_index": 3},
        {"fn_index": 10**30},
        {"fn_index": True},
        {"fn_index": "1"},
        {"fn_index": None},
        {"fn_index": 2},  # of the queue
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
    refused = events.post(DIRECT, content=sent, headers=KIND)
    assert refused.status_code == 422
    assert "La page n’envoie rien de tel. · This is not something" in refused.json()["detail"]


@pytest.mark.parametrize("value", ["NaN", "-Infinity", "1e999", "9" * 5000, "[" * 50_000, '"\xff'])
def test_what_is_no_value(events: TestClient, value: str) -> None:
    sent = f'{{"fn_index": 1, "session_hash": "a", "data": ["", {value}'.encode("latin-1")
    for end in (b"]}", b"]" * 50_000 + b"}"):
        assert events.post(DIRECT, content=sent + end, headers=KIND).status_code == 422


def test_a_stream_is_there_once_it_is_begun(events: TestClient) -> None:
    assert events.get(STREAM, params={"session_hash": "mine"}).status_code == 200
    for session in ("other", "", "\x00", "é"):
        assert events.get(STREAM, params={"session_hash": session}).status_code == 404
    assert events.get(STREAM).status_code == 404


# In the lab itself


@pytest.fixture(scope="module")
def lab(client: httpx.Client) -> LabPage:
    return lab_page(client)


def test_memory_of_any_depth_is_a_state_that_is_not_kept(lab: LabPage) -> None:
    for memory in ("[" * 50_000, '{"prompt":' * 50_000, '{"model": "\ud800"}'):
        sent = {"fn_index": lab.event("read", "click"), "data": [memory, "a"], "session_hash": "a"}
        read = lab.client.post(DIRECT, content=json.dumps(sent).encode(), headers=KIND)
        assert read.status_code == 200


def test_a_model_whose_name_is_no_text_is_not_offered(lab: LabPage) -> None:
    event = {"fn_index": lab.event("notes", "select"), "session_hash": "a", "data": ["", ""]}
    sent = json.dumps(event | {"event_data": {"act": "model", "value": "\ud800"}}).encode()
    told = lab.client.post(DIRECT, content=sent, headers=KIND)
    assert told.status_code == 200
    assert "The model \ufffd is not offered here" in told.text


def test_a_session_that_nobody_began_and_forms_that_gradio_cannot_read(lab: LabPage) -> None:
    sentences = {404: "There is no page", 422: "This is not something that the page sends."}
    for method, address, status in (
        ("GET", f"{STREAM}?session_hash=nobody", 404),
        ("GET", STREAM, 404),
        ("POST", "/gradio_api/cancel", 422),
        ("POST", "/gradio_api/reset", 422),
    ):
        answer = lab.client.request(method, address, content=b'{"fn_index": NaN}', headers=KIND)
        assert answer.status_code == status
        assert sentences[status] in answer.json()["detail"]
        assert "fn_index" not in answer.text


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
    direct = [
        each for each in lab.config["dependencies"] if each["backend_fn"] and not each["queue"]
    ]
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
    @settings(
        max_examples=60,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(event=of_the_lab(lab))
    def ask(event: dict[str, Any]) -> None:
        answer = lab.client.post(DIRECT, content=json.dumps(event).encode(), headers=KIND)
        assert answer.status_code in (200, 422), (event, answer.text)
        assert "Traceback" not in answer.text

    ask()
