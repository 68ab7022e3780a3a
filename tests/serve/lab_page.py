"""The lab as its page knows it: its configuration, read from the served HTML, and its events."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

import httpx

CONFIG = re.compile(r"window\.gradio_config = (\{.*?\});</script>", re.DOTALL)


@dataclass(frozen=True)
class LabPage:
    """One page of the lab, and a way to call its events as the browser does."""

    client: httpx.Client
    config: dict[str, Any]

    def event(self, elem_id: str, name: str) -> int:
        """The number of the event `name` of the component with this id."""
        return event_in(self.config, elem_id, name)

    def value(self, elem_id: str) -> Any:
        """What a component holds when the page opens."""
        return next(
            component["props"]["value"]
            for component in self.config["components"]
            if component["props"].get("elem_id") == elem_id
        )

    def call(self, event: int, *data: Any) -> httpx.Response:
        """Run an event that does not wait in the queue."""
        body = {"fn_index": event, "data": list(data), "session_hash": "abcdefghij"}
        return self.client.post("/gradio_api/run/predict", json=body)


def lab_page(client: httpx.Client, address: str = "/lab") -> LabPage:
    """The page at an address of the lab."""
    return LabPage(client, config_in(client.get(address).text))


def config_in(page: str) -> dict[str, Any]:
    """What a page of Gradio's tells its script."""
    found = CONFIG.search(page)
    assert found is not None
    config: dict[str, Any] = json.loads(found[1])
    return config


def event_in(config: dict[str, Any], elem_id: str, name: str) -> int:
    """The number of the event `name` of the component with this id."""
    component = next(
        component["id"]
        for component in config["components"]
        if component["props"].get("elem_id") == elem_id
    )
    return next(
        int(dependency["id"])
        for dependency in config["dependencies"]
        if [component, name] in [list(target) for target in dependency["targets"]]
    )
