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
        component = next(
            component["id"]
            for component in self.config["components"]
            if component["props"].get("elem_id") == elem_id
        )
        return next(
            int(dependency["id"])
            for dependency in self.config["dependencies"]
            if [component, name] in [list(target) for target in dependency["targets"]]
        )

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
    found = CONFIG.search(client.get(address).text)
    assert found is not None
    return LabPage(client, json.loads(found[1]))
