"""A table whose rule is to be found: the next number, the first letter, a fact, a new word."""

from __future__ import annotations

from gpt.training.knowledge.datafiles import phrases
from gpt.training.knowledge.fact import Fact, facts
from gpt.training.knowledge.filters import bare, capitalise
from gpt.training.knowledge.games.invention import invented_name
from gpt.training.knowledge.pattern import words
from gpt.training.knowledge.telling import Telling

COLON = {"en": ": ", "fr": " : "}
RULES = ("next", "double", "first", "twice", "meaning", "known", "known", "known")
KNOWN = (
    "capital",
    "opposite",
    "colour",
    "animal says",
    "animal baby",
    "plural",
    "language",
    "continent",
    "kind",
    "past",
    "next number",
    "day",
    "feminine",
    "he and she",
    "tree",
    "material",
    "room",
)


def rule(telling: Telling) -> str:
    """Six or seven lines of one rule; new words are asked for again below."""
    rng, colon = telling.rng, COLON[telling.language]
    name = rng.choice(RULES)
    pool = [
        bare(word)
        for kind in ("animals", "things", "fruits")
        for word in phrases(kind, telling.language)
    ]
    chosen = rng.sample(pool, 6)
    if name == "meaning":
        return _meaning(chosen[:4], telling)
    if name == "known":
        lines = _known(telling)
    elif name == "next":
        lines = [f"{n}{colon}{n + 1}" for n in rng.sample(range(1, 60), 6)]
    elif name == "double":
        lines = [f"{n}{colon}{2 * n}" for n in rng.sample(range(1, 16), 6)]
    elif name == "first":
        lines = [f"{word}{colon}{word[0]}" for word in chosen]
    else:
        lines = [f"{word}{colon}{word} {word}" for word in chosen]
    return rng.choice(("\n", "\n", " / ")).join(lines)


def _known(telling: Telling) -> list[str]:
    rng = telling.rng
    by_relation: dict[str, list[Fact]] = {}
    for fact in facts(telling.language):
        if fact.pairs:
            by_relation.setdefault(fact.relation, []).append(fact)
    pool = by_relation[rng.choice([name for name in KNOWN if name in by_relation])]
    chosen = rng.sample(pool, min(len(pool), 7))
    return [words(fact.pairs[0], fact.cells, rng) for fact in chosen]


def _meaning(meanings: list[str], telling: Telling) -> str:
    rng, colon = telling.rng, COLON[telling.language]
    odd = [(invented_name(rng).lower(), meaning) for meaning in meanings]
    means, asks = {
        "en": ("means", "What does {} mean?"),
        "fr": ("veut dire", "Que veut dire {} ?"),
    }[telling.language]
    again = [
        rng.choice(
            (
                f"{asks.format(word)} {capitalise(meaning)}.",
                f"{word}{colon}{meaning}",
                f"{capitalise(word)} {means} {meaning}.",
            )
        )
        for word, meaning in rng.sample(odd, 3)
    ]
    lines = [f"{word}{colon}{meaning}" for word, meaning in odd]
    return "\n".join(lines) + "\n\n" + "\n".join(again)
