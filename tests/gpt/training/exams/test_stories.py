"""The sheet that people read."""

from __future__ import annotations

import gpt
from gpt.training.exams.beginnings import Told, beginnings, each_with, tell
from gpt.training.exams.stories import median_sentences, sheet, stories

CAT = Told("A cat sat. It", 3, 'A cat sat. It *purred*.\n\n"Hello!" said Tom. # Then', False)
DOG = Told("A dog", 4, "A dog ran.", True)


def test_sentences_are_counted_and_the_beginning_is_bold(model: gpt.Model) -> None:
    text = sheet(model, {"en": [CAT, DOG], "fr": [DOG]})
    assert "> (1) **A cat sat.** (2) **It** \\*purred\\*.\n\n" in text
    assert '> (3) "Hello!" said Tom. (4) \\# Then' in text
    assert "Seed 3; sentences: 4; cut after 300 tokens." in text
    assert "Seed 4; sentences: 1; ended by itself." in text
    assert text.count("First sentence that does not follow: ____") == 3
    assert text.index("## English") < text.index("## French")
    assert "Half of these stories have 2.5 sentences or more." in text
    assert median_sentences([CAT, DOG, DOG]) == 1


def test_each_beginning_is_told_once_with_a_seed_of_its_own(model: gpt.Model) -> None:
    told = stories(model, "fr", tokens=5)
    assert tuple(story.beginning for story in told) == beginnings("fr")
    assert [story.seed for story in told] == list(range(1, 21))
    assert all(story.text.startswith(story.beginning) for story in told)
    assert told == stories(model, "fr", tokens=5)


def test_both_lists_are_as_long_and_no_beginning_comes_twice() -> None:
    assert [len(set(beginnings(language))) for language in ("en", "fr")] == [20, 20]


def test_other_seeds_tell_otherwise(model: gpt.Model) -> None:
    first, other, again = tell(model, [("Il", 1), ("Il", 2), ("Il", 1)], 12)
    assert first == again
    assert first.text != other.text
    assert each_with(["a", "b"], [1, 2]) == [("a", 1), ("b", 1), ("a", 2), ("b", 2)]
