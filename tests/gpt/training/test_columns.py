"""Words to the left, figures to the right."""

from __future__ import annotations

from gpt.training.columns import columns

ROWS = [["exam", "en"], ["a", "12.5%"], ["longer", ""]]


def test_columns_line_up() -> None:
    assert columns(ROWS, words=1).splitlines() == ["exam       en", "a       12.5%", "longer"]


def test_markdown_has_a_rule_below_its_head() -> None:
    assert columns(ROWS, words=1, markdown=True).splitlines() == [
        "| exam   |    en |",
        "| ------ | ----: |",
        "| a      | 12.5% |",
        "| longer |       |",
    ]
