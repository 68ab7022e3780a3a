"""What may be asked: every field with its kind, its bounds and what it is when it is left out.

The names and the bounds are those of the address (`panels.screen.state`). Nothing is guessed: a
number in quotes, an unknown field, NaN or a lone surrogate is refused.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from gpt.reading import GUESSES
from panels.screen.state import (
    MODEL,
    POSITION_MOST,
    PROMPT_CHARACTERS,
    SEARCH_CHARACTERS,
    SEED_MOST,
    SHOWN,
    TEMPERATURE,
    TOP_K_MOST,
    TOP_P_LEAST,
    WRITTEN_TOKENS,
    State,
    clean_prompt,
)

NAME_CHARACTERS = 200
TOKEN_MOST = 10_000_000
PART_MOST = 100_000
GUESSES_MOST = 20
ATTENTION_SHOWN, ATTENTION_MOST = 16, 64
TOKENS, TOKENS_MOST = 32, 500

DEFAULT = State()


def _whole(value: Any) -> Any:
    """3.0 is a whole number too, in JSON's own view."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


WHOLE = BeforeValidator(_whole)

Text = Annotated[str, Field(max_length=PROMPT_CHARACTERS)]
ModelName = Annotated[str, Field(min_length=1, max_length=NAME_CHARACTERS)]
TokenId = Annotated[int, Field(ge=0, le=TOKEN_MOST), WHOLE]
Position = Annotated[int, Field(ge=0, le=POSITION_MOST), WHOLE]
Part = Annotated[int, Field(ge=1, le=PART_MOST), WHOLE]
Seed = Annotated[int, Field(ge=0, le=SEED_MOST), WHOLE]


class Question(BaseModel):
    """A text before a model."""

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False, frozen=True)

    prompt: Text
    model: ModelName = MODEL

    @property
    def state(self) -> State:
        """The screen that shows the same."""
        given = {name: value for name, value in self if name in _OF_A_SCREEN}
        return State(**given | {"prompt": clean_prompt(self.prompt)[0]})


class Tokenize(Question):
    """Cut a text into tokens."""


class Continued(Question):
    """A text, and the tokens written after it."""

    written: Annotated[tuple[TokenId, ...], Field(max_length=WRITTEN_TOKENS)] = ()


class Read(Continued):
    """A row after every position, or after some."""

    positions: Annotated[tuple[Position, ...], Field(max_length=1000)] | None = None
    guesses: Annotated[int, Field(ge=1, le=GUESSES_MOST), WHOLE] = GUESSES


class Placed(Continued):
    """A position of a text; None is the last."""

    position: Position | None = None


class WholeRow(Placed):
    """All logits after one position."""


class Chosen(Continued):
    """How the next token is chosen."""

    strategy: Literal["greedy", "sampling"] = DEFAULT.settings.strategy
    temperature: Annotated[float, Field(ge=TEMPERATURE[0], le=TEMPERATURE[1])] = DEFAULT.temperature
    top_k: Annotated[int, Field(ge=1, le=TOP_K_MOST), WHOLE] | None = DEFAULT.top_k
    top_p: Annotated[float, Field(ge=TOP_P_LEAST, le=1)] | None = DEFAULT.top_p
    seed: Seed = DEFAULT.seed
    draw: Seed = DEFAULT.draw


class Distribution(Chosen):
    """A row of logits on its way to probabilities."""

    position: Position | None = None
    shown: Annotated[int, Field(ge=1, le=SHOWN[-1]), WHOLE] = SHOWN[0]
    search: Annotated[str, Field(max_length=SEARCH_CHARACTERS)] = ""


class Step(Chosen):
    """One token, chosen."""


class Write(Chosen):
    """Several tokens, one after the other."""

    tokens: Annotated[int, Field(ge=1, le=TOKENS_MOST), WHOLE] = TOKENS


class Attention(Placed):
    """Where one head looks."""

    block: Part = 1
    head: Part = 1
    shown: Annotated[int, Field(ge=1, le=ATTENTION_MOST), WHOLE] = ATTENTION_SHOWN


class Weight(Placed):
    """One attention weight, step by step."""

    block: Part = 1
    head: Part = 1
    looked: Position = 0


class Heads(Placed):
    """What every head does with the text."""


class Vectors(Placed):
    """What a token becomes inside."""


class Blocks(Placed):
    """What would be said after each block."""


class FeedForward(Placed):
    """The neurons of one block."""

    block: Part = 1
    neuron: Part | None = None


class Shares(Placed):
    """Who adds what to one logit."""

    rank: Annotated[int, Field(ge=1, le=TOKEN_MOST), WHOLE] = 1


class Switches(Continued):
    """The same text without a part of the network."""

    kind: Literal["head", "attention", "feed_forward", "neuron", "positions"]
    block: Part = 1
    which: Part = 1


class Compare(Continued):
    """Two models before a text, or a model before two texts."""

    beside: ModelName | None = None
    other: Text | None = None


_OF_A_SCREEN = frozenset(State.__dataclass_fields__) - {"beside"}
