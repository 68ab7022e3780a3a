"""Build the pages of both languages, strictly: `python -m panels.pages.building`.

They are built into `build/`, or where nothing can be written there, as in an installed copy, among
the caches of whoever starts it. What was built stands in a folder named after all that it is made
of, where it is moved as a whole, by one at a time: what a reader is served is never half built.
"""

from __future__ import annotations

import hashlib
import logging
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from filelock import FileLock
from platformdirs import user_cache_path

from livre_ouvert import CODE, HOUSE, settings
from panels.screen.words import LANGUAGES, SITE


def places(house: Path, code: Path) -> list[Path]:
    """`build/` in a checkout; and of each copy, a folder of its own among the caches."""
    copy = hashlib.sha256(str(house).encode("utf-8", "surrogateescape")).hexdigest()[:12]
    caches = user_cache_path("livre-ouvert", appauthor=False) / copy
    return [house / "build", caches] if house == code else [caches]


logger = logging.getLogger(__name__)

PLACES = places(HOUSE, CODE)

FILES = "files"
"""In a folder of pages: every file with its size."""

KEPT = 3
"""How many folders of pages stay in a place: a server may still show those of an earlier one."""


class BuildError(Exception):
    """There are no pages and none can be built; what there is to say of it."""


def build() -> Path:
    """The folder with the pages of each language, built if they are not what they are made of now.

    Where nothing can be written, the last that were built. Raises BuildError.
    """
    made = made_of()
    ready = _first(lambda place: place / made if whole(place / made) else None)
    if ready is not None:
        return ready
    place = _first(lambda place: place if writable(place) else None)
    if place is not None:
        with FileLock(place / "lock"):
            if not whole(place / made):
                _built_beside(place, made)
        return place / made
    older = _first(last)
    if older is None:
        raise BuildError(
            "The pages are not built, and nothing can be written to "
            f"{' or '.join(map(str, PLACES))}: "
            "XDG_CACHE_HOME names another place for caches."
        )
    logger.warning(
        "Nothing can be written to %s: the pages are those of an earlier start.", older.parent
    )
    return older


def possible() -> bool:
    """Whether there are pages, or a place to build them in."""
    return _first(lambda place: last(place) or (place if writable(place) else None)) is not None


def whole(folder: Path) -> bool:
    """Whether pages were built into this folder, and every file is there."""
    try:
        listed = (folder / FILES).read_text("utf-8").splitlines()
        sizes = [line.split(" ", 1) for line in listed]
        return all((folder / name).stat().st_size == int(size) for size, name in sizes)
    except (OSError, ValueError):
        return False


def last(place: Path) -> Path | None:
    """The pages that were built last in a place."""
    return next(filter(whole, _by_age(place)), None)


def writable(place: Path) -> bool:
    """Whether files can be written to a place, which is made if need be."""
    try:
        place.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(place, os.W_OK)


def made_of() -> str:
    """The start of the SHA-256 of all that pages are made of, the host's list of models too."""
    digest = hashlib.sha256()
    sources = [
        *(path for folder in ("docs", "site") for path in (HOUSE / folder).rglob("*")),
        *(path for folder in ("panels", "engine", "gpt") for path in (CODE / folder).rglob("*.py")),
        HOUSE / "requirements.txt",
    ]
    for path in sorted(sources):
        if path.is_file() and SITE / "assets" not in path.parents:
            digest.update(path.relative_to(CODE).as_posix().encode() + b"\0")
            digest.update(path.read_bytes())
    digest.update("\n".join(settings.MODELS.of()).encode("utf-8", "surrogateescape"))
    return digest.hexdigest()[:16]


def _first(found: Callable[[Path], Path | None]) -> Path | None:
    return next(filter(None, map(found, PLACES)), None)


def _by_age(place: Path) -> list[Path]:
    """The folders of pages in a place, the youngest first."""
    try:
        return sorted(
            (each.parent for each in place.glob(f"*/{FILES}")),
            key=lambda folder: folder.stat().st_mtime,
            reverse=True,
        )
    except OSError:
        return []


def _built_beside(place: Path, made: str) -> None:
    """Build in a process of its own, into a folder beside, and move that where it belongs."""
    new, old = place / "new", place / "old"
    for left in (new, old):
        shutil.rmtree(left, ignore_errors=True)
    done = subprocess.run(
        [sys.executable, "-m", "panels.pages.building", str(new)],
        cwd=CODE,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=os.environ | {"NO_MKDOCS_2_WARNING": "1"},
    )
    if done.returncode:
        raise BuildError(f"The pages could not be built.\n{done.stdout}{done.stderr}")
    if (place / made).exists():
        (place / made).rename(old)
    new.rename(place / made)
    for each in (old, *_by_age(place)[KEPT:]):
        shutil.rmtree(each, ignore_errors=True)


def into(folder: Path) -> None:
    """Build every language into a folder, and list what it holds."""
    from mkdocs.commands.build import build as build_site
    from mkdocs.config import load_config

    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    os.environ.pop("OPENBOOK_ROOT", None)  # whoever serves the pages knows where they lie
    for language in LANGUAGES:
        config = load_config(
            str(SITE / f"{language}.yml"), strict=True, site_dir=str(folder / language)
        )
        build_site(config)
        (folder / language / "404.html").unlink()  # the server has its own, which knows why
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    listed = [f"{path.stat().st_size} {path.relative_to(folder).as_posix()}\n" for path in files]
    (folder / FILES).write_text("".join(listed), "utf-8")


if __name__ == "__main__":
    if sys.argv[1:]:
        into(Path(sys.argv[1]))
    else:
        print(build())
