"""What a screen tells those who listen: a sentence a thing, of which the page says the new."""

from __future__ import annotations

from typing import Any

from gpt.tokenizer import Token
from panels.screen.glyphs import glyphs
from panels.screen.view import View
from panels.screen.words import Words

END = 60
"""Characters of the text's end that are said."""


def told(view: View, words: Words) -> list[dict[str, Any]]:
    """The token written last, the text's end, the next token, the row looked at.

    `rest` marks what is nothing new to who has heard nothing yet.
    """
    sentences = [*_written(view, words), _text(view, words), _next(view, words)]
    if view.state.search:
        sentences.append(_found(view, words))
    return [
        *({"text": sentence, "rest": False} for sentence in sentences),
        {"text": _row(view, words), "rest": view.on_last},
    ]


def _written(view: View, words: Words) -> list[str]:
    """The last written token and what the row before it gave it; nothing where that is not read."""
    if not view.state.written or len(view.reading.ids) < 2:
        return []
    id = view.state.written[-1]
    share = float(view.reading.row_logits(-2).softmax(-1)[id])
    blanks = {"number": len(view.state.written), "token": spoken(view.token(id), words)}
    return [words("told.written", **blanks, share=words.percent(share))]


def _text(view: View, words: Words) -> str:
    text = view.state.prompt + view.tokenizer.decode(view.state.written)
    if not text.strip():
        return words("told.nothing")
    end = " ".join(text[-END:].split())
    if len(text) > END:
        end = "… " + end.partition(" ")[2]
    return words("told.text", end=end)


def _next(view: View, words: Words) -> str:
    if view.finished:
        return words("choice.finished")
    choice = view.choice
    token = spoken(view.token(choice.token_id), words)
    if choice.u is None:
        plain = float(view.last.plain[choice.token_id])
        return words("told.greedy", token=token, share=words.percent(plain))
    share, u = words.percent(choice.probability), words.number(choice.u, 4)
    return words("told.drawn", u=u, token=token, share=share, column=words("logits.probability"))


def _found(view: View, words: Words) -> str:
    count = len(view.tokenizer.find(view.state.search))
    return words("logits.found", count=count) if count else words("logits.none")


def _row(view: View, words: Words) -> str:
    if view.on_last:
        return words("told.last")
    first = int(view.here.order[0])
    return words(
        "told.row",
        position=view.selected,
        after=words("tokens.start_name")
        if view.selected == 0 and view.tokenizer.reads_start
        else spoken(view.reading.tokens[view.selected], words),
        token=spoken(view.token(first), words),
        share=words.percent(float(view.here.plain[first])),
    )


def spoken(token: Token, words: Words) -> str:
    """A token as one says it: its letters where it has some, else its signs."""
    drawn = glyphs(token)
    if drawn["end"]:
        return words("tokens.end_name")
    signs = "".join(text for text, _ in drawn["parts"])
    if "piece" in drawn:
        return words("tokens.piece", piece=drawn["piece"], character=drawn["character"])
    return token.text.strip() or signs
