"""All exams in one table: what was asked, how it went in each language, what is to be reached."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from gpt.generate import Model
from gpt.training.baseline import corpus_stream
from gpt.training.columns import columns
from gpt.training.counting import TOLD_PASSES
from gpt.training.exams import cloze, names, openings
from gpt.training.exams.beginnings import TEMPERATURE, TOP_P, Told, beginnings, each_with, tell
from gpt.training.exams.by_heart import RUN, Ids, by_heart
from gpt.training.exams.cloze import Cloze
from gpt.training.exams.languages import changes
from gpt.training.exams.repetition import WORDS, human_texts, variety
from gpt.training.exams.score import Score

LANGUAGES = ("en", "fr")
BEGINNINGS = 10
SEEDS_FOR_VARIETY = 3
SEEDS_FOR_LANGUAGE = 10
TOKENS = 260


@dataclass(frozen=True)
class Target:
    """What is to be reached in each language: at least so much, or at most."""

    value: float
    at_most: bool = False

    def reached(self, value: float) -> bool:
        return value <= self.value if self.at_most else value >= self.value


TARGETS = {
    "openings": Target(0.65),
    "names kept": Target(0.90),
    "cloze, told phrasing": Target(0.90),
    "cloze, new phrasing": Target(0.65),
    "distinct 4-grams": Target(0.97),
    "language changes": Target(0, at_most=True),
}


BEFORE = Path(__file__).with_name("before.json")
"""The same figures, as they are written, of the model that was bundled until November 2026."""


@dataclass(frozen=True)
class Figure:
    """One exam in one language: how it went, as a number and as it is written, and of how much."""

    exam: str
    language: str
    value: float
    written: str
    asked: str


def examine(
    model: Model, corpus: Path, questions: Sequence[Cloze], quick: bool = False
) -> list[Figure]:
    """Every exam in both languages; a quick look leaves out what the model must write for."""
    answered = cloze.outcomes(model, questions)
    read = None if quick else corpus_stream(corpus, model.tokenizer, TOLD_PASSES)
    found = []
    for language in LANGUAGES:
        _say(f"exams: {language}")
        found.append(_share("openings", language, openings.score(model, language)))
        for how, new in (("told", False), ("new", True)):
            for kept_only in (False, True):
                name = f"cloze, {how} phrasing{', kept facts' if kept_only else ''}"
                found.append(
                    _share(name, language, cloze.score(answered, language, new, kept_only))
                )
        kept = names.score(model, language)
        found.append(_share("names kept", language, kept.all))
        found.append(_share("… children's names", language, kept.names))
        found.append(_share("… other fillings", language, kept.fillings))
        if read is not None:
            found += _written(model, corpus, read, language)
    return found


def _written(model: Model, corpus: Path, read: Ids, language: str) -> list[Figure]:
    """The exams on what the model writes by itself, and what people wrote beside it."""
    some = beginnings(language)[:BEGINNINGS]
    _say(f"writing {BEGINNINGS * SEEDS_FOR_LANGUAGE} texts: {language}")
    told = tell(model, each_with(some, range(1, SEEDS_FOR_LANGUAGE + 1)), TOKENS)
    ours = variety(story.text for story in told[: BEGINNINGS * SEEDS_FOR_VARIETY])
    others = human_texts(corpus, language)
    human = variety(others)
    changed = changes((story.text for story in told), language)
    for change in changed:
        _say(_where(told[change.text], change.sentence, change.said))
    return [
        _variety("distinct 4-grams", language, ours.distinct, ours.texts, ours.words),
        _variety("… as people write", language, human.distinct, human.texts, human.words),
        Figure("language changes", language, len(changed), f"{len(changed)}", f"{len(told)}"),
        *(
            _share(name, language, by_heart(map(model.tokenizer.encode, texts), read))
            for name, texts in (
                ("written by heart", [story.text for story in told]),
                ("… in held-out stories", others),
            )
        ),
    ]


def _share(exam: str, language: str, score: Score) -> Figure:
    written = f"{score.share:.1%}" if score.asked else "–"
    return Figure(exam, language, score.share, written, f"{score.asked:,}")


def _variety(exam: str, language: str, distinct: float, texts: int, length: float) -> Figure:
    return Figure(exam, language, distinct, f"{distinct:.3f}", f"{texts:,} × {length:.0f} words")


def _where(story: Told, sentence: int, said: str) -> str:
    return f"changes: {story.beginning!r}, seed {story.seed}, sentence {sentence + 1}: {said!r}"


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def exam_table(figures: Sequence[Figure], markdown: bool = False) -> str:
    """A line an exam: how it went in each language, how before, of how much; the target, if met.

    A target holds for each language by itself.
    """
    before = json.loads(BEFORE.read_text(encoding="utf-8"))
    each = [head for language in LANGUAGES for head in (language, "before", "asked")]
    rows = [["exam", *each, "target", "reached"]]
    by_place = {(figure.exam, figure.language): figure for figure in figures}
    for exam in dict.fromkeys(figure.exam for figure in figures):
        both = [by_place[exam, language] for language in LANGUAGES]
        target = TARGETS.get(exam)
        met = target is not None and all(target.reached(figure.value) for figure in both)
        cells = [
            cell
            for figure in both
            for cell in (
                figure.written,
                before.get(exam, {}).get(figure.language, ""),
                figure.asked,
            )
        ]
        reached = "" if target is None else "yes" if met else "no"
        rows.append([exam, *cells, _bound(exam, target), reached])
    return columns(rows, 1, markdown)


def _bound(exam: str, target: Target | None) -> str:
    if target is None:
        return ""
    if target.at_most:
        return f"≤ {target.value:g}"
    return f"≥ {target.value:.2f}" if exam == "distinct 4-grams" else f"≥ {target.value:.0%}"


def exam_note(quick: bool) -> str:
    """How the exams were held, for the model card."""
    held = (
        "Openings, cloze: the first word when the most probable token is always taken. Names kept: "
        "in the held-out kits, at every return of a name or filling, the right one before all "
        "first names of the language and all fillings of the kit."
    )
    written = (
        f" Distinct 4-grams, language changes: {BEGINNINGS} beginnings, "
        f"{SEEDS_FOR_VARIETY} and {SEEDS_FOR_LANGUAGE} seeds each, T = {TEMPERATURE}, "
        f"top-p = {TOP_P}; the 4-grams of the first {WORDS} words, the language of up to {TOKENS} "
        f"tokens. By heart: the runs of {RUN} tokens that stand in the training texts, of what it "
        "wrote, and of held-out stories."
    )
    return held if quick else held + written
