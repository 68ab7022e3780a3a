"""The figures of an evaluation, as a table to read and as a part of the model card."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from gpt.generate import Model
from gpt.tokenizer import END_OF_TEXT, Tokenizer
from gpt.training.baseline import count_corpus, five_gram_bits_per_byte, xz_bits_per_byte
from gpt.training.columns import columns
from gpt.training.evaluate import TARGETS, Text

STORED = Path(__file__).parent / "baselines.json"
BEGIN, END = "<!-- figures -->", "<!-- end of figures -->"


@dataclass(frozen=True)
class Baseline:
    """What the classical ways need for a source, in bits per byte.

    `bytes` and `tokens` tell which text, and which vocabulary, the figures belong to.
    """

    bytes: int
    tokens: int
    five_gram: float
    xz: float


@dataclass(frozen=True)
class Figure:
    """What the model needs for the held-out part of a source, in bits per byte."""

    text: Text
    bits_per_byte: float
    baseline: Baseline | None = None


def baselines(
    corpus: Path, tokenizer: Tokenizer, texts: Sequence[Text], stored: Path = STORED
) -> list[Baseline]:
    """The baselines of some texts: those stored if they belong to these texts, else counted now.

    Counting reads the whole corpus: some minutes, a few gigabytes of memory. What was counted is
    stored.
    """
    known = _read(stored)
    if all(_belongs(known.get(text.source.name), text) for text in texts):
        return [known[text.source.name] for text in texts]
    five_gram = count_corpus(corpus, tokenizer)
    counted = [
        Baseline(
            text.bytes,
            text.tokens,
            round(five_gram_bits_per_byte(five_gram, text, tokenizer.end_of_text), 4),
            round(xz_bits_per_byte(text), 4),
        )
        for text in texts
    ]
    fresh = {text.source.name: line for text, line in zip(texts, counted, strict=True)}
    values = {name: asdict(line) for name, line in (known | fresh).items()}
    stored.write_text(json.dumps(values, indent=2) + "\n", encoding="utf-8")
    return counted


def _read(stored: Path) -> dict[str, Baseline]:
    if not stored.is_file():
        return {}
    values = json.loads(stored.read_text(encoding="utf-8"))
    return {name: Baseline(**line) for name, line in values.items()}


def _belongs(line: Baseline | None, text: Text) -> bool:
    return line is not None and (line.bytes, line.tokens) == (text.bytes, text.tokens)


def table(figures: Sequence[Figure], markdown: bool = False) -> str:
    """A line a source: its file, its size, bits per byte, the baselines if known, the target."""
    compared = all(figure.baseline for figure in figures)
    head = ["source", "file", "bytes", "bits per byte"]
    head += ["5-gram", "xz -9"] if compared else []
    rows = [[*head, "target", "reached"], *(_cells(figure) for figure in figures)]
    return columns(rows, 2, markdown)


def _cells(figure: Figure) -> list[str]:
    source, baseline = figure.text.source, figure.baseline
    target = TARGETS.get(source.name)
    compared = [f"{baseline.five_gram:.3f}", f"{baseline.xz:.3f}"] if baseline else []
    reached = "" if target is None else "yes" if figure.bits_per_byte <= target else "no"
    return [
        source.name,
        source.file,
        f"{figure.text.bytes:,}",
        f"{figure.bits_per_byte:.3f}",
        *compared,
        "" if target is None else f"{target:.2f}",
        reached,
    ]


def note(model: Model, context: int) -> str:
    """How the figures of a table were taken, for the model card."""
    parameters = sum(parameter.numel() for parameter in model.network.parameters())
    return (
        f"The stored weights ({parameters:,} parameters), each document by itself with "
        f"`{END_OF_TEXT}` in front (unscored), a context of {context} tokens moved by "
        f"{context // 2}; each token is scored once."
    )


def put_in_card(card: Path, text: str) -> None:
    """Put a text between the two marks of a model card.

    Raises ValueError when the card lacks the marks.
    """
    before, begin, rest = card.read_text(encoding="utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{card.name} has no place for figures: {BEGIN} … {END}")
    card.write_text(f"{before}{begin}\n{text}\n{end}{after}", encoding="utf-8")
