"""Text to tokens and back: byte-level BPE, with nothing hidden.

A token stands for some bytes, not for some characters: `é` is two bytes and may be cut in two
tokens. Such pieces are marked as belonging together, and no replacement character is ever shown.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from pathlib import Path

import tokenizers

END_OF_TEXT = "<|endoftext|>"
NO_CHARACTER = b"\xff"
"""A byte that UTF-8 never uses; it stands for a token without bytes, where every character ends."""


@dataclass(frozen=True)
class Piece:
    """The place of a token within a character that several tokens spell together.

    `number` counts from 1 to `of`. Where one token ends a cut character and begins the next, the
    tokens of both form one group, and `character` holds both.
    """

    character: str
    number: int
    of: int


@dataclass(frozen=True)
class Token:
    """One entry of the vocabulary, as it stands in a text.

    `text` is what the token adds to the text: the characters that are complete with it; joined, the
    texts of a text's tokens are the text. A token that holds a part of a character has a `piece`;
    the character's text comes with its last piece. `bytes` is empty for `<|endoftext|>`, and for an
    id that no entry has.
    """

    id: int
    text: str
    bytes: bytes
    piece: Piece | None = None

    @property
    def is_end_of_text(self) -> bool:
        return not self.bytes and self.text == END_OF_TEXT


class Tokenizer:
    """A vocabulary and its merges, read from a `tokenizer.json`.

    `spellings` are the bytes of every token, by id; `<|endoftext|>` has none. A vocabulary that
    calls it otherwise has a token of its own at the end, and maybe another at the start: `start`
    and `end` are their ids, where the model's configuration names any. Both are read and shown as
    `<|endoftext|>`. Raises ValueError when the vocabulary is not byte-level or has no such token.

    `rows` is how many tokens the network knows, None for as many as there are entries. Rows beyond
    the entries are tokens without bytes; entries beyond the rows are never read: `without_row`.
    """

    def __init__(
        self,
        encoder: tokenizers.Tokenizer,
        start: int | None = None,
        end: int | None = None,
        rows: int | None = None,
    ) -> None:
        entries: dict[str, int] = encoder.get_vocab()
        known = max(entries.values(), default=-1) + 1
        self._rows = known if rows is None else rows
        self._all = encoder if known > self._rows else None
        if self._all is not None:
            encoder = _narrowed(encoder, self._rows)
            entries = encoder.get_vocab()
        added = {id: new.content for id, new in encoder.get_added_tokens_decoder().items()}
        ends = end if end in added else entries.get(END_OF_TEXT)
        if ends is None:
            raise ValueError(f"the vocabulary has no {END_OF_TEXT}, and no other end is named")
        letters = {letter for entry, id in entries.items() if id not in added for letter in entry}
        if not letters <= _BYTE_OF.keys() <= entries.keys():
            raise ValueError("the vocabulary is not byte-level")
        encoder.no_padding()
        encoder.no_truncation()
        self.end_of_text = ends
        in_front = encoder.encode("").ids
        if max(in_front, default=0) >= self._rows:
            raise ValueError("the token that is put in front has no row in the model")
        self.reads_start = bool(in_front)
        self.start = in_front[0] if in_front else start if start in added else ends
        self._silent = {self.start, self.end_of_text}
        encoder.encode_special_tokens = True
        self._encoder = encoder
        spellings = [b""] * self._rows
        for entry, id in entries.items():
            spellings[id] = entry.encode() if id in added else _bytes(entry)
        for id in self._silent:
            spellings[id] = b""
        self.spellings = tuple(spellings)
        self._alone: dict[int, Token] = {}

    @classmethod
    def from_file(
        cls,
        path: Path,
        start: int | None = None,
        end: int | None = None,
        prefix_space: bool | None = None,
        rows: int | None = None,
    ) -> Tokenizer:
        """A `tokenizer.json`; `prefix_space` is whether a space is put before every text.

        None leaves that to the file.
        """
        encoder = tokenizers.Tokenizer.from_file(str(path))
        if prefix_space is not None:
            values = json.loads(encoder.to_str())
            before = values["pre_tokenizer"] or {}
            for step in before.get("pretokenizers", [before]):
                if step.get("type") == "ByteLevel":
                    step["add_prefix_space"] = prefix_space
            encoder = tokenizers.Tokenizer.from_str(json.dumps(values))
        return cls(encoder, start, end, rows)

    @classmethod
    def from_pair(
        cls,
        vocabulary: Path,
        merges: Path,
        start: int | None = None,
        end: int | None = None,
        prefix_space: bool | None = None,
        rows: int | None = None,
    ) -> Tokenizer:
        """GPT-2's older form: `vocab.json` and `merges.txt`, cut and spelled as GPT-2 does."""
        encoder = tokenizers.Tokenizer(
            tokenizers.models.BPE.from_file(str(vocabulary), str(merges))
        )
        encoder.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(
            add_prefix_space=bool(prefix_space)
        )
        encoder.decoder = tokenizers.decoders.ByteLevel()
        named = [encoder.id_to_token(id) for id in (start, end) if id is not None]
        special = [
            each for each in (END_OF_TEXT, *named) if encoder.token_to_id(each or "") is not None
        ]
        encoder.add_special_tokens(special)
        return cls(encoder, start, end, rows)

    @property
    def size(self) -> int:
        """V, the number of tokens."""
        return len(self.spellings)

    def encode(self, text: str) -> list[int]:
        """The ids of a text, without a start token; a typed `<|endoftext|>` is ordinary text.

        Lone surrogates, which no UTF-8 can hold, are read as U+FFFD.
        """
        return list(self._encoder.encode(well_formed(text), add_special_tokens=False).ids)

    def without_row(self, text: str) -> list[Token]:
        """The entries in a text that the network has no row for, each once.

        They were added to the vocabulary and not to the network; `encode` cuts them into pieces
        that have a row.
        """
        if self._all is None:
            return []
        found = self._all.encode(well_formed(text), add_special_tokens=False)
        beyond = {
            id: entry for id, entry in zip(found.ids, found.tokens, strict=True) if id >= self._rows
        }
        added = self._all.get_added_tokens_decoder()
        return [
            Token(id, spelling.decode("utf-8", errors="ignore"), spelling)
            for id, entry in beyond.items()
            for spelling in [entry.encode() if id in added else _bytes(entry)]
        ]

    def decode(self, ids: Iterable[int]) -> str:
        """The text of some ids: the characters that are complete, `<|endoftext|>` left out."""
        return _visible(b"".join(self._spelling(id) or NO_CHARACTER for id in ids))

    def tokens(self, ids: Sequence[int]) -> list[Token]:
        """The tokens of one text, the pieces of each cut character marked."""
        spellings = [self._spelling(id) for id in ids]
        filled = [spelling or NO_CHARACTER for spelling in spellings]
        ends = list(accumulate(map(len, filled)))
        texts = [END_OF_TEXT if id in self._silent else "" for id in ids]
        cut: list[_Span] = []
        for character in _characters(b"".join(filled)):
            first = bisect_right(ends, character.start)
            last = bisect_right(ends, character.end - 1)
            texts[last] += character.text
            if first < last and cut and first == cut[-1].last:
                cut[-1] = _Span(cut[-1].text + character.text, cut[-1].first, last)
            elif first < last:
                cut.append(_Span(character.text, first, last))
        tokens = list(map(Token, ids, texts, spellings))
        for group in cut:
            of = group.last - group.first + 1
            for number in range(1, of + 1):
                index = group.first + number - 1
                tokens[index] = replace(tokens[index], piece=Piece(group.text, number, of))
        return tokens

    def token(self, id: int) -> Token:
        """A token by itself, as the table of the vocabulary shows it."""
        known = self._alone.get(id)
        if known is None:
            known = self._alone[id] = self.tokens([id])[0]
        return known

    def find(self, text: str) -> list[int]:
        """The ids of the tokens that contain `text`, upper or lower case, in the order of ids."""
        wanted = well_formed(text).casefold()
        return [
            id
            for id, spelling in enumerate(self.spellings)
            if wanted in (END_OF_TEXT if id in self._silent else _visible(spelling)).casefold()
        ]

    def _spelling(self, id: int) -> bytes:
        """The bytes of an id; a network may have more rows than the vocabulary has entries."""
        return self.spellings[id] if 0 <= id < len(self.spellings) else b""


def well_formed(text: str) -> str:
    """The text with every lone surrogate replaced by U+FFFD."""
    return "".join("\ufffd" if "\ud800" <= c <= "\udfff" else c for c in text)


def _narrowed(encoder: tokenizers.Tokenizer, rows: int) -> tokenizers.Tokenizer:
    """The same vocabulary without the entries from `rows` on, and the merges that make them."""
    values = json.loads(encoder.to_str())
    model = values["model"]
    entries = {entry: id for entry, id in model["vocab"].items() if id < rows}
    model["vocab"] = entries
    model["merges"] = [
        pair for pair in model.get("merges", []) if {*pair, "".join(pair)} <= entries.keys()
    ]
    values["added_tokens"] = [new for new in values["added_tokens"] if new["id"] < rows]
    return tokenizers.Tokenizer.from_str(json.dumps(values))


def _bytes(entry: str) -> bytes:
    """The bytes that an entry of a byte-level vocabulary stands for."""
    return bytes(map(_BYTE_OF.__getitem__, entry))


def _visible(spelling: bytes) -> str:
    return spelling.decode("utf-8", errors="ignore")


@dataclass(frozen=True)
class _Span:
    """The tokens from `first` to `last` spell `text` together."""

    text: str
    first: int
    last: int


@dataclass(frozen=True)
class _Character:
    text: str
    start: int
    end: int


def _characters(data: bytes) -> list[_Character]:
    """The complete characters in some bytes and where they stand; broken bytes are passed over."""
    found: list[_Character] = []
    position = 0
    while position < len(data):
        width = _width(data[position])
        try:
            text = data[position : position + width].decode("utf-8")
            found.append(_Character(text, position, position + width))
            position += width
        except UnicodeDecodeError:
            position += 1
    return found


def _width(first: int) -> int:
    """How many bytes the character takes that begins with this one."""
    return 1 if first < 0xC0 else 2 if first < 0xE0 else 3 if first < 0xF0 else 4


def _alphabet() -> dict[str, int]:
    """The printable stand-in of each byte in a byte-level vocabulary (GPT-2's table)."""
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(256) if byte not in printable]
    table = {chr(byte): byte for byte in printable}
    return table | {chr(256 + number): byte for number, byte in enumerate(others)}


_BYTE_OF = _alphabet()
