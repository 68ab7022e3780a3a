"""`python -m benchmarks`, or `make bench`: every figure, printed, and the table of the README."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from importlib import import_module

from benchmarks.running import HEAD, ROOT, Line, machine, show

ALL = (
    "one_stream", "streams", "first_answer", "classroom", "flood", "soak", "startup", "memory",
    "pages", "step", "training",
)  # fmt: skip
TABLE = re.compile(r"(<!-- bench -->\n).*?(<!-- /bench -->)", re.DOTALL)


def main() -> None:
    """Run one after another; nothing else should be at work meanwhile."""
    found: list[Line] = []
    on = machine()
    for name in ALL:
        lines: list[Line] = import_module(f"benchmarks.{name}").lines()
        show(lines)
        found += lines
    write(found, f"On {date.today():%d %B %Y}: {on}.")


def write(lines: Sequence[Line], where: str) -> None:
    """Put the table between the marks in the README."""
    readme = ROOT / "README.md"
    rows = [HEAD, ("---", "--:", "--:", "--:", "--:"), *(line.cells for line in lines)]
    table = "\n".join(f"| {' | '.join(cells)} |" for cells in rows)
    text = readme.read_text("utf-8")
    readme.write_text(TABLE.sub(rf"\g<1>{where}\n\n{table}\n\g<2>", text), encoding="utf-8")


if __name__ == "__main__":
    main()
