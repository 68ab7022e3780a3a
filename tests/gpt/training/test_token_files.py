"""Documents into token files, and rows out of them."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer

from gpt.training.corpus import (
    SOURCES,
    Source,
    heldout_documents,
    paragraphs,
    read_documents,
    read_pairs,
    training_documents,
)
from gpt.training.prepare import prepare
from gpt.training.tokens import WATCHED, Batches, Passes
from gpt.training.vocabulary import empty_tokenizer
from tests.gpt.training.test_typography import PLAIN
from tests.gpt.training.tiny_corpus import write_corpus

CONTEXT = 32


@pytest.fixture(scope="module")
def corpus(small_tellers: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    del small_tellers
    return write_corpus(tmp_path_factory.mktemp("corpus"))


@pytest.fixture(scope="module")
def folder(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    state = tmp_path_factory.mktemp("state")
    prepare(corpus, state, vocabulary=320)
    return state


@pytest.fixture(scope="module")
def tokenizer(folder: Path) -> Tokenizer:
    return Tokenizer.from_file(str(folder / "tokenizer.json"))


@pytest.fixture(scope="module")
def passes(corpus: Path, folder: Path, tokenizer: Tokenizer) -> Passes:
    return Passes(corpus, tokenizer, folder)


def texts(tokenizer: Tokenizer, ids: NDArray[np.uint16]) -> list[str]:
    """The documents of a stretch of tokens, in plain typography."""
    starts = np.flatnonzero(ids == 0)
    assert starts[0] == 0
    return [
        tokenizer.decode(part[1:].tolist()).translate(PLAIN) for part in np.split(ids, starts)[1:]
    ]


def named(name: str) -> Source:
    return next(source for source in SOURCES if source.name == name)


def test_the_shares_are_a_whole() -> None:
    assert sum(source.share for source in SOURCES) == pytest.approx(1)


def test_both_languages_have_the_same_share() -> None:
    english = sum(source.share for source in SOURCES if source.language == "en")
    assert english == pytest.approx(0.5)
    prose = sum(source.share for source in SOURCES if source.name.endswith("_prose"))
    assert prose <= 0.03


def test_a_pass_holds_the_whole_source_and_nothing_else(
    corpus: Path, passes: Passes, tokenizer: Tokenizer
) -> None:
    for source in (named("en_simple"), named("fr_simple")):
        whole = "\n\n".join(sorted(read_documents(corpus / source.file)))
        for number in range(2):
            found = texts(tokenizer, passes.tokens(source, number))
            assert sorted("\n\n".join(found).split("\n\n")) == sorted(whole.split("\n\n"))


@pytest.mark.parametrize("name", ["en_simple", "fr_kits", "en_knowledge"])
def test_two_passes_differ_and_the_same_pass_does_not(
    passes: Passes, folder: Path, name: str
) -> None:
    first, second = (np.array(passes.tokens(named(name), number)) for number in (0, 1))
    assert not np.array_equal(first, second)
    assert {path.name for path in folder.glob(f"{name}.*.npy")} == {f"{name}.1.npy"}
    assert np.array_equal(first, passes.tokens(named(name), 0))


def test_heldout_documents_are_never_in_the_training_files(
    corpus: Path, folder: Path, passes: Passes, tokenizer: Tokenizer
) -> None:
    for source in WATCHED:
        heldout = heldout_documents(corpus, source)
        found = texts(tokenizer, np.load(folder / f"heldout.{source.name}.npy"))
        assert found == [document.translate(PLAIN) for document in heldout]
        if source.teller is None:
            trained = " ".join(texts(tokenizer, passes.tokens(source, 0)))
            assert all("Held out: " in document for document in heldout)
            assert "Held out: " not in trained


def test_heldout_sentences_stand_in_file_order_eight_a_paragraph(corpus: Path) -> None:
    french = named("fr_sentences")
    sentences = [pair[1] for pair in read_pairs(corpus / "heldout" / french.file)]
    once = list(dict.fromkeys(sentences))
    found = heldout_documents(corpus, french)
    assert found == paragraphs(once)
    assert found[0] == " ".join(once[:8])
    assert len(found) == -(-len(once) // 8)


def test_sentences_of_a_pass_are_each_there_once(corpus: Path) -> None:
    english = named("en_sentences")
    sentences = {pair[0] for pair in read_pairs(corpus / english.file)}
    found = " ".join(training_documents(corpus, english, 0))
    assert len(found) == sum(map(len, sentences)) + len(sentences) - 1


def test_batches_mix_by_the_shares_and_foresee_one_token(
    passes: Passes, tokenizer: Tokenizer
) -> None:
    batches = Batches(passes, tokenizer, CONTEXT)
    for _ in range(50):
        inputs, targets = batches.next(8)
        assert inputs.shape == targets.shape == (8, CONTEXT)
        assert torch.equal(inputs[:, 1:], targets[:, :-1])
    for source in SOURCES:
        assert batches.taken[source.name] == pytest.approx(400 * source.share, abs=1)


def test_a_row_that_begins_with_the_start_token_goes_on_with_words(
    passes: Passes, tokenizer: Tokenizer
) -> None:
    batches = Batches(passes, tokenizer, CONTEXT)
    rows = torch.cat([batches.next(8)[0] for _ in range(50)])
    begun = rows[rows[:, 0] == 0]
    assert len(begun) > 25
    assert not (begun[:, 1] == tokenizer.encode("\n").ids[0]).any()


def test_batches_go_on_where_they_stood_in_any_pass(passes: Passes, tokenizer: Tokenizer) -> None:
    whole = Batches(passes, tokenizer, CONTEXT)
    rows = [whole.next(64)[0] for _ in range(45)]
    second = Batches(passes, tokenizer, CONTEXT)
    for _ in range(40):
        second.next(64)
    state = second.state()
    assert max(number for number, _ in state["places"].values()) > 0
    third = Batches(passes, tokenizer, CONTEXT)
    third.restore(state)
    assert all(torch.equal(third.next(64)[0], row) for row in rows[40:])


def test_a_run_from_stored_weights_begins_with_other_passes(
    passes: Passes, tokenizer: Tokenizer
) -> None:
    batches = Batches(passes, tokenizer, CONTEXT, first=7)
    assert {number for number, _ in batches.state()["places"].values()} == {7}
    assert not torch.equal(batches.next(16)[0], Batches(passes, tokenizer, CONTEXT).next(16)[0])


def test_a_source_too_short_for_a_row_is_refused(
    corpus: Path, folder: Path, tokenizer: Tokenizer, tmp_path: Path
) -> None:
    short = Path(shutil.copytree(folder, tmp_path / "short"))
    np.save(short / "fr_prose.0.npy", np.zeros(CONTEXT, dtype=np.uint16))
    with pytest.raises(ValueError, match="fr_prose"):
        Batches(Passes(corpus, tokenizer, short), tokenizer, CONTEXT).next(64)


def test_a_file_that_is_there_is_not_written_again(corpus: Path, folder: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in folder.iterdir()}
    prepare(corpus, folder, vocabulary=320)
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
