"""One attention weight by hand: a query, a key, the mask, the softmax, the values, the sum.

Every number is computed from those before it as they are shown, so that a calculator finds the
same; it is the model's but for two units of its last digit. The model's own stand beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from torch import Tensor

from gpt.model import Config
from gpt.weighing import weigh
from gpt.weights import BUNDLED, read_config
from panels.screen.controls import Control
from panels.screen.glyphs import glyphs
from panels.screen.view import View, from_the_end

_CONFIG = read_config(BUNDLED["conteur"])

CONTROLS = (
    Control("block", 1, _CONFIG.layers, 1, 3, "blocks"),
    Control("head", 1, _CONFIG.heads, 1, 1, "heads"),
    Control("looked", 0, _CONFIG.context - 1, 1, 0, "last"),
)
SHOWN = 14
"""Positions in the tables, beside the two that were chosen, the first, and the highest score."""

CHANNELS = 5
"""Products of the sum that are shown one by one: the largest."""

DIGITS = {"number": 5, "root": 4, "score": 3, "scaled": 4, "power": 4, "weight": 4, "value": 3}
"""Decimals of what is shown: of queries, keys and their products, of scores, and so on."""


def data(view: View, block: float, head: float, looked: float) -> dict[str, Any]:
    """The whole way of one weight: the selected position looks at position `looked`.

    `channels` are the largest products q · k, all of them in `products`; `rows` the positions with
    their score, that divided by `divisor`, √d in GPT-2 (`by_root`), e to the power of how far it
    lies below the highest, the share of these powers, and what is taken of the value in one
    channel: the one where most is gathered. `rest` is what the positions that are not drawn give
    together, the model's numbers.
    """
    config, tokens = view.model.network.config, view.reading.tokens
    layer, which = min(int(block), config.layers) - 1, min(int(head), config.heads) - 1
    at = view.selected
    to = min(int(looked), at)
    steps = weigh(view.model.network, view.trace().residual[layer], layer, which, at)
    most = int(steps.masked[: at + 1].argmax())
    drawn = from_the_end(len(tokens), SHOWN, everything=False, also=(0, to, at, most))

    products = {n: _products(steps.query, steps.keys[n]) for n in drawn}
    scores = {n: _rounded(sum(each[2] for each in products[n]), "score") for n in drawn}
    root = _divisor(config, layer)
    scaled = {n: _rounded(score / root, "scaled") for n, score in scores.items()}
    seen = [n for n in drawn if n <= at]
    highest = max(scaled[n] for n in seen)
    powers = {n: _rounded((scaled[n] - highest).exp(), "power") for n in seen}
    left_out = [n for n in range(at + 1) if n not in powers]
    rest = float((steps.masked[left_out].double() - float(highest)).exp().sum())
    total = sum(powers.values()) + _rounded(Decimal(rest), "power")
    weights = {n: _rounded(power / total, "weight") for n, power in powers.items()}

    channel = int(steps.gathered.abs().argmax())
    values = {n: _decimal(steps.values[n, channel], "value") for n in seen}
    takes = {n: _rounded(weights[n] * values[n], "value") for n in seen}
    others = float((steps.weights[left_out] * steps.values[left_out, channel]).sum())
    gathered = sum(takes.values()) + _decimal(others, "value")

    def named(n: int) -> dict[str, Any]:
        start = n == 0 and tokens[0].is_end_of_text
        return {"position": n, "token": glyphs(tokens[n]), "start": start}

    largest = sorted(range(len(products[to])), key=lambda n: -abs(products[to][n][2]))[:CHANNELS]
    return {
        "block": layer + 1,
        "head": which + 1,
        "blocks": config.layers,
        "heads": config.heads,
        "last": len(tokens) - 1,
        "digits": DIGITS,
        "selected": named(at),
        "looked": named(to),
        "positions": [
            {**named(n), "selected": n == at}
            for n in from_the_end(len(tokens), SHOWN, everything=False, also=(at,))
        ],
        "d": len(steps.query),
        "divisor": float(root),
        "by_root": config.scaled and not config.scaled_by_block,
        "products": [
            {"channel": n + 1, "query": float(q), "key": float(k), "product": float(product)}
            for n, (q, k, product) in enumerate(products[to])
        ],
        "channels": [n + 1 for n in sorted(largest)],
        "other_channels": float(
            sum(each[2] for n, each in enumerate(products[to]) if n not in largest)
        ),
        "product": float(sum(each[2] for each in products[to])),
        "highest": float(highest),
        "rows": [
            {
                **named(n),
                "selected": n == at,
                "looked": n == to,
                "score": float(scores[n]),
                "scaled": float(scaled[n]),
                "power": float(powers[n]) if n <= at else None,
                "weight": float(weights[n]) if n <= at else None,
                "value": float(values[n]) if n <= at else None,
                "takes": float(takes[n]) if n <= at else None,
            }
            for n in drawn
        ],
        "rest": {
            "count": len(left_out),
            "power": rest,
            "weight": float(steps.weights[left_out].sum()),
            "takes": others,
        },
        "total": float(total),
        "channel": channel + 1,
        "gathered": float(gathered),
        "exact": {
            "score": float(steps.scores[to]),
            "scaled": float(steps.scaled[to]),
            "weight": float(steps.weights[to]),
            "gathered": float(steps.gathered[channel]),
        },
    }


def _products(query: Tensor, key: Tensor) -> Sequence[tuple[Decimal, Decimal, Decimal]]:
    """Of every channel: the query's number, the key's, and their product, as they are shown."""
    pairs = [
        (_decimal(q, "number"), _decimal(k, "number"))
        for q, k in zip(query.tolist(), key.tolist(), strict=True)
    ]
    return [(q, k, _rounded(q * k, "number")) for q, k in pairs]


def _divisor(config: Config, layer: int) -> Decimal:
    """What scores are divided by, as it is shown: whole, or to as many decimals as others."""
    root = Decimal(config.channels // config.heads).sqrt() if config.scaled else Decimal(1)
    return _rounded(root * (layer + 1) if config.scaled_by_block else root, "root")


def _decimal(value: float | Tensor, kind: str) -> Decimal:
    return _rounded(Decimal(float(value)), kind)


def _rounded(value: Decimal | int, kind: str) -> Decimal:
    """As one rounds by hand: a half goes up."""
    return Decimal(value).quantize(Decimal(1).scaleb(-DIGITS[kind]), ROUND_HALF_UP)
