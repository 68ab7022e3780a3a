"""A training step by hand: the loss at each position, the gradient of a row, one real step."""

from __future__ import annotations

from typing import Any

import torch

from gpt.learn import Lesson
from gpt.tokenizer import Tokenizer
from panels.screen.controls import Control
from panels.screen.glyphs import glyphs
from panels.screen.state import MODEL
from panels.screen.view import View

CONTROLS = (Control("rate", 0, 100, 1, 10),)
THOUSAND = 1000
POSITIONS = 24
SHOWN = 5


def data(view: View, rate: float) -> dict[str, Any]:
    """What the bundled model says of the first positions of the prompt, before and after one step.

    `rate` is in thousandths. Losses are −ln p, in nats; the mean of `rows` is the loss. `tokens`
    are the likeliest of the selected row and the one that came; `gradient` tells how the row's own
    loss would change with each logit, `rest` sums up the tokens that are not listed. Without a
    second token there is nothing to learn: `rows` is empty, and nothing else is given.
    """
    engine = view.models.named(MODEL)
    prompt = engine.prompt_ids(view.state.prompt)
    ids, _ = engine.model.fit(prompt[:POSITIONS])
    told = {"rate": int(rate), "left_out": len(prompt[POSITIONS:]), "rows": []}
    if len(ids) < 2:
        return told
    lesson = engine.lesson(tuple(ids), rate / THOUSAND)
    tokens = engine.model.tokenizer.tokens(ids)
    last = len(ids) - 2
    selected = last if view.state.position is None else min(view.state.position, last)
    before, after = lesson.losses
    return told | {
        "loss": float(before.mean()),
        "loss_after": float(after.mean()),
        "most": max(float(before.max()), float(after.max())),
        "rows": [
            {
                "position": n,
                "token": glyphs(tokens[n]),
                "start": n == 0 and tokens[n].is_end_of_text,
                "came": glyphs(tokens[n + 1]),
                "loss": float(before[n]),
                "loss_after": float(after[n]),
                "selected": n == selected,
            }
            for n in range(len(ids) - 1)
        ],
        "after": glyphs(tokens[selected]),
        "start": selected == 0 and tokens[0].is_end_of_text,
        **_row(lesson, selected, engine.model.tokenizer),
    }


def _row(lesson: Lesson, position: int, tokenizer: Tokenizer) -> dict[str, Any]:
    before, after = lesson.before[position].double(), lesson.after[position].double()
    share, share_after = before.softmax(0), after.softmax(0)
    gradient = lesson.gradient[position].double() * len(lesson.targets)  # of the row's own loss
    came = int(lesson.targets[position])
    listed = torch.argsort(before, descending=True, stable=True)[:SHOWN].tolist()
    if came not in listed:
        listed.append(came)
    return {
        "tokens": [
            {
                "token": glyphs(tokenizer.token(id)),
                "came": id == came,
                "probability": float(share[id]),
                "gradient": float(gradient[id]),
                "logit": float(before[id]),
                "logit_after": float(after[id]),
                "probability_after": float(share_after[id]),
            }
            for id in listed
        ],
        "rest": {
            "count": len(before) - len(listed),
            "probability": max(0.0, 1 - float(share[listed].sum())),
            "gradient": float(gradient.sum() - gradient[listed].sum()),
            "probability_after": max(0.0, 1 - float(share_after[listed].sum())),
        },
    }
