"""The days and the months, as tables."""

from __future__ import annotations

from gpt.training.knowledge.datafiles import phrases
from gpt.training.knowledge.row import Row

LENGTHS = ("31", "-", "31", "30", "31", "30", "31", "31", "30", "31", "30", "31")
"""By month; February has 28 or 29."""

SEASONS = {
    "en": ("winter", "spring", "summer", "autumn"),
    "fr": ("en hiver", "au printemps", "en été", "en automne"),
}


def date_tables() -> dict[str, list[Row]]:
    """days_en, days_fr, months_en and months_fr: each with its neighbours and its rank."""
    tables = {}
    for language in ("en", "fr"):
        days, months = phrases("days", language), phrases("months", language)
        ranks = phrases("ranks", language)
        tables[f"days_{language}"] = [
            Row(day, {"day": day, "rank": ranks[i], **_neighbours(days, i)}, often=2)
            for i, day in enumerate(days)
        ]
        tables[f"months_{language}"] = [
            Row(
                month,
                {
                    "month": month,
                    "rank": ranks[i],
                    "length": LENGTHS[i],
                    "season": _season(i, language),
                    **_neighbours(months, i),
                },
            )
            for i, month in enumerate(months)
        ]
    return tables


def _season(month: int, language: str) -> str:
    """- for March, June, September and December, which belong to two."""
    return "-" if month % 3 == 2 else SEASONS[language][(month + 1) // 3 % 4]


def _neighbours(names: tuple[str, ...], i: int) -> dict[str, str]:
    return {"before": names[i - 1], "next": names[(i + 1) % len(names)]}
