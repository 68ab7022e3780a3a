"""A table to be read in a terminal, or in Markdown: words to the left, figures to the right."""

from __future__ import annotations

from collections.abc import Sequence


def columns(rows: Sequence[Sequence[str]], words: int, markdown: bool = False) -> str:
    """The rows, the head first, one below the other; the first `words` columns hold words."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        [
            cell.ljust(width) if place < words else cell.rjust(width)
            for place, (cell, width) in cells
        ]
        for cells in (enumerate(zip(row, widths, strict=True)) for row in rows)
    ]
    rule = [
        "-" * width if place < words else "-" * (width - 1) + ":"
        for place, width in enumerate(widths)
    ]
    if markdown:
        return "\n".join(f"| {' | '.join(line)} |" for line in [lines[0], rule, *lines[1:]])
    return "\n".join("  ".join(line).rstrip() for line in lines)
