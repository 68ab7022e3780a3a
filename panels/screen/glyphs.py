"""A token made visible: spaces, line ends and bytes as signs a reader can point at."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from gpt.tokenizer import Token, Tokenizer

SIGNS = {" ": "·", "\n": "⏎", "\t": "⇥", "\u00a0": "⍽", "\u202f": "⍽"}


@lru_cache(maxsize=16_384)
def glyphs(token: Token) -> dict[str, Any]:
    """What a template needs to draw a token.

    `parts` are (text, kind) with kind "text" or "sign"; `unspelled` is there where no text
    belongs to an id; `piece` is "1/2" on a part of a character.
    Kept for the tokens drawn last, which are mostly those drawn next: nobody may change it.
    """
    drawn: dict[str, Any] = {"id": token.id, "end": token.is_end_of_text, "parts": _parts(token)}
    if _unspelled(token):
        drawn["unspelled"] = True
    if token.piece is not None:
        drawn["piece"] = f"{token.piece.number}/{token.piece.of}"
        drawn["character"] = "".join(_sign(each)[0] for each in token.piece.character)
    return drawn


def spelled_out(tokenizer: Tokenizer, ids: Sequence[int]) -> str:
    """The text of some ids, as the tokenizer has it; an id without text by its number."""
    if all(tokenizer.spellings[id] or tokenizer.token(id).is_end_of_text for id in ids):
        return tokenizer.decode(ids)
    return "".join(
        f"⟨{token.id}⟩" if _unspelled(token) else "" if token.is_end_of_text else token.text
        for token in tokenizer.tokens(ids)
    )


def _unspelled(token: Token) -> bool:
    """The network has a row for it, the vocabulary no entry: it is shown by its number."""
    return not token.bytes and not token.is_end_of_text and token.id >= 0


def _parts(token: Token) -> list[tuple[str, str]]:
    if token.is_end_of_text:
        return []
    if _unspelled(token):
        return [(f"⟨{token.id}⟩", "sign")]
    parts: list[tuple[str, str]] = []
    for text, kind in _signs(token):
        if parts and parts[-1][1] == kind == "text":
            parts[-1] = (parts[-1][0] + text, kind)
        else:
            parts.append((text, kind))
    return parts


def _signs(token: Token) -> list[tuple[str, str]]:
    """Character by character; bytes that are no whole character by their hexadecimal number."""
    signs: list[tuple[str, str]] = []
    rest = token.bytes
    while rest:
        width = 1
        while width <= 4:
            try:
                character = rest[:width].decode("utf-8")
            except UnicodeDecodeError:
                width += 1
            else:
                signs.append(_sign(character))
                break
        else:
            width = 1
            signs.append((f"⟨{rest[0]:02X}⟩", "sign"))
        rest = rest[width:]
    return signs


def _sign(character: str) -> tuple[str, str]:
    if character in SIGNS:
        return SIGNS[character], "sign"
    category = unicodedata.category(character)
    if category.startswith("M"):
        return "◌" + character, "text"
    if category in ("Cc", "Cf", "Zs", "Zl", "Zp", "Co", "Cn") or character == "\ufffd":
        return f"⟨U+{ord(character):04X}⟩", "sign"
    return character, "text"
