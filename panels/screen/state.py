"""Everything a screen shows, as one value: what a link holds and a reload brings back.

The names are those of the address (`?prompt=…&temperature=…`). Whatever comes from outside is
checked here, once; what is not valid is left at its default and named in a note.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Any
from urllib.parse import urlencode

from gpt import Settings
from gpt.tokenizer import well_formed

PROMPT_CHARACTERS = 20_000
ADDRESS_CHARACTERS = 6_000
WRITTEN_TOKENS = 2_000
TEMPERATURE = (0.1, 2.0)
TOP_K_MOST = 100
OFF = ("0", "")
"""No top-k, as a form without a script sends it: its slider at 0, or its box emptied."""
TOP_P_LEAST = 0.05
SEED_MOST = 2**31 - 1
POSITION_MOST = 1_000_000
SHOWN = (20, 100, 500)
SEARCH_CHARACTERS = 100
REPEATS = (0, 10, 100, 1000)
MODEL = "conteur"
MODEL_NAME = re.compile(r"[^\x00-\x1f\x7f-\x9f<>\u2028\u2029\ud800-\udfff]{1,200}")
"""A folder may be called almost anything; only those that a host offers are opened."""


@dataclass(frozen=True)
class Note:
    """Something the reader must be told: a key of the words, and what fills its blanks."""

    key: str
    values: Mapping[str, int | str]


@dataclass(frozen=True)
class State:
    """One screen. `written` are the ids after the prompt; `position` None is the last row.

    `beside` is the model that is set beside the screen's to compare, "" for any other one. `inside`
    is what the lab's last step is opened on, a block, a head and a guess by its rank; () when it is
    closed.
    """

    prompt: str = ""
    model: str = MODEL
    strategy: str = "sampling"
    temperature: float = 0.8
    top_k: int | None = None
    top_p: float | None = 0.9
    seed: int = 7
    draw: int = 0
    written: tuple[int, ...] = ()
    position: int | None = None
    others: bool = False
    everything: bool = False
    shown: int = SHOWN[0]
    search: str = ""
    repeat: int = 0
    beside: str = ""
    inside: tuple[int, ...] = ()

    @property
    def settings(self) -> Settings:
        strategy = "greedy" if self.strategy == "greedy" else "sampling"
        return Settings(strategy, self.temperature, self.top_k, self.top_p, self.seed)  # type: ignore[arg-type]

    @property
    def step(self) -> int:
        """Which token comes next, counted from the prompt: the step of the draw."""
        return len(self.written)

    def over(self, end_of_text: int) -> bool:
        """`<|endoftext|>` was written last: there is nothing to go on from."""
        return bool(self.written) and self.written[-1] == end_of_text

    def with_written(self, written: tuple[int, ...]) -> State:
        """The same screen with another text: back on the last row, at the first draw."""
        return replace(self, written=written, position=None, draw=0, repeat=0)

    def with_model(self, model: str) -> State:
        """The same prompt before another model, whose ids are others."""
        if model == self.model:
            return self
        return replace(self.with_written(()), model=model, everything=False)

    def to_json(self) -> str:
        """What the page keeps between two events."""
        return json.dumps(asdict(self), ensure_ascii=False)

    def to_query(self) -> str:
        """The address, defaults left out; only the settings when the text is too long for one."""
        given = {
            field.name: value
            for field in fields(self)
            if (value := getattr(self, field.name)) != field.default or field.name == "prompt"
        }
        query = _query(given)
        if len(query) <= ADDRESS_CHARACTERS:
            return query
        return _query(
            {k: v for k, v in given.items() if k not in ("prompt", "written", "position")}
        )

    @property
    def fits_address(self) -> bool:
        """Whether the address holds the text too, not the settings alone."""
        return self.to_query().startswith("prompt=")


def _query(values: Mapping[str, Any]) -> str:
    return urlencode({name: written_out(value) for name, value in values.items()})


def written_out(value: Any) -> str:
    """A value as the address writes it."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, (tuple, list)):
        return ".".join(map(str, value))
    return str(value)


def clean_prompt(text: str) -> tuple[str, list[Note]]:
    """What is read of a typed text: line ends made one, broken characters replaced, bounded."""
    notes = []
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    sound = well_formed(text)
    if sound != text:
        notes.append(Note("surrogates", {}))
    if len(sound) > PROMPT_CHARACTERS:
        notes.append(Note("too_long", {"kept": PROMPT_CHARACTERS, "typed": len(sound)}))
        sound = sound[-PROMPT_CHARACTERS:]
    return sound, notes


def from_query(query: Mapping[str, str], vocabulary: int) -> tuple[State, list[Note]]:
    """The screen an address asks for; `vocabulary` bounds the ids. Never raises."""
    return _checked(dict(query), vocabulary)


def from_json(text: str, vocabulary: int) -> tuple[State, list[Note]]:
    """The screen the page kept; a page can be tampered with, so it is checked like an address."""
    try:
        values = json.loads(text) if text else {}
    except (ValueError, RecursionError):
        values = None
    if not isinstance(values, dict):
        return State(), [Note("ignored", {"names": "state"})]
    fit = {name: value for name, value in values.items() if _fits(name, value)}
    odd = [field.name for field in fields(State) if field.name in values.keys() - fit.keys()]
    return _checked({name: written_out(value) for name, value in fit.items()}, vocabulary, odd)


def _fits(name: str, value: Any) -> bool:
    """Whether the page puts values of this kind under this name."""
    if name in ("written", "inside"):
        return isinstance(value, list) and all(type(id) is int for id in value)
    if name in ("prompt", "search", "strategy", "model", "beside"):
        return isinstance(value, str)
    if name in ("others", "everything"):
        return isinstance(value, bool)
    return value is None or type(value) in (int, float)


def _checked(
    values: Mapping[str, str], vocabulary: int, odd: Sequence[str] = ()
) -> tuple[State, list[Note]]:
    read: dict[str, Callable[[str], Any]] = {
        "model": _model,
        "beside": lambda text: _model(text) if text else "",
        "strategy": _one_of("greedy", "sampling"),
        "temperature": _number(*TEMPERATURE),
        "top_k": _or_none(_integer(1, TOP_K_MOST), *OFF),
        "top_p": _or_none(_number(TOP_P_LEAST, 1.0)),
        "seed": _integer(0, SEED_MOST),
        "draw": _integer(0, SEED_MOST),
        "written": _ids(vocabulary),
        "position": _or_none(_integer(0, POSITION_MOST)),
        "others": _flag,
        "everything": _flag,
        "shown": _integer_of(*SHOWN),
        "search": lambda text: well_formed(text)[:SEARCH_CHARACTERS],
        "repeat": _integer_of(*REPEATS),
        "inside": _inside,
    }
    prompt, notes = clean_prompt(values.get("prompt", ""))
    found: dict[str, Any] = {"prompt": prompt}
    refused = list(odd)
    for name, reader in read.items():
        if name in values:
            try:
                found[name] = reader(values[name])
            except ValueError:
                refused.append(name)
    if refused:
        notes.append(Note("ignored", {"names": ", ".join(refused)}))
    state = State(**found)
    if (
        "temperature" in refused
        and state.strategy != "greedy"
        and _zero(values.get("temperature", ""))
    ):
        notes.append(Note("greedy", {}))
    return state, notes


def _zero(text: str) -> bool:
    """A temperature at which, were it one, the first token would always be taken."""
    try:
        return text.isascii() and float(text) == 0
    except ValueError:
        return False


def _number(least: float, most: float) -> Callable[[str], float]:
    def read(text: str) -> float:
        value = float(text) if text.isascii() else math.nan
        if not (math.isfinite(value) and least <= value <= most):
            raise ValueError(text)
        return value

    return read


def _integer(least: int, most: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if len(text) > 12 or not text.isascii():
            raise ValueError(text)
        value = int(text)
        if not least <= value <= most:
            raise ValueError(text)
        return value

    return read


def _integer_of(*allowed: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        value = _integer(0, max(allowed))(text)
        if value not in allowed:
            raise ValueError(text)
        return value

    return read


def _one_of(*allowed: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in allowed:
            raise ValueError(text)
        return text

    return read


def _model(text: str) -> str:
    if not MODEL_NAME.fullmatch(text):
        raise ValueError(text)
    return text


def _or_none(inner: Callable[[str], Any], *also: str) -> Callable[[str], Any]:
    return lambda text: None if text in ("none", *also) else inner(text)


def _inside(text: str) -> tuple[int, ...]:
    numbers = tuple(_integer(0, POSITION_MOST)(part) for part in text.split(".")) if text else ()
    if len(numbers) not in (0, 3):
        raise ValueError(text)
    return numbers


def _flag(text: str) -> bool:
    return _one_of("0", "1")(text) == "1"


def _ids(vocabulary: int) -> Callable[[str], tuple[int, ...]]:
    one = _integer(0, vocabulary - 1)

    def read(text: str) -> tuple[int, ...]:
        parts = text.split(".") if text else []
        if len(parts) > WRITTEN_TOKENS:
            raise ValueError("too many")
        return tuple(one(part) for part in parts)

    return read
