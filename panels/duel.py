"""Beat the GPT: a class bets on the next word of a text, the model too, and both pay in bits.

A bet is up to five guesses and how sure one is that one of them comes. That share goes to the
guesses in equal parts, the rest of it to all other entries of the vocabulary in equal parts; who
bets nothing has spread everything. What came costs −log₂ of the share that lay on it.
"""

from __future__ import annotations

import math
import re
import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from gpt.by_word import Cost, Word, costs, words
from gpt.reading import Row
from gpt.tokenizer import Token
from panels.screen.controls import Control
from panels.screen.glyphs import glyphs
from panels.screen.state import clean_prompt
from panels.screen.view import View
from panels.screen.words import SITE
from panels.text import SHADES

TEXTS: list[dict[str, str]] = tomllib.loads((SITE / "texts.toml").read_text("utf-8"))["text"]
TEAMS, GUESSES, SURE = 4, 5, (25, 50, 75, 95)
GUESS_CHARACTERS = 30
CONTROLS = (
    Control("text", 0, len(TEXTS), 1, 0, shown=False),
    Control("given", 1, 40, 1, 6, shown=False),
    Control("length", 5, 40, 1, 20, shown=False),
    Control("teams", 1, TEAMS, 1, 1, shown=False),
)
PLAYERS = range(1, TEAMS + 1)
TYPED = (
    "bets", "own", "show", "again",
    *(f"guess_{n}" for n in PLAYERS), *(f"sure_{n}" for n in PLAYERS),
)  # fmt: skip
"""What is typed into the drawing; `bets` is what has been bet so far, as the address holds it."""

LIGATURES = {0xE6: "ae", 0x153: "oe"}
NOT_OF_A_GUESS = re.compile(r"[^\w '’-]|_")


@dataclass(frozen=True)
class Bet:
    """Some guesses, the best one first, and how sure one is that one of them comes, in percent."""

    guesses: tuple[str, ...] = ()
    sure: int = 0

    def share(self, word: str, vocabulary: int) -> float:
        """What lay on the word that came."""
        if not self.guesses:
            return 1 / vocabulary
        if self.right(word):
            return self.sure / 100 / len(self.guesses)
        return (1 - self.sure / 100) / (vocabulary - len(self.guesses))

    def right(self, word: str) -> bool:
        return spelled(word) in map(spelled, self.guesses)

    def first(self, word: str) -> bool:
        """Whether the best guess is the word that came."""
        return spelled(word) in map(spelled, self.guesses[:1])

    def __str__(self) -> str:
        return "_".join([str(self.sure), *self.guesses]) if self.guesses else ""


def bet(typed: str, sure: str) -> Bet:
    """What a team has typed, guesses with commas between them; what is no word is left out."""
    found: dict[str, str] = {}
    for each in re.split(r"[,;]", typed):
        guess = " ".join(NOT_OF_A_GUESS.sub("", each).split())[:GUESS_CHARACTERS]
        found.setdefault(spelled(guess), guess)
    found.pop("", None)
    level = int(sure) if sure.isascii() and sure.isdigit() and len(sure) < 4 else SURE[1]
    nearest = min(SURE, key=lambda known: abs(known - level))
    return Bet(tuple(found.values())[:GUESSES], nearest) if found else Bet()


def spelled(word: str) -> str:
    """As two words are compared: capitals, the kind of apostrophe and ligatures do not count."""
    plain = unicodedata.normalize("NFKC", word).casefold().replace("’", "'")
    return plain.translate(LIGATURES).strip("' -")


def rounds(text: str, teams: int) -> list[tuple[Bet, ...]]:
    """The bets of every word so far, team by team, as an address has them: see `written`."""
    if not text:
        return []
    played = []
    for each in text.split("."):
        bets = [bet(",".join(one.split("_")[1:]), one.split("_")[0]) for one in each.split("~")]
        played.append(tuple([*bets, *[Bet()] * teams][:teams]))
    return played


def written(played: Sequence[tuple[Bet, ...]]) -> str:
    """All bets, for an address: `75_dog_cat~50_cat.25_the`, word by word, team by team."""
    return ".".join("~".join(map(str, bets)) or "0" for bets in played)


def data(
    view: View,
    text: float,
    given: float,
    length: float,
    teams: float,
    typed: Mapping[str, str],
) -> dict[str, Any]:
    """The text as far as it has been guessed, what each word cost whom, and the next bets."""
    own, chosen = _chosen(view, int(text), typed["own"])
    played = rounds(typed["bets"], int(teams))
    if typed["again"] or typed["own"]:
        played = []
    elif typed["show"]:
        played.append(tuple(bet(typed[f"guess_{n}"], typed[f"sure_{n}"]) for n in PLAYERS))
        played[-1] = played[-1][: int(teams)]
    game = _Game.of(view, chosen, int(given), int(length))
    played = played[: len(game.guessed)]
    told = [game.told(n, bets) for n, bets in enumerate(played)]
    vocabulary = view.tokenizer.size
    setup = {"text": 0 if own else max(int(text), 1), "given": int(given), "length": int(length)}
    setup["teams"] = int(teams)
    kept = {**setup, "bets": written(played), "prompt": own}
    return {
        **setup,
        "prompt": own,
        "link": urlencode({name: value for name, value in kept.items() if value != ""}),
        "texts": [
            {"number": n, "language": each["language"], "name": each["name"]}
            for n, each in enumerate(TEXTS, start=1)
        ],
        "most_teams": TEAMS,
        "vocabulary": vocabulary,
        "unknown": math.log2(vocabulary),
        "begins": game.between(0),
        "words_all": len(game.guessed),
        "played": told,
        "over": len(told) == len(game.guessed),
        "rest": game.rest if len(told) == len(game.guessed) else "",
        "bets_so_far": written(played),
        "levels": list(SURE),
        "sure": [_last_sure(played, team) for team in range(int(teams))],
        "totals": _totals(told, int(teams), vocabulary),
    }


def _chosen(view: View, number: int, own: str) -> tuple[str, str]:
    """The teacher's own text, "" when it is one of ours; and the text that is played."""
    mine = clean_prompt(own)[0].strip() if own.strip() else ""
    if not mine and not number:
        mine = view.state.prompt.strip()
    return mine, mine or _named(number)["text"]


def _named(number: int) -> dict[str, str]:
    return TEXTS[max(number, 1) - 1]


def _last_sure(played: list[tuple[Bet, ...]], team: int) -> int:
    levels = [bets[team].sure for bets in played if bets[team].guesses]
    return levels[-1] if levels else SURE[1]


def _totals(told: list[dict[str, Any]], teams: int, vocabulary: int) -> dict[str, Any]:
    """What all words together cost, and how often the first guess was the word."""
    return {
        "model": _sum([(each["bits"], each["first"]) for each in told]),
        "teams": [
            _sum([(each["bets"][n]["bits"], each["bets"][n]["first"]) for each in told])
            for n in range(teams)
        ],
        "nobody": _sum([(math.log2(vocabulary), False) for _ in told]),
    }


def _sum(paid: list[tuple[float, bool]]) -> dict[str, Any]:
    """The bits, word after word; the last are those of all words."""
    running = [0.0]
    for bits, _ in paid:
        running.append(running[-1] + bits)
    return {"bits": running[-1], "first": sum(first for _, first in paid), "running": running}


@dataclass(frozen=True)
class _Game:
    """A text, its words that are to be guessed, and what the model made of each."""

    view: View
    text: str
    whole: str
    guessed: tuple[Word, ...]
    judged: tuple[Cost, ...]
    rows: Sequence[Row]
    tokens: Sequence[Token]

    @classmethod
    def of(cls, view: View, whole: str, given: int, length: int) -> _Game:
        """As many words as are asked for, or as the context of the model holds."""
        found = words(whole)
        found, given = found[: given + length], min(given, max(1, len(found) - 1))
        room = view.model.network.config.context - int(view.tokenizer.reads_start)
        while found and len(view.tokenizer.encode(whole[: found[-1].end])) > room:
            found.pop()
        text = whole[: found[-1].end] if found else ""
        if len(found) <= given:
            return cls(view, text, whole, (), (), (), ())
        reading = view.engine.read(view.engine.prompt_ids(text))
        rows = view.engine.rows(reading)
        judged = costs(reading, rows, text, found)[given:]
        return cls(view, text, whole, tuple(found[given:]), tuple(judged), rows, reading.tokens)

    def between(self, n: int) -> str:
        """What stands before the nth word to be guessed, since the one before it."""
        if not self.guessed:
            return self.whole
        start = self.guessed[n - 1].end if n else 0
        return self.whole[start : self.guessed[n].start]

    @property
    def rest(self) -> str:
        """What stands after the last word that is guessed."""
        return self.whole[self.guessed[-1].end :] if self.guessed else ""

    def told(self, n: int, bets: tuple[Bet, ...]) -> dict[str, Any]:
        """A word that has come: what it cost the model and each team, and what they had guessed.

        `after` is what is seen behind it before the next one is guessed.
        """
        word = self.text[self.guessed[n].start : self.guessed[n].end]
        cost, size = self.judged[n], self.view.tokenizer.size
        places = cost.positions
        guesses = self.rows[places[0] - 1].guesses if places else ()
        return {
            "word": word,
            "after": self.between(n + 1) if n + 1 < len(self.guessed) else "",
            "probability": cost.probability,
            "bits": cost.bits,
            "first": cost.first,
            "shade": sum(cost.probability < bound for bound in SHADES),
            "pieces": [
                {"token": glyphs(self.tokens[t]), "bits": outcome.surprise}
                for t in places
                if (outcome := self.rows[t - 1].outcome)
            ],
            "guesses": [
                {"token": glyphs(self.view.token(each.token_id)), "probability": each.probability}
                for each in guesses
            ],
            "bets": [
                {
                    "guesses": list(each.guesses),
                    "sure": each.sure,
                    "right": each.right(word),
                    "first": each.first(word),
                    "bits": -math.log2(each.share(word, size)),
                }
                for each in bets
            ],
        }
