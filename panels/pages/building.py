"""Build the pages of both languages, strictly: `python -m panels.pages.building`.

They are built into `build/<language>`, only when something they are made of has changed, and only
as a whole: what a reader is served is never half built. An installed copy, which may be read-only,
has its `build` among the caches of whoever starts it.
"""

from __future__ import annotations

import hashlib
import logging
import os
import shutil
import subprocess
import sys
from pathlib import Path

from platformdirs import user_cache_path

from livre_ouvert import CODE, HOUSE
from panels.screen.words import LANGUAGES, SITE


def build_folder(house: Path, code: Path) -> Path:
    """`build/` in a checkout; of each installed copy, a folder of its own among the caches."""
    if house == code:
        return house / "build"
    copy = hashlib.sha256(str(house).encode("utf-8", "surrogateescape")).hexdigest()[:12]
    return user_cache_path("livre-ouvert", appauthor=False) / copy


BUILD = build_folder(HOUSE, CODE)
STAMP = "made-of"


class BuildError(Exception):
    """The pages could not be built; what MkDocs said of it."""


def build() -> None:
    """Bring `build/` up to date, in a process of its own. Raises BuildError."""
    if fresh():
        return
    done = subprocess.run(
        [sys.executable, "-m", "panels.pages.building"],
        cwd=CODE,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=os.environ | {"NO_MKDOCS_2_WARNING": "1"},
    )
    if done.returncode:
        raise BuildError(done.stdout + done.stderr)


def fresh() -> bool:
    """Whether what was built is made of what is here now."""
    stamp = BUILD / STAMP
    return stamp.is_file() and stamp.read_text("ascii") == made_of()


def made_of() -> str:
    """The SHA-256 of everything the pages are made of, the host's list of models too."""
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
    digest.update(os.environ.get("OPENBOOK_MODELS", "").encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


def main() -> None:
    """Build every language into a folder beside, then put it in place."""
    from mkdocs.commands.build import build as build_site
    from mkdocs.config import load_config

    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    os.environ.pop("OPENBOOK_ROOT", None)  # whoever serves the pages knows where they lie
    made = made_of()
    BUILD.mkdir(parents=True, exist_ok=True)
    (BUILD / STAMP).unlink(missing_ok=True)
    for language in LANGUAGES:
        new = BUILD / f"{language}.new"
        config = load_config(str(SITE / f"{language}.yml"), strict=True, site_dir=str(new))
        build_site(config)
        (new / "404.html").unlink()  # the server has its own, which knows why
        shutil.rmtree(BUILD / language, ignore_errors=True)
        new.rename(BUILD / language)
    (BUILD / STAMP).write_text(made, "ascii")


if __name__ == "__main__":
    main()
