"""Text to tokens and back: byte-level BPE, with nothing hidden.

A token stands for some bytes, not for some characters: `é` is two bytes and may be cut in two
tokens. Such pieces are marked as belonging together, and no replacement character is ever shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import tokenizers

END_OF_TEXT = "<|endoftext|>"


@dataclass(frozen=True)
class Piece:
    """The place of a token within a character that several tokens spell together."""

    character: str
    number: int
    of: int


@dataclass(frozen=True)
class Token:
    """One entry of the vocabulary, as it stands in a text.

    `text` is what the token adds to the text: the characters that are complete with it. It is empty
    for the first pieces of a character, which then have a `piece`; joined, the texts of a text's
    tokens are the text. `bytes` is empty for `<|endoftext|>` alone.
    """

    id: int
    text: str
    bytes: bytes
    piece: Piece | None = None

    @property
    def is_end_of_text(self) -> bool:
        return not self.bytes


class Tokenizer:
    """A vocabulary and its merges, read from a `tokenizer.json`."""

    def __init__(self, encoder: tokenizers.Tokenizer) -> None:
        end = encoder.token_to_id(END_OF_TEXT)
        if end is None:
            raise ValueError(f"the vocabulary has no {END_OF_TEXT}")
        self.end_of_text: int = end
        self.reads_start: bool = bool(encoder.encode("").ids)
        encoder.encode_special_tokens = True
        self._encoder = encoder
        self._bytes = [
            b"" if id == end else _bytes_of(encoder.id_to_token(id) or "")
            for id in range(encoder.get_vocab_size())
        ]

    @classmethod
    def from_file(cls, path: Path) -> Tokenizer:
        return cls(tokenizers.Tokenizer.from_file(str(path)))

    @property
    def size(self) -> int:
        """V, the number of tokens."""
        return len(self._bytes)

    def encode(self, text: str) -> list[int]:
        """The ids of a text, without a start token; a typed `<|endoftext|>` is ordinary text.

        Lone surrogates, which no UTF-8 can hold, are read as U+FFFD.
        """
        return list(self._encoder.encode(well_formed(text), add_special_tokens=False).ids)

    def decode(self, ids: Iterable[int]) -> str:
        """The text of some ids: the characters that are complete, `<|endoftext|>` left out."""
        return b"".join(self._bytes[id] for id in ids).decode("utf-8", errors="ignore")

    def tokens(self, ids: Sequence[int]) -> list[Token]:
        """The tokens of one text, the pieces of each cut character marked."""
        everything = [self._bytes[id] for id in ids]
        characters = _characters(b"".join(everything))
        tokens, end, next_character = [], 0, 0
        for id, bytes_ in zip(ids, everything, strict=True):
            end += len(bytes_)
            first = next_character
            while next_character < len(characters) and characters[next_character].end <= end:
                next_character += 1
            text = "".join(c.text for c in characters[first:next_character])
            tokens.append(Token(id, text if bytes_ else END_OF_TEXT, bytes_))
        return _mark_pieces(tokens, characters)

    def token(self, id: int) -> Token:
        """A token by itself, as the table of the vocabulary shows it."""
        return self.tokens([id])[0]

    def find(self, text: str) -> list[int]:
        """The ids of the tokens that contain `text`, upper or lower case, in the order of ids."""
        wanted = well_formed(text).casefold()
        return [
            id
            for id, bytes_ in enumerate(self._bytes)
            if wanted in (_visible(bytes_) if bytes_ else END_OF_TEXT).casefold()
        ]


def _visible(bytes_: bytes) -> str:
    return bytes_.decode("utf-8", errors="ignore")


def well_formed(text: str) -> str:
    """The text with every lone surrogate replaced by U+FFFD."""
    return "".join("\ufffd" if "\ud800" <= c <= "\udfff" else c for c in text)


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


def _mark_pieces(tokens: list[Token], characters: list[_Character]) -> list[Token]:
    """Mark every token that holds a part of a character, and not all of it."""
    starts, position = [], 0
    for token in tokens:
        starts.append(position)
        position += len(token.bytes)
    marked = list(tokens)
    first = 0
    for character in characters:
        while starts[first] + len(tokens[first].bytes) <= character.start:
            first += 1
        last = first
        while starts[last] + len(tokens[last].bytes) < character.end:
            last += 1
        of = last - first + 1
        if of == 1:
            continue
        for number, index in enumerate(range(first, last + 1), start=1):
            token = tokens[index]
            piece = Piece(character.text, number, of)
            marked[index] = Token(token.id, token.text, token.bytes, piece)
    return marked


def _alphabet() -> dict[str, int]:
    """The printable stand-in of each byte in a byte-level vocabulary (GPT-2's table)."""
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(256) if byte not in printable]
    table = {chr(byte): byte for byte in printable}
    return table | {chr(256 + number): byte for number, byte in enumerate(others)}


_BYTE_OF = _alphabet()


def _bytes_of(entry: str) -> bytes:
    """The bytes of a vocabulary entry; an entry outside the alphabet stands for its own text."""
    if all(c in _BYTE_OF for c in entry):
        return bytes(_BYTE_OF[c] for c in entry)
    return entry.encode("utf-8")
