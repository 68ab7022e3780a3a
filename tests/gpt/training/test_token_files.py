"""Documents into token files, and rows out of them."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer

from gpt.training.corpus import (
    SOURCES,
    heldout_documents,
    paragraphs,
    read_documents,
    read_pairs,
    training_documents,
)
from gpt.training.prepare import prepare
from gpt.training.tokens import Batches
from gpt.training.vocabulary import empty_tokenizer
from tests.gpt.training.test_typography import PLAIN
from tests.gpt.training.tiny_corpus import write_corpus

CONTEXT = 32


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_corpus(tmp_path_factory.mktemp("corpus"))


@pytest.fixture(scope="module")
def folder(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    state = tmp_path_factory.mktemp("state")
    prepare(corpus, state, vocabulary=320, passes=2)
    return state


@pytest.fixture(scope="module")
def tokenizer(folder: Path) -> Tokenizer:
    return Tokenizer.from_file(str(folder / "tokenizer.json"))


def texts(tokenizer: Tokenizer, path: Path) -> list[str]:
    """The documents of a token file, in plain typography."""
    ids = np.load(path)
    starts = np.flatnonzero(ids == 0)
    assert starts[0] == 0
    return [
        tokenizer.decode(part[1:].tolist()).translate(PLAIN) for part in np.split(ids, starts)[1:]
    ]


def test_the_shares_are_a_whole() -> None:
    assert sum(source.share for source in SOURCES) == pytest.approx(1)


def test_a_pass_holds_the_whole_source_and_nothing_else(
    corpus: Path, folder: Path, tokenizer: Tokenizer
) -> None:
    for name in ("en_simple", "fr_simple"):
        whole = "\n\n".join(sorted(read_documents(corpus / f"{name}.txt.xz")))
        for number in range(2):
            found = texts(tokenizer, folder / f"{name}.{number}.npy")
            assert sorted("\n\n".join(found).split("\n\n")) == sorted(whole.split("\n\n"))


def test_two_passes_differ_in_order_and_dress(folder: Path) -> None:
    first, second = (np.load(folder / f"en_simple.{number}.npy") for number in range(2))
    assert not np.array_equal(first, second)


def test_heldout_documents_are_never_in_the_training_files(
    corpus: Path, folder: Path, tokenizer: Tokenizer
) -> None:
    for source in SOURCES:
        trained = " ".join(
            text for path in folder.glob(f"{source.name}.*.npy") for text in texts(tokenizer, path)
        )
        heldout = heldout_documents(corpus, source)
        assert all("Held out: " in document for document in heldout)
        assert "Held out: " not in trained
        assert texts(tokenizer, folder / f"heldout.{source.name}.npy") == heldout


def test_heldout_sentences_stand_in_file_order_eight_a_paragraph(corpus: Path) -> None:
    french = next(source for source in SOURCES if source.name == "fr_sentences")
    sentences = [pair[1] for pair in read_pairs(corpus / "heldout" / french.file)]
    once = list(dict.fromkeys(sentences))
    found = heldout_documents(corpus, french)
    assert found == paragraphs(once)
    assert found[0] == " ".join(once[:8])
    assert len(found) == -(-len(once) // 8)


def test_sentences_of_a_pass_are_each_there_once(corpus: Path) -> None:
    english = next(source for source in SOURCES if source.name == "en_sentences")
    sentences = {pair[0] for pair in read_pairs(corpus / english.file)}
    found = " ".join(training_documents(corpus, english, seed=0))
    assert len(found) == sum(map(len, sentences)) + len(sentences) - 1


def test_batches_mix_by_the_shares_and_foresee_one_token(
    folder: Path, tokenizer: Tokenizer
) -> None:
    batches = Batches(folder, tokenizer, CONTEXT)
    for _ in range(50):
        inputs, targets = batches.next(8)
        assert inputs.shape == targets.shape == (8, CONTEXT)
        assert torch.equal(inputs[:, 1:], targets[:, :-1])
    for source in SOURCES:
        assert batches.taken[source.name] == pytest.approx(400 * source.share, abs=1)


def test_a_row_that_begins_with_the_start_token_goes_on_with_words(
    folder: Path, tokenizer: Tokenizer
) -> None:
    batches = Batches(folder, tokenizer, CONTEXT)
    rows = torch.cat([batches.next(8)[0] for _ in range(50)])
    begun = rows[rows[:, 0] == 0]
    assert len(begun) > 40
    assert not (begun[:, 1] == tokenizer.encode("\n").ids[0]).any()


def test_batches_go_on_where_they_stood(folder: Path, tokenizer: Tokenizer) -> None:
    whole = Batches(folder, tokenizer, CONTEXT)
    rows = [whole.next(4)[0] for _ in range(12)]
    second = Batches(folder, tokenizer, CONTEXT)
    for _ in range(5):
        second.next(4)
    third = Batches(folder, tokenizer, CONTEXT)
    third.taken = dict(second.taken)
    assert all(torch.equal(third.next(4)[0], row) for row in rows[5:])


def test_skipped_rows_are_those_another_run_has_seen(folder: Path, tokenizer: Tokenizer) -> None:
    batches = Batches(folder, tokenizer, CONTEXT)
    batches.skip(400)
    assert sum(batches.taken.values()) == pytest.approx(400, abs=len(SOURCES))
    batches.next(1)
    assert max(batches.taken.values()) == 400 * max(source.share for source in SOURCES) + 1


def test_a_source_too_short_for_a_row_is_refused(
    folder: Path, tokenizer: Tokenizer, tmp_path: Path
) -> None:
    short = Path(shutil.copytree(folder, tmp_path / "short"))
    np.save(short / "fr_prose.1.npy", np.zeros(CONTEXT, dtype=np.uint16))
    with pytest.raises(ValueError, match="fr_prose"):
        Batches(short, tokenizer, CONTEXT)


def test_a_file_that_is_there_is_not_written_again(corpus: Path, folder: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in folder.iterdir()}
    prepare(corpus, folder, vocabulary=320, passes=2)
    assert before == {path: path.stat().st_mtime_ns for path in folder.iterdir()}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("l'eau qu’il", ["l'", "eau", " qu’", "il"]),
        ("don't stop", ["don", "'t", " stop"]),
        ("aujourd'hui", ["aujourd", "'", "hui"]),
        ("le 14 mai", ["le", " 1", "4", " mai"]),
        ("end.\n\nNew", ["end", ".", "\n", "\n", "New"]),
    ],
)
def test_an_elision_stays_in_one_piece(text: str, words: list[str]) -> None:
    splitter = empty_tokenizer().pre_tokenizer
    assert [text[first:last] for _, (first, last) in splitter.pre_tokenize_str(text)] == words
