"""`python -m tests.licences`: write `LICENSES.md`, under which licence is what is installed."""

from __future__ import annotations

import re
from importlib.metadata import PackageMetadata, PackageNotFoundError, metadata

from tests.locking import LOCK, PINNED, ROOT

PAPER = ROOT / "LICENSES.md"
HEAD = """# Licences of what is installed

The project itself is under the [MIT licence](LICENSE). To run it, these are installed, as
[requirements.lock](requirements.lock) names them, and torch; each says of itself under which
licence it is. `make lock` writes this file.

*Le projet est sous [licence MIT](LICENSE). Pour qu’il fonctionne, on installe ce qui suit ; chaque
paquet dit lui-même sous quelle licence il est.*

| package | licence |
| --- | --- |
"""
ELSEWHERE = "\nOn other systems, or with another Python, come too: {}.\n"

NAMES = {
    "OSI Approved :: MIT License": "MIT",
    "OSI Approved :: BSD License": "BSD",
    "OSI Approved :: Apache Software License": "Apache-2.0",
    "OSI Approved :: Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "OSI Approved :: Python Software Foundation License": "PSF-2.0",
    "OSI Approved :: ISC License (ISCL)": "ISC",
}
"""What classifiers call a licence, and its name in SPDX; of BSD they do not say which."""


def written() -> str:
    """The whole file, as what is installed here has it."""
    lines, absent = [], []
    for name in locked():
        try:
            lines.append(f"| {name} | {licence(metadata(name))} |\n")
        except PackageNotFoundError:
            absent.append(name)
    return HEAD + "".join(lines) + (ELSEWHERE.format(", ".join(absent)) if absent else "")


def locked() -> list[str]:
    """The names of the lock, and torch."""
    found = map(PINNED.match, LOCK.read_text("utf-8").splitlines())
    return sorted({"torch", *(each[1] for each in found if each)})


def licence(told: PackageMetadata) -> str:
    """The licence of a package: its expression, else its classifiers, else its own words."""
    if "License-Expression" in told:
        return told["License-Expression"]
    classes = [each.removeprefix("License :: ") for each in told.get_all("Classifier") or ()]
    if named := [NAMES[each] for each in classes if each in NAMES]:
        return ", ".join(sorted(named))
    return re.sub(r"\s+", " ", " ".join(told.get_all("License") or ())).strip()


if __name__ == "__main__":
    PAPER.write_text(written(), "utf-8")
