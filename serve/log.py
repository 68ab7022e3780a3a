"""The log: whatever is to be told of is one line, which holds no control character.

What a reader sent may end up in a message: an escape sequence would be carried out by the terminal
that shows the log, and a line break would make a line that nobody wrote. With OPENBOOK_LOG=json a
line is an object, one a request: it names the route, never the address, where what a reader typed
stands, and of a fault the kind and where in the code, not what was computed with.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import traceback
from datetime import UTC, datetime
from pathlib import Path

from uvicorn.config import LOGGING_CONFIG

from livre_ouvert import CODE

JSON = "json"

CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
LONGEST = 300
"""Characters of a message; what a fault says of itself and the way to it come after that."""
OURS = {"app.py", "engine", "gpt", "livre_ouvert", "panels", "serve"}
CALLS = 6
"""So many of our own calls are told of the way to a fault, and the last two whoever's they are."""


class OneLine(logging.Formatter):
    """A record as one line; a fault as what it says and the last calls that led to it."""

    def format(self, record: logging.LogRecord) -> str:
        told = f"{record.levelname}: {harmless(record.getMessage())}"
        fault = record.exc_info[1] if record.exc_info else None
        return told if fault is None else f"{told}: {said_of(fault)}"


class Lines(logging.Formatter):
    """A record as a line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        told: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "from": record.name,
        }
        told |= getattr(record, "more", None) or {"said": harmless(record.getMessage())}
        if record.exc_info and record.exc_info[0] is not None:
            kind, _, trace = record.exc_info
            told["fault"] = kind.__name__
            told["at"] = [
                f"{frame.filename}:{frame.lineno}" for frame in traceback.extract_tb(trace)
            ]
        return json.dumps(told, ensure_ascii=False)


def harmless(text: str) -> str:
    """A text on one line of bounded length, its control characters written as `\\x1b`."""
    if len(text) > LONGEST:
        text = f"{text[:LONGEST]}… ({len(text)} characters)"
    return CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def said_of(fault: BaseException) -> str:
    """A fault and the way to it: `KeyError: 'a' at app.py:3 main > serve/line.py:9 place`."""
    calls = traceback.extract_tb(fault.__traceback__)
    ours = [call for call in calls if _parts(call.filename)[0] in OURS][-CALLS:]
    told = [call for call in calls if call in ours or call in calls[-2:]]
    way = " > ".join(f"{_place(call.filename)}:{call.lineno} {call.name}" for call in told)
    return f"{type(fault).__name__}: {harmless(str(fault))} at {way or 'no place'}"


def begin(kind: str = "") -> None:
    """From here on all that is logged is logged so, by the server under Gradio too."""
    form, stream = (Lines, "stdout") if kind == JSON else (OneLine, "stderr")
    handler = logging.StreamHandler(getattr(sys, stream))
    handler.setFormatter(form())
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    if kind == JSON:
        logging.getLogger("openbook").setLevel(logging.INFO)
    LOGGING_CONFIG["formatters"]["default"] = {"()": form}
    LOGGING_CONFIG["handlers"]["default"]["stream"] = f"ext://sys.{stream}"


def _parts(file: str) -> tuple[str, ...]:
    """The folders that lead to a file, from where the packages stand."""
    path = Path(file)
    return path.relative_to(CODE).parts if path.is_relative_to(CODE) else path.parts


def _place(file: str) -> str:
    """A file, and the folder it is in."""
    return "/".join(_parts(file)[-2:])
