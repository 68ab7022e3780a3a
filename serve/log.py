"""What the server says while it runs: sentences, or with OPENBOOK_LOG=json one line a request.

A line names the route, never the address: what a reader typed stands there. Of a fault it tells
the kind and where in the code, not what was computed with.
"""

from __future__ import annotations

import json
import logging
import sys
import traceback
from datetime import UTC, datetime

JSON = "json"
SERVER = ("uvicorn", "uvicorn.error")
"""Loggers that the server under Gradio gives handlers of their own when it starts."""


class Lines(logging.Formatter):
    """A record as a line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        told: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "from": record.name,
        }
        told |= getattr(record, "more", None) or {"said": record.getMessage()}
        if record.exc_info and record.exc_info[0] is not None:
            kind, _, trace = record.exc_info
            told["fault"] = kind.__name__
            told["at"] = [
                f"{frame.filename}:{frame.lineno}" for frame in traceback.extract_tb(trace)
            ]
        return json.dumps(told, ensure_ascii=False)


def settle(kind: str) -> None:
    """From here on, log in this way; the server under Gradio, once it runs, has to be told anew."""
    if kind != JSON:
        return
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(Lines())
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.getLogger("openbook").setLevel(logging.INFO)
    for name in SERVER:
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True
