"""livre_ouvert/settings.py: what a host sets is read or refused, never passed over."""

from __future__ import annotations

import os
import subprocess
import sys
from ipaddress import ip_network
from typing import Any

import pytest

from livre_ouvert import settings
from livre_ouvert.language import command_words
from livre_ouvert.settings import SETTINGS, Setting, SettingError, check
from panels.screen.words import LANGUAGES
from tests.conftest import ROOT


@pytest.mark.parametrize(
    ("setting", "given", "read"),
    [
        (settings.PORT, "8000", 8000),
        (settings.PORT, "", 7860),
        (settings.HOST, " ::1 ", "::1"),
        (settings.MODELS, " gpt2,a/b\n/models/mine ,, ", ("gpt2", "a/b", "/models/mine")),
        (settings.MEMORY, "4000", 4000),
        (settings.MEMORY, "", None),
        (settings.HELPERS, "0", 0),
        (settings.ORIGINS, "https://a.example/, http://b:8443", ("https://a.example", "http://b:8443")),
        (settings.ORIGINS, "https://a.example\nnull", ("https://a.example", "null")),
        (settings.ORIGINS, "*", ("*",)),
        (settings.ORIGINS, " , ", ()),
        (settings.PROXIES, "::1, 10.1.2.3/8", (ip_network("::1"), ip_network("10.0.0.0/8"))),
        (settings.LOG, "json", "json"),
        (settings.HOST_TOKEN, "0123456789abcdef", "0123456789abcdef"),
    ],
)  # fmt: skip
def test_what_is_set_is_read(setting: Setting[Any], given: str, read: object) -> None:
    assert setting.of({setting.name: given}) == read


@pytest.mark.parametrize(
    ("name", "given"),
    [
        *(("PORT", port) for port in ("0", "-1", "65536", "http", "78 60", "٣", "9" * 5000)),
        *(("OPENBOOK_MEMORY", memory) for memory in ("abc", "0", "-1", "4 GB", "1.5")),
        *(("OPENBOOK_HELPERS", many) for many in ("-3", "many", "65")),
        *(
            ("OPENBOOK_ENGINE", engine)
            for engine in ("local", "ray://", "http://a:1", "ray://a b:1")
        ),
        ("OPENBOOK_PROXIES", "the proxy"),
        ("OPENBOOK_LOG", "yes"),
        ("OPENBOOK_HOST_TOKEN", "short"),
        ("OPENBOOK_HOST_TOKEN", "0123456789 abcdef"),
        ("OPENBOOK_ORIGINS", "course.example.org"),
        ("OPENBOOK_ORIGINS", "https://course.example.org/week-3"),
    ],
)
def test_what_cannot_be_is_refused_by_name(name: str, given: str) -> None:
    with pytest.raises(SettingError, match=f"^{name} takes .+, not ") as refused:
        check({name: given})
    for language in LANGUAGES:
        words = command_words(language)
        assert name in words(f"settings.{refused.value.kind}", **refused.value.values)


def test_a_cluster_needs_what_is_installed_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    given = {"OPENBOOK_ENGINE": "ray://10.0.0.5:6379"}
    monkeypatch.setattr(settings, "find_spec", lambda _: None)
    with pytest.raises(SettingError, match=r"requirements-ray\.txt"):
        settings.ENGINE.of(given)
    monkeypatch.setattr(settings, "find_spec", lambda name: name)
    assert settings.ENGINE.of(given) == "ray://10.0.0.5:6379"


def test_a_name_of_ours_that_is_none_is_refused() -> None:
    with pytest.raises(SettingError) as refused:
        check({"OPENBOOK_MODEL": "gpt2"})
    assert str(refused.value) == (
        "There is no OPENBOOK_MODEL; OPENBOOK_MODELS is the name that is most like it."
    )
    assert "OPENBOOK_MODELS" in command_words("fr")("settings.unknown", **refused.value.values)


def test_the_readme_tells_of_every_one_in_both_languages() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    english, french = readme.split("# GPT à livre ouvert\n")
    for setting in SETTINGS:
        if setting not in (settings.SPACE, settings.LENT):  # a Space sets them by itself
            assert f"`{setting.name}`" in english, setting.name
            assert f"`{setting.name}" in french, setting.name


def test_the_app_says_so_at_once_and_leaves_with_one() -> None:
    done = subprocess.run(
        [sys.executable, "app.py"], cwd=ROOT, env={**os.environ, "OPENBOOK_MEMORY": "abc"},
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    sentence = "OPENBOOK_MEMORY takes a whole number of megabytes, 1 or more, not 'abc'.\n"
    assert (done.returncode, done.stdout, done.stderr) == (1, "", sentence)
