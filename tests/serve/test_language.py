"""serve/language.py: which language a reader is answered in."""

from __future__ import annotations

import pytest

from serve.language import language_of, preferred


@pytest.mark.parametrize(
    ("accept", "language"),
    [
        ("", "en"),
        ("fr", "fr"),
        ("fr-CA", "fr"),
        ("FR-be, en;q=0.9", "fr"),
        ("en-GB, fr;q=0.9", "en"),
        ("en;q=0.8, fr;q=0.9", "fr"),
        ("fr, en", "fr"),
        ("en, fr", "en"),
        ("de, fr;q=0.5, en;q=0.4", "fr"),
        ("de", "en"),
        ("*", "en"),
        ("fr;q=0.5, *;q=0.8", "en"),
        ("en;q=0.1, *", "fr"),
        ("fr;q=0, *", "en"),
        ("fr;q=0", "en"),
        ("frr", "en"),
        ("fr;q=much", "en"),
        (";;;,,,=", "en"),
    ],
)
def test_preferred(accept: str, language: str) -> None:
    assert preferred(accept) == language


@pytest.mark.parametrize(
    ("path", "language"),
    [("/labo", "fr"), ("/fr/nowhere", "fr"), ("/lab", "en"), ("/panels/fr/x", "fr")],
)
def test_the_address_decides_before_the_browser(path: str, language: str) -> None:
    other = b"en" if language == "fr" else b"fr"
    assert language_of({"path": path, "headers": [(b"accept-language", other)]}) == language


def test_elsewhere_the_browser_decides() -> None:
    assert language_of({"path": "/x", "headers": [(b"accept-language", b"fr")]}) == "fr"
