"""gpt/repeats.py: which tokens stand in a passage that was there before."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpt.repeats import PASSAGE, said_before


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("", ""),
        ("abc", "..."),
        ("abcabc", "......"),  # three in a row are no passage
        ("abcdxabcd", ".....####"),
        ("abcdxabcdyabcz", ".....####....."),
        ("abcabcabc", "...######"),  # the passage overlaps the one it repeats
        ("aaaaaa", ".#####"),
    ],
)
def test_a_passage_is_marked_when_it_comes_again(text: str, marked: str) -> None:
    found = "".join("#" if again else "." for again in said_before([ord(c) for c in text]))
    assert found == marked


@given(st.lists(st.integers(0, 3), max_size=30))
def test_a_token_is_marked_if_and_only_if_a_passage_with_it_stood_earlier(ids: list[int]) -> None:
    passages = [tuple(ids[n : n + PASSAGE]) for n in range(len(ids) - PASSAGE + 1)]
    for place, again in enumerate(said_before(ids)):
        starts = range(max(0, place - PASSAGE + 1), min(place, len(passages) - 1) + 1)
        assert again == any(passages[n] in passages[:n] for n in starts)
