"""The whole way in small: corpus → vocabulary → training → checkpoint → figures and record."""

from __future__ import annotations

import json
import shutil
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
import transformers
from safetensors.torch import load_file

import gpt
from gpt.training import figures, knowledge, loop
from gpt.training.__main__ import main
from gpt.training.evaluate import read_text
from gpt.training.exams import names
from gpt.training.kits.telling import heldout_tellings
from gpt.training.plan import Plan, rate
from gpt.training.record import PROMPTS
from gpt.training.state import read_log, saved_rows, saved_weights
from gpt.training.tokens import WATCHED
from tests.gpt.training.tiny_corpus import write_corpus

STEPS = 40
SHAPE = ["--layers", "2", "--heads", "2", "--channels", "32", "--context", "32", "--rows", "8"]
LENGTH = [*SHAPE, "--tokens", str(STEPS * 8 * 32), "--watch-every", "10", "--save-every", "10"]
LENGTH += ["--warm-up-steps", "5"]
ALONE = ["--hands", "1", "--uncompiled"]


@pytest.fixture(scope="module", autouse=True)
def _few_questions() -> Iterator[None]:
    """A tiny model is asked a handful of what a real one is asked."""
    questions = knowledge.cloze()[::100]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(knowledge, "cloze", lambda: questions)
        patch.setattr(names, "heldout_tellings", lambda language: heldout_tellings(language)[::24])
        yield


@pytest.fixture(scope="module")
def corpus(small_tellers: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    del small_tellers
    return write_corpus(tmp_path_factory.mktemp("corpus"))


@pytest.fixture(scope="module")
def prepared(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    state = tmp_path_factory.mktemp("prepared")
    assert main(prepare(corpus, state)) == 0
    return state


@pytest.fixture(scope="module")
def state(corpus: Path, prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a finished run."""
    folder = copy_of(prepared, tmp_path_factory.mktemp("run"))
    assert main([*train(corpus, folder), *LENGTH]) == 0
    return folder


@pytest.fixture(scope="module")
def checkpoint(state: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("checkpoint")
    assert main(["export", "--state", str(state), "--out", str(out)]) == 0
    return out


def prepare(corpus: Path, state: Path) -> list[str]:
    return ["prepare", "--corpus", str(corpus), "--state", str(state), "--vocabulary", "320"]


def train(corpus: Path, state: Path) -> list[str]:
    return ["train", "--corpus", str(corpus), "--state", str(state), *ALONE]


def copy_of(prepared: Path, folder: Path) -> Path:
    return Path(shutil.copytree(prepared, folder, dirs_exist_ok=True))


def test_the_losses_fall(state: Path) -> None:
    records = read_log(state)
    assert [records[0]["step"], records[-1]["step"]] == [0, STEPS]
    for source in ("en_simple", "fr_simple", "fr_kits"):
        assert records[-1][source] < records[0][source] - 0.5
    assert records[-1]["train"] < records[0]["en_simple"] - 1


def test_a_stopped_run_goes_on_as_if_it_had_not_been(
    corpus: Path, prepared: Path, state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def rate_and_stop(step: int, plan: Plan) -> float:
        if step == 16:
            signal.raise_signal(signal.SIGTERM)
        return rate(step, plan)

    folder = copy_of(prepared, tmp_path / "run")
    with monkeypatch.context() as patch:
        patch.setattr(loop, "rate", rate_and_stop)
        assert main([*train(corpus, folder), *LENGTH]) == 1
    assert torch.load(folder / "state.pt", weights_only=True)["step"] == 17

    assert main([*train(corpus, folder), "--watch-every", "10"]) == 0
    whole, stopped = saved_weights(state), saved_weights(folder)
    assert all(torch.equal(whole[name], stopped[name]) for name in whole)
    assert saved_rows(folder) == saved_rows(state)


def test_a_lost_run_goes_on_from_the_stored_weights(
    corpus: Path, checkpoint: Path, tmp_path: Path
) -> None:
    command = [*train(corpus, tmp_path), "--from-weights", str(checkpoint)]
    assert main([*command, "--rows", "8", "--tokens", "512"]) == 0
    stored = gpt.load(checkpoint).network.state_dict()
    went_on = saved_weights(tmp_path)
    for name, tensor in stored.items():
        assert (went_on[name] - tensor).abs().max() < 0.05
    assert read_log(tmp_path)[0]["en_simple"] < 5.3  # a fresh one starts at ln 320 = 5.8
    assert sum(saved_rows(tmp_path).values()) == 16
    assert not {path.name for path in tmp_path.glob("*_simple.0.npy")}


def test_the_checkpoint_is_the_same_model_in_transformers(checkpoint: Path, state: Path) -> None:
    model = gpt.load(checkpoint)
    reading = model.read("Il était une fois un “king”.")
    theirs = transformers.AutoModelForCausalLM.from_pretrained(checkpoint, dtype=torch.float32)
    their_tokenizer = transformers.AutoTokenizer.from_pretrained(checkpoint)
    ids = their_tokenizer("Il était une fois un “king”.")["input_ids"]
    assert isinstance(theirs, transformers.GPT2LMHeadModel)
    assert tuple(ids) == reading.ids
    with torch.no_grad():
        logits = theirs(torch.tensor([ids])).logits[0]
    torch.testing.assert_close(logits, reading.logits, atol=1e-4, rtol=0)
    trained = saved_weights(state)["norm.weight"]
    torch.testing.assert_close(model.network.norm.weight, trained.half().float(), atol=0, rtol=0)


def test_the_checkpoint_is_stored_in_half_precision(checkpoint: Path) -> None:
    shards = sorted(checkpoint.glob("*.safetensors"))
    tensors = [tensor for shard in shards for tensor in load_file(shard).values()]
    assert {tensor.dtype for tensor in tensors} == {torch.float16}


def test_evaluation_prints_a_line_a_source(
    corpus: Path, checkpoint: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    card = tmp_path / "README.md"
    card.write_text("before\n<!-- figures -->\nold\n<!-- end of figures -->\nafter\n")
    evaluate = ["evaluate", "--corpus", str(corpus), "--model", str(checkpoint)]
    capsys.readouterr()
    assert main([*evaluate, "--only", "en_simple", "fr_sentences", "--card", str(card)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["source", "en_simple", "fr_sentences"]
    assert 0.5 < float(lines[1].split()[3]) < 4
    assert lines[1].split()[4:] == ["1.22", "no"]

    written = card.read_text()
    assert written.startswith("before\n")
    assert written.endswith("after\n")
    assert "old" not in written
    assert lines[1].split()[3] in written


def test_the_exams_come_below_and_into_the_card(
    corpus: Path, checkpoint: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    card = tmp_path / "README.md"
    card.write_text("<!-- figures -->\n<!-- end of figures -->\n")
    evaluate = ["evaluate", "--corpus", str(corpus), "--model", str(checkpoint), "--quick"]
    capsys.readouterr()
    assert main([*evaluate, "--card", str(card)]) == 0
    bits, exams = capsys.readouterr().out.split("\n\n")
    assert [len(table.splitlines()) for table in (bits, exams)] == [1 + len(WATCHED), 9]
    assert exams.splitlines()[0].split()[-2:] == ["target", "reached"]
    assert "| openings " in card.read_text()
    assert "distinct 4-grams" not in card.read_text()


def test_stories_are_written_on_a_sheet(
    checkpoint: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "stories.md"
    assert main(["read", "--model", str(checkpoint), "--out", str(out)]) == 0
    assert out.read_text().count("First sentence that does not follow") == 40
    assert capsys.readouterr().out.startswith("en: 20 stories, median ")


def test_baselines_are_counted_once_and_shown_beside_the_model(
    corpus: Path, checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = gpt.load(checkpoint)
    texts = [read_text(model, corpus, source) for source in WATCHED]
    stored = tmp_path / "baselines.json"
    counted = figures.baselines(corpus, model.tokenizer, texts, stored)
    assert all(0 < line.five_gram < 4 and 0 < line.xz < 8 for line in counted)

    monkeypatch.setattr(figures, "count_corpus", None)
    assert figures.baselines(corpus, model.tokenizer, texts[:2], stored) == counted[:2]
    other = replace(texts[0], bytes=texts[0].bytes + 1)
    with pytest.raises(TypeError):
        figures.baselines(corpus, model.tokenizer, [other], stored)

    number = next(n for n, text in enumerate(texts) if text.source.name == "en_simple")
    simple = texts[number]
    lines = figures.table(
        [figures.Figure(simple, 1.2, counted[number])], markdown=True
    ).splitlines()
    assert [line.count("|") for line in lines] == [9, 9, 9]
    assert lines[2].split("|")[4:9] == [
        f" {value:>{len(head) - 2}} "
        for head, value in zip(
            lines[0].split("|")[4:9],
            [
                "1.200",
                f"{counted[number].five_gram:.3f}",
                f"{counted[number].xz:.3f}",
                "1.22",
                "yes",
            ],
            strict=True,
        )
    ]


def test_an_impossible_context_is_told_in_a_sentence(
    corpus: Path, checkpoint: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    evaluate = ["evaluate", "--corpus", str(corpus), "--model", str(checkpoint)]
    assert main([*evaluate, "--context", "64"]) == 1
    assert "from 2 to 32, not 64" in capsys.readouterr().err


def test_the_record_tells_the_run(checkpoint: Path) -> None:
    record = json.loads((checkpoint / "training.json").read_text())
    assert record["model"]["vocabulary"] == 320
    assert record["plan"]["tokens"] == STEPS * 8 * 32
    assert sum(source["tokens"] for source in record["sources"]) == STEPS * 8 * 32
    logged = [line["step"] for line in record["records"]]
    assert logged == sorted(set(logged))
    assert {0, 10, 20, 30, 40} <= set(logged)
    last = record["records"][-1]
    assert last["heldout"]["fr"] < record["records"][0]["heldout"]["fr"]
    assert last["bits_per_byte"]["fr"] < last["heldout"]["fr"] / np.log(2)
    steps = [snapshot["step"] for snapshot in record["snapshots"]]
    assert steps[0] == 0
    assert steps[-1] == STEPS
    assert 8 <= len(steps) <= 16


def test_the_record_says_what_the_model_said(checkpoint: Path) -> None:
    record = json.loads((checkpoint / "training.json").read_text())
    assert [prompt["language"] for prompt in record["prompts"]] == ["en"] * 6 + ["fr"] * 6
    for snapshot in record["snapshots"]:
        assert len(snapshot["said"]) == len(PROMPTS)
        for said in snapshot["said"]:
            probabilities = [probability for _, _, probability in said["next"]]
            assert len(probabilities) == 10
            assert probabilities == sorted(probabilities, reverse=True)
        assert len(snapshot["answers"]) == len(record["openings"]) == 48
        assert snapshot["cloze"].keys() == {"told", "new"}
    first, last = record["snapshots"][0]["said"][0], record["snapshots"][-1]["said"][0]
    assert first["next"][0][2] < 0.02 < last["next"][0][2]
    assert first["sample"] != last["sample"]
