"""Every exercise by its name: its page, its level, what computes it and what it looks through."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from panels.exercises.desk import Desk, Found, Task
from panels.exercises.tasks import choosing, inside, learning, reading, scores

LEVELS = (1, 2, 3)


def nothing(_desk: Desk) -> Iterable[Found]:
    """Where there is nothing to look for: the first beginning, whatever the model makes of it."""
    return list(_desk.beginnings())[:1]


@dataclass(frozen=True)
class Exercise:
    """`search` gives what may be found for it: the first that `task` says it fits is taken.

    With `predict` the answer is a prediction, which is measured and explained in a sentence.
    """

    page: str
    level: int
    task: Callable[[Desk, Found], Task]
    search: Callable[[Desk], Iterable[Found]] = Desk.beginnings
    predict: bool = False


EXERCISES: dict[str, Exercise] = {
    "guess_next": Exercise("index", 1, reading.guess_next, reading.texts_to_guess),
    "sure_prompt": Exercise("index", 2, reading.sure_prompt, reading.sure_beginnings),
    "space": Exercise("in-and-out", 1, reading.space),
    "four_tokens": Exercise("in-and-out", 2, reading.four_tokens, reading.words_to_cut),
    "other_language": Exercise(
        "in-and-out", 3, reading.other_language, reading.beginnings_elsewhere
    ),
    "which_part": Exercise("two-parts", 1, choosing.which_part, choosing.seeded, predict=True),
    "same_seed": Exercise("two-parts", 1, choosing.same_seed, predict=True),
    "stream_size": Exercise("inside-gpt", 1, inside.stream_size),
    "table_size": Exercise("inside-gpt", 2, inside.table_size, nothing),
    "squares": Exercise("attention", 1, inside.squares),
    "mask": Exercise("attention", 2, inside.mask, predict=True),
    "scaled": Exercise("one-weight", 2, inside.scaled),
    "previous_head": Exercise("all-heads", 2, inside.previous_head, inside.story),
    "expand": Exercise("feed-forward", 2, inside.expand, nothing),
    "last_row": Exercise("logits", 1, scores.last_row),
    "most_surprising": Exercise("logits", 2, scores.most_surprising, predict=True),
    "temperature_two": Exercise("probabilities", 1, scores.temperature_two, predict=True),
    "softmax_by_hand": Exercise("probabilities", 2, scores.softmax_by_hand),
    "ratio": Exercise("probabilities", 3, scores.ratio),
    "interval": Exercise("choosing", 2, choosing.interval, choosing.seeded),
    "top_p_here_and_there": Exercise(
        "choosing", 2, choosing.top_p_here_and_there, choosing.triples, predict=True
    ),
    "give_or_take": Exercise("choosing", 3, choosing.give_or_take),
    "circles": Exercise("growing", 1, choosing.circles, predict=True),
    "like_greedy": Exercise("growing", 3, choosing.like_greedy, reading.sure_beginnings),
    "dropped": Exercise("full-context", 2, choosing.dropped, nothing),
    "odds": Exercise("the-word-logit", 2, scores.odds),
    "bits": Exercise("training", 1, learning.bits, nothing),
    "loss_at_first": Exercise("training", 3, learning.loss_at_first, nothing),
    "gradient": Exercise("one-step", 3, learning.gradient),
    "adds_most": Exercise("taking-apart", 3, inside.adds_most),
    "sizes": Exercise("whole-picture", 1, inside.sizes),
    "k_one": Exercise("whole-picture", 2, choosing.k_one),
    "by_hand_logit": Exercise("by-hand", 2, inside.by_hand_logit, inside.middles),
}


def on(page: str) -> list[str]:
    """The exercises of a page, in their order."""
    return [name for name, exercise in EXERCISES.items() if exercise.page == page]


PAGES = list(dict.fromkeys(exercise.page for exercise in EXERCISES.values()))
"""The pages that have exercises, in the order of the story."""
