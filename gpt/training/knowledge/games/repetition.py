"""Words that come again and again in the same order."""

from __future__ import annotations

from gpt.training.knowledge.datafiles import phrases
from gpt.training.knowledge.filters import bare, capitalise
from gpt.training.knowledge.telling import Telling

KINDS = ("colours", "animals", "fruits", "shapes", "things", "sounds")


def repetition(telling: Telling) -> str:
    """Three to five lines: red, blue, red, blue, red, blue."""
    rng = telling.rng
    lines = []
    for _ in range(rng.randint(3, 5)):
        pool = [bare(word) for word in phrases(rng.choice(KINDS), telling.language)]
        words = rng.sample(pool, min(len(pool), rng.choice((2, 2, 2, 3, 3, 4))))
        roll = rng.random()
        if roll < 0.12:
            words = [str(n) for n in rng.sample(range(1, 30), rng.choice((2, 3)))]
        elif roll < 0.25:
            words = rng.sample("ABCDEFGHKLMNOPRSTXYZ", rng.choice((2, 3)))
        elif roll < 0.33:
            words = [words[0], words[0], words[1]]
        text = ", ".join(words * rng.randint(3, 5)) + "."
        lines.append(capitalise(text) if rng.random() < 0.5 else text)
    return ("\n" if rng.random() < 0.7 else " ").join(lines)
