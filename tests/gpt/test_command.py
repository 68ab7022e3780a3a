"""`python -m gpt`: what a terminal shows, and what it says when something is wrong."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest
import tokenizers
import torch

import gpt
from gpt.__main__ import main
from gpt.terminal import harmless, percent, shown, table, width
from tests.gpt.reference import gpt2, save

ROOT = Path(__file__).parent.parent.parent
PROMPT = "Il était une forêt 😀"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, encoder: tokenizers.Tokenizer) -> Path:
    return save(gpt2(n_positions=64), encoder, tmp_path_factory.mktemp("models") / "tiny")


def said(capsys: pytest.CaptureFixture[str], folder: Path, *arguments: str) -> str:
    """What the command prints."""
    capsys.readouterr()
    assert main([*arguments, "--model", str(folder)]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    return out


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """The sentence with which the command refuses."""
    capsys.readouterr()
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert stopped.value.code == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert err.startswith("python -m gpt: ")
    return err


def number(cell: str) -> float:
    return float(cell.removesuffix(" %").removeprefix("<"))


def test_a_row_per_position_with_its_judgement(
    capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    reading = gpt.load(folder).read(PROMPT)
    rows = said(capsys, folder, PROMPT).split("\n\n")[0].splitlines()[1:]
    assert len(rows) == len(reading.ids)
    for position, (line, row) in enumerate(zip(rows, reading.rows(), strict=True)):
        cells = line.split()
        assert cells[:3] == [
            str(position),
            shown(reading.tokens[position]),
            str(reading.ids[position]),
        ]
        for guess in row.guesses:
            assert f"{shown(reading.tokenizer.token(guess.token_id))} " in line
            assert f"{100 * guess.probability:.0f} %" in line
        if row.outcome is None:
            assert line.endswith("this row chooses")
        else:
            assert line.endswith(f"{row.outcome.surprise:.2f} bits")
            assert f" {row.outcome.rank} " in line
    assert "⟨F0⟩" in rows[-4]


def test_the_last_row_from_logit_to_what_is_kept(
    capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    settings = gpt.Settings(temperature=0.7, top_k=6, top_p=0.8)
    here = gpt.distribution(gpt.load(folder).read(PROMPT).row_logits(-1), settings)
    options = ("--temperature", "0.7", "--top-k", "6", "--top-p", "0.8")
    head, *lines, _ = said(capsys, folder, PROMPT, *options).split("\n\n")[2].splitlines()
    assert head.split()[:4] == ["rank", "token", "id", "logit"]
    first = here.order[:10].tolist()
    for rank, (line, id) in enumerate(zip(lines, first, strict=True), start=1):
        assert line.split()[0] == str(rank)
        numbers = f" {id} {float(here.logits[id]):.3f} {percent(float(here.plain[id]))} "
        assert numbers in " ".join(line.split())
        rule = here.excluded_by(id)
        assert line.endswith({None: "kept", "top_k": "by top-k", "top_p": "by top-p"}[rule])
    assert {here.excluded_by(id) for id in first} == {None, "top_k", "top_p"}


@pytest.mark.parametrize("options", [[], ["--greedy"], ["--temperature", "2", "--top-p", "1"]])
def test_the_table_sums_to_a_hundred_percent(
    capsys: pytest.CaptureFixture[str], folder: Path, options: list[str]
) -> None:
    lines = said(capsys, folder, PROMPT, *options).split("\n\n")[2].splitlines()
    assert "the other 310 tokens" in lines[-1]
    column = lines[0].index("softmax") + len("softmax")
    after = lines[0].index("after settings") + len("after settings")
    for end in (column, after):
        shares = [number(line[:end].split("  ")[-1].strip()) for line in lines[1:]]
        assert sum(shares) == pytest.approx(100, abs=0.06)


@pytest.mark.parametrize(
    "options", [["--seed", "3"], ["--greedy"], ["--top-k", "5", "--tokens", "9"]]
)
def test_the_text_that_follows_is_the_one_the_model_writes(
    capsys: pytest.CaptureFixture[str], folder: Path, options: list[str]
) -> None:
    settings = gpt.Settings(
        strategy="greedy" if "--greedy" in options else "sampling",
        temperature=0.8,
        top_k=5 if "--top-k" in options else None,
        top_p=0.9,
        seed=3 if "--seed" in options else 7,
    )
    steps = gpt.load(folder).write("Il", settings, 9 if "--tokens" in options else 40)
    text = "Il" + "".join(step.token.text for step in steps)
    assert said(capsys, folder, "Il", *options).endswith(f"\n\n{harmless(text)}\n")


def test_no_prompt_is_an_empty_one(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    lines = said(capsys, folder, "--tokens", "0").splitlines()
    assert lines[1].split()[:3] == ["0", "<|endoftext|>", "0"]
    assert lines[2] == ""


def test_a_prompt_that_is_too_long_says_what_is_dropped(
    capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    reading = gpt.load(folder).read("forêt " * 200)
    first = said(capsys, folder, "forêt " * 200, "--tokens", "0").splitlines()[0]
    assert first == f"The first {reading.dropped:,} tokens do not fit the 64 that are read."


def test_a_piece_without_a_row_is_told(
    capsys: pytest.CaptureFixture[str], encoder: tokenizers.Tokenizer, tmp_path: Path
) -> None:
    larger = tokenizers.Tokenizer.from_str(encoder.to_str())
    larger.add_special_tokens(["<pad>"])
    added = save(gpt2(n_positions=64), larger, tmp_path / "added")
    first = said(capsys, added, "Il <pad>").splitlines()[0]
    assert first == "The model has no row for <pad>: it is read in pieces that have one."
    assert "no row" not in said(capsys, added, "Il")


def test_line_ends_of_windows_are_line_ends(
    capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    assert said(capsys, folder, "a\r\nb") == said(capsys, folder, "a\nb")


def test_a_broken_prompt_is_said_to_be_broken(
    capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    assert said(capsys, folder, "a\udce9").startswith("What is no Unicode text in the prompt")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            ["--temperature", "0"],
            "temperature is a number above 0; --greedy always takes the first token",
        ),
        (["--temperature", "nan"], "temperature is a number above 0, not nan"),
        (["--temperature", "warm"], "argument --temperature: invalid float value: 'warm'"),
        (["--top-k", "0"], "top_k is at least 1, not 0"),
        (["--top-k", "2.5"], "argument --top-k: invalid int value: '2.5'"),
        (["--top-p", "1.5"], "top_p is from 0 to 1, not 1.5"),
        (["--tokens", "-1"], "tokens is at least 0, not -1"),
        (["--seed", "x"], "argument --seed: invalid int value: 'x'"),
        (["--model", "./nowhere/nobody"], "There is no model folder nobody."),
        (["--colour"], "unrecognized arguments: --colour"),
    ],
)
def test_wrong_settings_get_one_sentence_and_status_2(
    capsys: pytest.CaptureFixture[str], arguments: list[str], sentence: str
) -> None:
    assert refused(capsys, "Il", *arguments) == f"python -m gpt: {sentence}\n"


def test_greedy_looks_at_no_temperature(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    greedy = said(capsys, folder, PROMPT, "--greedy")
    assert said(capsys, folder, PROMPT, "--greedy", "--temperature", "0") == greedy


def test_a_closed_pipe_stops_it_quietly(folder: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    process = subprocess.run(
        [sys.executable, "-m", "gpt", "Il", "--model", str(folder)],
        cwd=ROOT,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        stdout=writer,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(writer)
    assert (process.returncode, process.stderr) == (1, b"")


def test_a_terminal_without_unicode_gets_what_it_can_show(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown_bytes = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(shown_bytes, encoding="ascii"))
    assert main(["L’été 😀", "--model", str(folder)]) == 0
    assert rb"L\u2019\xe9t\xe9 \U0001f600" in shown_bytes.getvalue()


def test_an_interruption_ends_the_line(
    capsys: pytest.CaptureFixture[str], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(gpt.Model, "write", interrupted)
    assert main(["Il", "--model", str(folder)]) == 130
    assert capsys.readouterr().out.endswith("\n\nIl\n")


def test_tokens_are_made_visible(tokenizer: gpt.Tokenizer) -> None:
    def signs(text: str) -> str:
        return "".join(map(shown, tokenizer.tokens(tokenizer.encode(text))))

    assert signs(" a\n\tb\u00a0?\u202f!") == "·a⏎⇥b⟨C2⟩⟨A0⟩?⟨E2⟩⟨80⟩⟨AF⟩!"
    assert signs("\x1b[31m") == "⟨U+001B⟩[31m"
    assert shown(tokenizer.token(0)) == "<|endoftext|>"
    assert shown(gpt.Token(1, "e\u0301\u00a0", "e\u0301\u00a0".encode())) == "e◌\u0301⍽"


def test_a_written_text_gives_the_terminal_no_orders() -> None:
    assert harmless("a\x1b[2J\rb\n\tc é 😀") == "a⟨U+001B⟩[2J⟨U+000D⟩b\n\tc é 😀"


def test_columns_are_aligned_for_wide_and_combining_signs() -> None:
    lines = table([["a", "b"], ["漢", "12"], ["e\u0301", "3"]], left=(0,))
    assert lines == ["a    b", "漢  12", "e\u0301    3"]
    assert [width(line) for line in lines] == [6, 6, 6]


def test_percentages_say_what_is_small_and_what_is_none() -> None:
    shares = (0.12345, 0.0, 1.0, 0.00004, float(torch.nan))
    assert [percent(share) for share in shares] == ["12.35 %", "0.00 %", "100.00 %", "<0.01 %", "–"]
