"""What a host sets: every name that is read from the environment, read and checked here alone.

What cannot be is told in one sentence and never passed over, a name of ours that is none too.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from importlib.util import find_spec
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any, Generic, TypeVar

T = TypeVar("T")
Network = IPv4Network | IPv6Network

ENVIRONMENT: Mapping[str, str] = os.environ
OURS = "OPENBOOK_"

ORIGIN = re.compile(r"\*|null|https?://[^\s/?#@]+")
CLUSTER = re.compile(r"ray://(local|auto|[\w.-]+:\d{1,5})")
ROOT_OF = re.compile(r"(/[\w.~-]+)+", re.ASCII)
TOKEN = re.compile(r"[!-~]{16,}")

FIRST_PARTS = {
    *("fr", "en", "lab", "labo", "panels", "fragments", "embed", "exercises", "sheets", "keys"),
    *("api", "runs", "dress", "line", "healthz", "assets", "static", "gradio_api", "host"),
    *("theme.css", "manifest.json", "favicon.ico", "robots.txt", "metrics"),
}
"""What comes first in the addresses of the book: a root like it could not be told from them."""


class SettingError(Exception):
    """A name is set to what it cannot be; the message says in one sentence what it takes.

    `kind` names the sentence for those who say it in other words, `values` what stands in it.
    """

    def __init__(self, message: str, kind: str, **values: str) -> None:
        super().__init__(message)
        self.kind = kind
        self.values = values


@dataclass(frozen=True)
class Setting(Generic[T]):
    """A name, what it takes, how that is read, and what holds without it.

    `read` raises ValueError for what the name does not take.
    """

    name: str
    takes: str
    read: Callable[[str], T]
    otherwise: T

    def of(self, environment: Mapping[str, str] = ENVIRONMENT) -> T:
        """What the host sets. Raises SettingError."""
        given = environment.get(self.name, "").strip()
        if not given:
            return self.otherwise
        try:
            return self.read(given)
        except ValueError:
            kind = self.name.removeprefix(OURS).lower()
            sentence = f"{self.name} takes {self.takes}, not {given!r}."
            raise SettingError(sentence, kind, given=given) from None


def check(environment: Mapping[str, str] = ENVIRONMENT) -> None:
    """Read everything once, before anything is served. Raises SettingError."""
    for setting in SETTINGS:
        setting.of(environment)
    known = [setting.name for setting in SETTINGS]
    for name in environment:
        if name.startswith(OURS) and name not in known:
            (near,) = get_close_matches(name, known, n=1, cutoff=0)
            sentence = f"There is no {name}; {near} is the name that is most like it."
            raise SettingError(sentence, "unknown", given=name, near=near)


def listed(text: str) -> tuple[str, ...]:
    """What stands in a list: "gpt2, distilgpt2", or one a line."""
    return tuple(filter(None, (each.strip() for each in text.replace("\n", ",").split(","))))


def _whole(least: int, most: int) -> Callable[[str], int]:
    """A whole number within bounds."""

    def read(text: str) -> int:
        if not (text.isascii() and text.isdigit() and least <= int(text[:20]) <= most):
            raise ValueError(text)
        return int(text)

    return read


@lru_cache(maxsize=8)
def _networks(text: str) -> tuple[Network, ...]:
    """They are asked for with every request, so that what was read is kept."""
    return tuple(ip_network(each, strict=False) for each in listed(text))


def _one(word: str) -> Callable[[str], str]:
    """That word alone."""

    def read(text: str) -> str:
        if text != word:
            raise ValueError(text)
        return text

    return read


def _cluster(text: str) -> str:
    """Where a Ray cluster is; without Ray there is none."""
    if not CLUSTER.fullmatch(text) or find_spec("ray") is None:
        raise ValueError(text)
    return text


def _token(text: str) -> str:
    if not TOKEN.fullmatch(text):
        raise ValueError(text)
    return text


def _root(text: str) -> str:
    root = text.rstrip("/")
    if (root and not ROOT_OF.fullmatch(root)) or root.strip("/").partition("/")[0] in FIRST_PARTS:
        raise ValueError(text)
    return root


def _origins(text: str) -> tuple[str, ...]:
    origins = tuple(each.rstrip("/") for each in listed(text))
    if not all(map(ORIGIN.fullmatch, origins)):
        raise ValueError(text)
    return origins


HOST = Setting("HOST", "an address of this machine", str, "")
PORT = Setting("PORT", "a number from 1 to 65535", _whole(1, 65_535), 7860)
SPACE = Setting("SPACE_ID", "what Hugging Face names a Space", str, "")
LENT = Setting("SPACES_ZERO_GPU", "what Hugging Face says where GPUs are lent", str, "")
MODELS = Setting[tuple[str, ...]]("OPENBOOK_MODELS", "ids of the Hub or folders", listed, ())
MEMORY = Setting[int | None](
    "OPENBOOK_MEMORY", "a whole number of megabytes, 1 or more", _whole(1, 10**9), None
)
HELPERS = Setting[int | None](
    "OPENBOOK_HELPERS", "a whole number from 0 to 64", _whole(0, 64), None
)
ENGINE = Setting(
    "OPENBOOK_ENGINE",
    "ray://local, ray://auto or ray:// and the host and port of a cluster, once what "
    "requirements-ray.txt names is installed",
    _cluster,
    "",
)
ROOT = Setting(
    "OPENBOOK_ROOT", "the beginning of an address, as /gpt is, none of the book's", _root, ""
)
ORIGINS = Setting[tuple[str, ...]](
    "OPENBOOK_ORIGINS", "addresses such as https://course.example.org, or *", _origins, ()
)
PROXIES = Setting[tuple[Network, ...]](
    "OPENBOOK_PROXIES", "addresses or networks with commas between them", _networks, ()
)
LOG = Setting("OPENBOOK_LOG", "json", _one("json"), "")
HOST_TOKEN = Setting(
    "OPENBOOK_HOST_TOKEN", "16 letters, digits and signs or more, without spaces", _token, ""
)

SETTINGS: tuple[Setting[Any], ...] = (
    HOST, PORT, SPACE, LENT, MODELS, MEMORY, HELPERS, ENGINE, ROOT, ORIGINS, PROXIES, LOG,
    HOST_TOKEN,
)  # fmt: skip
