"""An example of every call, as a command, in Python and in JavaScript: what the page shows, and
what the tests run."""

from __future__ import annotations

import json
from typing import Any

from engine.engine import Engine
from panels.api.calls import CALLS, answered
from panels.api.writing import NAME, written
from panels.screen.words import words_of

HERE = "http://127.0.0.1:7860"
"""Where the examples ask; a page that is served from elsewhere says so instead."""

LONGEST, FIRST = 3, 2
"""A longer list is cut to its first items where an answer is shown."""

ASKED: dict[str, dict[str, Any]] = {
    "tokenize": {},
    "read": {},
    "row": {},
    "distribution": {"temperature": 0.8, "top_p": 0.9, "shown": 3},
    "step": {"temperature": 0.8, "top_p": 0.9, "seed": 7},
    NAME: {"temperature": 0.8, "top_p": 0.9, "seed": 7, "tokens": 5},
    "trace/vectors": {},
    "trace/blocks": {},
    "trace/attention": {"block": 3, "head": 1},
    "trace/weight": {"block": 3, "head": 1, "looked": 1},
    "trace/heads": {},
    "trace/feed-forward": {"block": 3},
    "trace/shares": {"rank": 2},
    "trace/switches": {"kind": "head", "block": 1, "which": 2},
    "compare": {},
}


def asked(name: str, language: str) -> dict[str, Any]:
    """What is sent, with the first example of the language's panels."""
    one, other = words_of(language).list("prompt.examples")[:2]
    both = {"other": other} if name == "compare" else {}
    return {"prompt": one, **ASKED[name], **both}


def curl(name: str, language: str) -> str:
    body = ",\n       ".join(_fields(asked(name, language))).replace("'", "'\\''")
    flags = "-sN" if name == NAME else "-s"
    return (
        f"curl {flags} {HERE}/api/v1/{name} \\\n"
        "  -H 'Content-Type: application/json' \\\n"
        f"  -d '{{{body}}}'"
    )


def python(name: str, language: str) -> str:
    end = "    print(json.load(answer))"
    if name == NAME:
        end = "    for line in answer:\n        print(json.loads(line))"
    return f"""import json
import urllib.request

asked = {_laid_out(asked(name, language), "    ")}
request = urllib.request.Request(
    "{HERE}/api/v1/{name}",
    json.dumps(asked).encode(),
    {{"Content-Type": "application/json"}},
)
with urllib.request.urlopen(request) as answer:
{end}"""


def javascript(name: str, language: str) -> str:
    end = "console.log(await answer.json());"
    if name == NAME:
        end = """const text = answer.body.pipeThrough(new TextDecoderStream());
const reader = text.getReader();
let rest = "";
for (;;) {
  const { value, done } = await reader.read();
  if (done) break;
  const lines = (rest + value).split("\\n");
  rest = lines.pop();
  for (const line of lines) console.log(JSON.parse(line));
}"""
    return f"""const asked = {_laid_out(asked(name, language), "  ")};
const answer = await fetch("{HERE}/api/v1/{name}", {{
  method: "POST",
  headers: {{ "Content-Type": "application/json" }},
  body: JSON.stringify(asked),
}});
{end}"""


def _laid_out(value: dict[str, Any], indent: str) -> str:
    """An object as Python and JavaScript both write it: no null, no yes or no stands in it."""
    return "{\n" + "".join(f"{indent}{field},\n" for field in _fields(value)) + "}"


def _fields(value: dict[str, Any]) -> list[str]:
    return [f"{json.dumps(k)}: {json.dumps(v, ensure_ascii=False)}" for k, v in value.items()]


WAYS = {"curl": curl, "python": python, "javascript": javascript}


# What comes back for them


def record(engine: Engine, language: str) -> dict[str, Any]:
    """What is written to `site/recorded/api.<language>.json`: the answers, long lists cut."""
    found: dict[str, Any] = {}
    for name in ASKED:
        body = json.dumps(asked(name, language)).encode()
        if name == NAME:
            found[name] = [cut(json.loads(line)) for line in lines(engine, body, language)]
        else:
            _, _, answer = answered(engine, name, body, {}, language)
            found[name] = cut(json.loads(answer))
    return found


def lines(engine: Engine, body: bytes, language: str) -> list[bytes]:
    """All that is written for a question."""
    said: list[bytes] = []
    so_far: tuple[int, ...] | None = ()
    while so_far is not None:
        (_, _, more), so_far = written(engine, body, {}, language, so_far)
        said += more.splitlines()
    return said


def cut(value: Any) -> Any:
    """A value with its long lists cut; what stands after the first items says how many went."""
    if isinstance(value, dict):
        return {name: each if name == "written" else cut(each) for name, each in value.items()}
    if isinstance(value, list):
        most = len(value) if len(value) <= LONGEST else FIRST
        gone = [f"… +{len(value) - most}"] if most < len(value) else []
        return [*map(cut, value[:most]), *gone]
    return value


assert ASKED.keys() == {*CALLS, NAME}
