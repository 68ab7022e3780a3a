"""`python -m tests.locking`: write `requirements.lock` anew, for every system and every Python."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
LOCK = ROOT / "requirements.lock"
HEAD = """# What running needs, and what that needs, with the hashes of its files; by `make lock`.
# torch is not here, nor what its CUDA build alone needs: which build is right, the machine knows.
"""
NOT_LOCKED = re.compile(r"(torch|triton|nvidia-.*|cuda-.*)$")
"""torch, and what comes with its build for CUDA."""

OLDEST = "3.11"
PINNED = re.compile(r"^([a-z0-9][a-z0-9.-]*)==([^ ;\\]+)")


def main() -> int:
    """0 when it is written; what uv said otherwise."""
    command = ("uv", "pip", "compile", "--universal", "--python-version", OLDEST, "--quiet")
    shown = ("--generate-hashes", "--no-annotate", "--no-header", "--no-emit-index-url")
    done = subprocess.run(
        [sys.executable, "-m", *command, *shown, "requirements.txt"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode == 0:
        LOCK.write_text(HEAD + "".join(kept(done.stdout)), "utf-8")
    print(done.stderr, end="", file=sys.stderr)
    return done.returncode


def kept(lines: str) -> list[str]:
    """Every requirement with its hashes, but what is not locked."""
    each = re.split(r"^(?=[a-z0-9])", lines, flags=re.MULTILINE)
    return [one for one in each if (named := PINNED.match(one)) and not NOT_LOCKED.match(named[1])]


if __name__ == "__main__":
    sys.exit(main())
