"""`livre-ouvert`: what it prints, in both languages, and what it answers when asked wrongly."""

from __future__ import annotations

import io
import os
import re
import runpy
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import gpt
from gpt.terminal import harmless
from livre_ouvert import HOUSE
from livre_ouvert.command import main
from livre_ouvert.language import command_words
from panels.pages import building
from panels.screen.words import LANGUAGES
from tests.conftest import ROOT
from tests.gpt.reference import gpt2, save
from tests.ports import free_port

PROMPT = "Il était une forêt"
LOCALES = {"fr": "fr_FR.UTF-8", "en": "en_GB.UTF-8"}


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "HOST", "PORT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", LOCALES["en"])


def french(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANG", LOCALES["fr"])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of one's own: GPT-2's shape, tiny, with the vocabulary of the bundled one."""
    bundled = gpt.load()
    size = bundled.tokenizer.size
    where = tmp_path_factory.mktemp("models") / "modèle"
    encoder = bundled.tokenizer._encoder
    return save(gpt2(vocab_size=size, n_positions=32), encoder, where)


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    capsys.readouterr()
    assert main(arguments) == 0
    out, err = capsys.readouterr()
    assert err == ""
    return out


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """The sentence with which the command leaves with status 2."""
    capsys.readouterr()
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    out, err = capsys.readouterr()
    assert (stopped.value.code, out, err.count("\n")) == (2, "", 1)
    return err.removesuffix("\n")


def test_read_shows_every_row_and_the_choice_in_the_reader_s_numbers(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    reading = gpt.load().read(PROMPT)
    here = gpt.distribution(reading.logits[-1], gpt.Settings(temperature=0.8, top_p=0.9, seed=7))
    best = int(here.order[0])
    logit, plain = float(here.logits[best]), 100 * float(here.plain[best])
    english = said(capsys, "read", PROMPT)
    assert english.splitlines()[0].split()[:2] == ["token", "id"]
    assert len(english.split("\n\n")[0].splitlines()) == 1 + len(reading.ids)
    assert "The last row, temperature 0.8, top-p 0.9, seed 7" in english
    assert f" {best} {logit:.3f} {plain:.1f}% " in re.sub(" +", " ", english)
    french(monkeypatch)
    lines = said(capsys, "read", PROMPT, "--temperature", "0,8")
    assert lines.splitlines()[0].split()[:2] == ["token", "numéro"]
    assert "La dernière ligne, température 0,8, top-p 0,9, graine 7" in lines
    comma = f" {best} {logit:.3f} {plain:.1f}\u202f% ".replace(".", ",")
    assert comma in re.sub(" +", " ", lines)


def test_greedy_is_said_and_needs_no_temperature(capsys: pytest.CaptureFixture[str]) -> None:
    lines = said(capsys, "read", PROMPT, "--greedy", "--temperature", "0")
    assert "The last row, greedy" in lines
    assert "not the first" in lines


def test_write_writes_what_the_model_writes(
    capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    settings = gpt.Settings(temperature=0.7, top_k=5, top_p=0.95, seed=3)
    text = "".join(step.token.text for step in gpt.load(folder).write(PROMPT, settings, 9))
    options = ("--temperature", "0.7", "--top-k", "5", "--top-p", "0.95", "--seed", "3")
    written = said(capsys, "write", PROMPT, *options, "--tokens", "9", "--model", str(folder))
    assert written == harmless(f"{PROMPT}{text}\n")


def test_a_dash_is_the_standard_input(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("Une fleur\n"))
    assert said(capsys, "write", "-", "--tokens", "0") == "Une fleur\n"


def test_a_long_text_says_what_is_dropped(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    dropped = gpt.load(folder).read("forêt " * 40).dropped
    french(monkeypatch)
    first = said(capsys, "read", "forêt " * 40, "--model", str(folder)).splitlines()[0]
    assert first == f"Les premiers tokens ({dropped}) ne tiennent pas dans les 32 qui sont lus."


def test_a_broken_text_is_said_to_be_broken(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["write", "a\udce9", "--tokens", "0"]) == 0
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("a\ufffd\n", 1)


@pytest.mark.parametrize(
    ("arguments", "key", "blanks"),
    [
        (["sing"], "act", {}),
        (["read", "--temperature", "0"], "zero", {}),
        (["write", "--temperature", "-1"], "temperature", {"given": "-1"}),
        (["write", "--temperature", "inf"], "temperature", {"given": "inf"}),
        (["read", "--top-k", "0"], "top_k", {"given": "0"}),
        (["read", "--top-p", "1.5"], "top_p", {"given": "1.5"}),
        (["read", "--seed", "x"], "seed", {"given": "x"}),
        (["write", "--tokens", "-1"], "tokens", {"given": "-1"}),
        (["serve", "--port", "65536"], "port", {"given": "65536"}),
        (["read", "a", "b"], "unknown", {"given": "b"}),
        (["read", "--tokens", "3"], "unknown", {"given": "--tokens"}),
        (["read", "--top-k"], "use", {"name": "--top-k"}),
        (["read", "--greedy=3"], "use", {"name": "--greedy"}),
    ],
)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_wrong_question_gets_one_sentence(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    language: str,
    arguments: list[str],
    key: str,
    blanks: dict[str, str],
) -> None:
    monkeypatch.setenv("LANG", LOCALES[language])
    assert refused(capsys, *arguments) == command_words(language)(f"wrong.{key}", **blanks)


def test_a_temperature_of_0_is_offered_greedy(capsys: pytest.CaptureFixture[str]) -> None:
    assert "--greedy" in refused(capsys, "write", "--temperature", "0")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_model_that_does_not_open_says_why(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    language: str,
) -> None:
    monkeypatch.setenv("LANG", LOCALES[language])
    words = command_words(language)
    nowhere = str(tmp_path / "nowhere" / "x")
    assert refused(capsys, "read", "--model", nowhere) == words("model.missing", name=nowhere)
    (tmp_path / "config.json").write_text('{"model_type": "llama"}')
    sentence = words("model.not_gpt2", name=str(tmp_path))
    assert refused(capsys, "read", "--model", str(tmp_path)).startswith(f"{sentence} (")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("act", [[], ["serve"], ["read"], ["write"]])
def test_help_speaks_the_reader_s_language_alone(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    language: str,
    act: list[str],
) -> None:
    monkeypatch.setenv("LANG", LOCALES[language])
    monkeypatch.setenv("COLUMNS", "400")
    words, other = command_words(language), command_words("en" if language == "fr" else "fr")
    with pytest.raises(SystemExit) as stopped:
        main([*act, "--help"])
    out = capsys.readouterr().out
    assert stopped.value.code == 0
    assert out.startswith(f"{words('help.usage')} livre-ouvert")
    assert words(f"help.{act[0]}" if act else "help.what") in out
    assert words("help.help") in out
    assert other("help.help") not in out
    assert not (language == "fr" and ("usage: " in out or "options:" in out))


def test_without_a_word_it_shows_its_help_and_status_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "serve | read | write" in capsys.readouterr().err


def test_help_and_mistakes_wait_for_no_torch() -> None:
    program = (
        "import sys\nfrom livre_ouvert.command import main\n"
        "try: main(['read', '--top-k', '0'])\n"
        "except SystemExit: print(sorted({'torch', 'gradio', 'mkdocs'} & set(sys.modules)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"


@pytest.mark.parametrize("language", LANGUAGES)
def test_serve_says_why_it_cannot(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    language: str,
) -> None:
    monkeypatch.setenv("LANG", LOCALES[language])
    monkeypatch.setenv("HOST", "")
    monkeypatch.setenv("PORT", "")
    words = command_words(language)

    def told(*options: str) -> str:
        assert main(["serve", *options]) == 1
        return capsys.readouterr().err.removesuffix("\n")

    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        sentence = words("door.taken", port=str(port), other=str(port % 65535 + 1))
        assert told("--port", str(port)) == sentence
    there = told("--host", "192.0.2.1", "--port", str(free_port()))
    assert there == words("door.host", host="192.0.2.1")
    (tmp_path / "file").write_text("")
    monkeypatch.setattr(building, "PLACES", [tmp_path / "file" / "build"])
    sentence = words("wrong.build", folder=str(building.PLACES[-1]))
    assert told("--host", "127.0.0.1", "--port", str(free_port())) == sentence


def test_serve_runs_the_app(monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[Any] = []
    monkeypatch.setattr(runpy, "run_path", lambda *given, **named: ran.append((given, named)))
    monkeypatch.setenv("HOST", "")
    monkeypatch.setenv("PORT", "")
    port = str(free_port())
    assert main(["serve", "--host", "127.0.0.1", "--port", port]) == 0
    assert ran == [((str(HOUSE / "app.py"),), {"run_name": "__main__"})]
    assert (os.environ["HOST"], os.environ["PORT"]) == ("127.0.0.1", port)


def test_a_closed_pipe_stops_it_quietly(folder: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, "-m", "livre_ouvert", "write", "Il", "--model", str(folder)],
        cwd=ROOT, env={**os.environ, "OMP_NUM_THREADS": "1"}, stdout=writer, check=False,
        stderr=subprocess.PIPE,
    )  # fmt: skip
    os.close(writer)
    assert (done.returncode, done.stderr) == (1, b"")


def test_an_interruption_ends_the_line(
    capsys: pytest.CaptureFixture[str], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(gpt.Model, "write", interrupted)
    assert main(["write", "Il", "--model", str(folder)]) == 130
    assert capsys.readouterr().out == "Il\n"
