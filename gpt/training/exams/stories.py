"""Stories on a sheet, for people who read them and mark the first sentence that does not follow."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from statistics import median

from gpt.generate import Model
from gpt.training.exams.beginnings import TEMPERATURE, TOP_P, Told, beginnings, tell
from gpt.training.exams.text import sentences

TOKENS = 300
LANGUAGES = {"en": "English", "fr": "French"}


def stories(model: Model, language: str, tokens: int = TOKENS) -> list[Told]:
    """A story from each beginning of the list, each with a seed of its own: 1, 2, 3, …"""
    numbered = [(text, seed) for seed, text in enumerate(beginnings(language), start=1)]
    return tell(model, numbered, tokens)


def sheet(model: Model, told: Mapping[str, Sequence[Told]]) -> str:
    """The stories by language, in Markdown, a number before each sentence and a line to fill in."""
    parts = [
        f"# What {model.name} tells",
        f"{model.parameters:,} parameters; T = {TEMPERATURE}, top-p = {TOP_P}, up to {TOKENS} "
        "tokens after the beginning, which is in bold. No story was left out or drawn again.",
        "Read each story and write down the number of the first sentence that does not follow "
        "from what stands before it, or 0 if all of them do.",
    ]
    for language, some in told.items():
        parts.append(f"## {LANGUAGES[language]}")
        parts.append(f"Half of these stories have {median_sentences(some):g} sentences or more.")
        for number, story in enumerate(some, start=1):
            parts += _story(number, story)
    return "\n\n".join(parts) + "\n"


def median_sentences(told: Sequence[Told]) -> float:
    """Of the stories as they were written, the beginning included."""
    return float(median(len(sentences(story.text)) for story in told))


def _story(number: int, story: Told) -> list[str]:
    count = len(sentences(story.text))
    ended = "ended by itself" if story.ended else f"cut after {TOKENS} tokens"
    return [
        f"### {number}",
        f"Seed {story.seed}; sentences: {count}; {ended}.",
        *_numbered(story),
        "First sentence that does not follow: ____",
    ]


def _numbered(story: Told) -> list[str]:
    """The paragraphs, quoted, with the sentences counted on and the beginning in bold."""
    found: list[str] = []
    after = 0
    bold = len(story.beginning)
    for number, sentence in enumerate(sentences(story.text), start=1):
        start = story.text.index(sentence, after)
        new_paragraph = "\n" in story.text[after:start] or not found
        own = max(0, min(len(sentence), bold - start))
        after = start + len(sentence)
        head = f"**{_literal(sentence[:own])}**" if own else ""
        said = f"({number}) {head}{_literal(sentence[own:])}"
        if new_paragraph:
            found.append(f"> {said}")
        else:
            found[-1] += f" {said}"
    return found


def _literal(text: str) -> str:
    """What Markdown would read as marks, as plain signs; a line break within as a space."""
    return re.sub(r"([\\`*_\[\]<>#|])", r"\\\1", re.sub(r"\s*\n\s*", " ", text))
