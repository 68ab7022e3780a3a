"""Prompts from what is known by heart: the rhymes of verses, and sequences."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

from gpt.training.knowledge.clozes.line import Cloze
from gpt.training.knowledge.datafiles import phrases
from gpt.training.knowledge.fact import in_open_fifth
from gpt.training.knowledge.verses import Verse, verses


def of_verses(language: str) -> Iterator[Cloze]:
    """Of each verse its first rhyme, of a longer one more, of a fable four."""
    rng = random.Random(f"cloze {language} verses")
    for verse in verses(language):
        marked = list(_marked(verse))
        more = 3 if "Fontaine" in verse.title else 1 if len(marked) > 3 else 0
        kept = not in_open_fifth(verse.title)
        for prompt, answer in marked[:1] + rng.sample(marked[1:], min(len(marked[1:]), more)):
            yield Cloze(language, prompt, (answer,), False, kept, "verse")


def _marked(verse: Verse) -> Iterator[tuple[str, str]]:
    """The line before and the line up to a marked word."""
    first = True
    for before, line in zip(("", *verse.lines), verse.lines, strict=False):
        for match in re.finditer(r"<([^<>]+)>", line):
            start = line[: match.start()]
            prompt = re.sub(r"[<>]", "", f"{before} {start}").strip()
            least = 2 if first and not before else 4
            if start.endswith(" ") and len(prompt.split()) >= least:
                first = False
                yield prompt, match[1]


def of_sequences(language: str) -> Iterator[Cloze]:
    """One, two, three, and so on."""
    for line in phrases("sequences", language):
        prompt, answer = line.split(" => ")
        yield Cloze(language, prompt, (answer,), False, not in_open_fifth(prompt), "sequence")
