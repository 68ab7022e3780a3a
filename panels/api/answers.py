"""What is answered: every number by its name, the same as on the panel of that name.

An answer is made of a panel's data: what only drawing needs is left out, a drawn token becomes a
token. A number that is not finite is null.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict

from gpt.sampling import Rule
from gpt.tokenizer import Token as OurToken


class Plain(BaseModel):
    """Made of a panel's data, of which it takes what it names."""

    model_config = ConfigDict(extra="ignore", ser_json_inf_nan="null", serialize_by_alias=True)


class Piece(Plain):
    """The part of a character that a token spells."""

    character: str
    number: int
    of: int


class Token(Plain):
    """One entry of the vocabulary, as it stands in a text."""

    id: int | None
    text: str
    bytes: str
    piece: Piece | None = None

    @classmethod
    def of(cls, token: OurToken) -> Token:
        """The same, its bytes as hexadecimal digits."""
        piece = None if token.piece is None else Piece(**vars(token.piece))
        id = None if token.id < 0 else token.id
        text = token.text if id is not None else token.bytes.decode("utf-8", "ignore")
        return cls(id=id, text=text, bytes=token.bytes.hex(), piece=piece)


# What every answer says of itself


class Settings(Plain):
    """How the next token is chosen."""

    strategy: Literal["greedy", "sampling"]
    temperature: float
    top_k: int | None
    top_p: float | None


class About(Plain):
    """What it takes to find the same again."""

    model: str
    weights: str
    settings: Settings | None = None
    seed: int | None = None
    draw: int | None = None


class Answer(Plain):
    """Every answer begins with what it is about."""

    about: About


# The text and its tokens


class Tokenized(Answer):
    """A text as the model reads it."""

    count: int
    characters: int
    bytes: int
    context: int
    dropped: int
    start: Token | None
    tokens: list[Token]


class At(Plain):
    """A position and the token that stands there."""

    position: int
    token: Token
    start: bool


# Rows of logits


class Guess(Plain):
    """A token that the model expects."""

    token: Token
    logit: float
    plain: float


class Came(Plain):
    """The token that really came next, and how the row judged it."""

    token: Token
    rank: int
    plain: float
    surprise: float


class Row(At):
    """What the model says after one position."""

    guesses: list[Guess]
    came: Came | None
    last: bool


class Rows(Answer):
    """A row after every position."""

    count: int
    vocabulary: int
    dropped: int
    rows: list[Row]


class WholeRow(Answer):
    """All logits after one position, by the ids of the tokens."""

    at: At
    vocabulary: int
    logits: list[float]


# The choice


class Scored(Plain):
    """One token on its way from the logit to its probability."""

    rank: int
    token: Token
    logit: float
    plain: float
    tempered: float
    cumulative: float | None
    probability: float
    rule: Rule | Literal["kept"]
    chosen: bool
    came: bool


class Rest(Plain):
    """All tokens that are not listed, together."""

    count: int
    plain: float
    tempered: float
    probability: float
    kept: int


class BeforeAfter(Plain):
    """The same measure before the settings and after them."""

    plain: float
    probability: float


class Distribution(Answer):
    """A row of logits, and what the settings make of it."""

    at: At
    vocabulary: int
    found: int | None
    kept: int
    mass: float
    reached: float
    entropy: BeforeAfter
    choices: BeforeAfter
    rows: list[Scored]
    rest: Rest


class Chosen(Plain):
    """One token, chosen."""

    step: int
    token: Token
    rank: int
    logit: float
    plain: float
    probability: float
    interval: tuple[float, float]
    u: float | None


class Stepped(Answer):
    """One token, chosen, and what it was chosen among."""

    chosen: Chosen
    kept: int
    vocabulary: int
    mass: float
    reached: float
    finished: bool
    written: list[int]


class Begin(Answer):
    """The first line of what is written."""

    kind: Literal["begin"] = "begin"
    count: int


class Wrote(Plain):
    """A line for every token, as soon as it is chosen."""

    kind: Literal["step"] = "step"
    chosen: Chosen


class End(Plain):
    """The last line."""

    kind: Literal["end"] = "end"
    reason: Literal["tokens", "end_of_text", "full"]
    text: str
    written: list[int]


# Inside


class Looked(At):
    """A row of the map: how much each column is looked at."""

    weights: list[float | None]


class Gathered(At):
    """What one position gathers from another."""

    weight: float


class Attention(Answer):
    """The weights of one head."""

    block: int
    head: int
    blocks: int
    heads: int
    head_channels: int
    earlier: int
    columns: list[At]
    rows: list[Looked]
    selected: At
    gathered: list[Gathered]
    elsewhere: float


class Product(Plain):
    """One term of q · k."""

    channel: int
    query: float
    key: float
    product: float


class Weighed(At):
    """The way of one weight, position by position."""

    score: float
    scaled: float
    power: float | None
    weight: float | None
    value: float | None
    takes: float | None


class Exact(Plain):
    """The model's own numbers, before any rounding."""

    score: float
    scaled: float
    weight: float
    gathered: float


class Weight(Answer):
    """One attention weight by hand: each number is computed from those before it as shown."""

    block: int
    head: int
    selected: At
    looked: At
    d: int
    divisor: float
    products: list[Product]
    product: float
    highest: float
    rows: list[Weighed]
    total: float
    channel: int
    gathered: float
    exact: Exact


class Habitual(Plain):
    """One head, and what it does with the text."""

    block: int
    head: int
    shares: list[float | None]
    most: str | None


class Best(Plain):
    """A head that does much of a habit."""

    block: int
    head: int
    share: float


class Habit(Plain):
    """A place to look at, and the heads that look there most."""

    name: str
    even: float | None
    best: list[Best]


class Heads(Answer):
    """All heads at a glance."""

    blocks: int
    heads: int
    small: list[Habitual]
    habits: list[Habit]


def _values(numbers: Any) -> Any:
    return [each["value"] if isinstance(each, dict) else each for each in numbers]


class Vector(Plain):
    """A vector's length, and its first numbers."""

    name: Literal["token", "position", "sum"]
    length: float
    numbers: Annotated[list[float], BeforeValidator(_values)]


class Near(Plain):
    """A token whose embedding points nearly the same way."""

    token: Token
    cosine: float


class Vectors(Answer):
    """What a token becomes inside."""

    channels: int
    selected: At
    vectors: list[Vector]
    nearest: list[Near]


class Likely(Plain):
    """A token and its share."""

    token: Token
    probability: float


class Judged(Plain):
    """Where a token stands."""

    rank: int
    probability: float


class Stage(Plain):
    """After one block: what would be said there."""

    block: int
    length: float
    guesses: list[Likely]
    final: Judged


class Blocks(Answer):
    """Along the chain of blocks."""

    length: int
    layers: int
    heads: int
    channels: int
    head_channels: int
    wide: int
    vocabulary: int
    selected: At
    final: Token
    stages: list[Stage]


class Neuron(Plain):
    """One neuron, and how strongly it is awake."""

    neuron: int
    activation: float


class Awake(At):
    """One neuron at one position."""

    activation: float


class Pushed(Plain):
    """A token whose logit is moved."""

    token: Token
    points: float


class FeedForward(Answer):
    """The neurons of one block, and one of them over the whole text."""

    block: int
    blocks: int
    neuron: int
    channels: int
    wide: int
    awake: int
    strongest: list[Neuron]
    activation: float
    adds: list[Pushed]
    takes: list[Pushed]
    positions: list[Awake]


class Ranked(Plain):
    """A token by its rank."""

    rank: int
    token: Token
    logit: float


class Share(Plain):
    """What one part of the network adds."""

    part: str
    block: int | None
    head: int | None
    points: float
    beside: float


class Shares(Answer):
    """A logit as the sum of what every part wrote."""

    vocabulary: int
    of: Token
    beside: Token
    logit: float
    logit_beside: float
    total: float
    total_beside: float
    guesses: list[Ranked]
    parts: list[Share]


class Pair(Plain):
    """A token, and its share on either side."""

    token: Token
    shares: list[float]


class Switched(Answer):
    """The last row with the whole network, and without a part of it."""

    kind: str
    block: int
    which: int
    moved: float
    before: Likely
    after: Likely
    pairs: list[Pair]
    others: list[float]


# Two of them


class Expected(Plain):
    """A first guess."""

    token: Token
    share: float


class Side(Answer):
    """One model before one text."""

    parameters: int
    vocabulary: int
    context: int
    count: int
    bytes: int
    dropped: int
    guesses: list[Expected]
    entropy: float


class OneSide(Plain):
    """One model's view of a stretch."""

    tokens: int
    bits: float | None
    rank: int | None


class Stretch(Plain):
    """A piece of text that both models cut off at both ends."""

    text: str
    bytes: str
    sides: list[OneSide]


class Read(Plain):
    """What two models make of the same text."""

    bytes: int
    bits: list[float]
    stretches: list[Stretch]


class Compared(Answer):
    """Two sides, and how far apart their last rows are."""

    sides: list[Side]
    same_vocabulary: bool
    distance: float
    pairs: list[Pair]
    others: list[float]
    read: Read | None


# What is offered, and why not


class Models(Plain):
    """The names that may be asked for; the first is there from the start."""

    models: list[str]


class Refused(Plain):
    """Why there is no answer."""

    code: str
    sentence: str
    where: str | None


class Error(Plain):
    """Every error."""

    error: Refused


class Broken(Plain):
    """The last line, where writing could not go on."""

    kind: Literal["error"] = "error"
    error: Refused
