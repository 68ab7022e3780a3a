"""By what weights are known: the SHA-256 of the files they lie in."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

PIECE = 1 << 20


def sha256(files: Sequence[Path]) -> str:
    """64 hexadecimal digits, of one file what the Hub and `sha256sum` say of it; of several, of
    all they hold one after the other, in this order."""
    digest = hashlib.sha256()
    for file in files:
        with file.open("rb") as opened:
            while piece := opened.read(PIECE):
                digest.update(piece)
    return digest.hexdigest()
