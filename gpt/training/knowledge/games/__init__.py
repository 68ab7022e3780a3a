"""Games whose answer stands in the text itself: a name, a rule, a word to find again.

`GAMES` says how many of each a pass holds.
"""

from __future__ import annotations

from collections.abc import Callable

from gpt.training.knowledge.games.alphabet import alphabet
from gpt.training.knowledge.games.counting import counting
from gpt.training.knowledge.games.invention import invention
from gpt.training.knowledge.games.passage import passage
from gpt.training.knowledge.games.problem import problem
from gpt.training.knowledge.games.repetition import repetition
from gpt.training.knowledge.games.rule import rule
from gpt.training.knowledge.games.small_talk import small_talk
from gpt.training.knowledge.games.spelling import spelling
from gpt.training.knowledge.telling import Telling

GAMES: dict[Callable[[Telling], str], int] = {
    repetition: 9,
    invention: 10,
    rule: 10,
    passage: 12,
    alphabet: 4,
    counting: 5,
    spelling: 6,
    problem: 7,
    small_talk: 5,
}
