"""A checkpoint of the Hugging Face Hub → a folder on this machine, fetched once.

Only what is read is fetched, and only safetensors: a pickle can hide a program. Nothing here runs
unless somebody asks for a Hub id.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from gpt.errors import CheckpointError
from gpt.weights.folder import INDEX, OPTIONS, WHOLE, shards

HUB_ID = re.compile(r"(?:[\w-][\w.-]*/)?[\w-][\w.-]*", re.ASCII)


def fetch(name: str, look_at: Callable[[Path], None], progress: Callable[[int, int], None]) -> Path:
    """The folder of a checkpoint; `look_at` may refuse it when only its `config.json` is there.

    Raises CheckpointError.
    """
    from huggingface_hub.errors import (
        EntryNotFoundError,
        HFValidationError,
        LocalEntryNotFoundError,
        OfflineModeIsEnabled,
        RepositoryNotFoundError,
    )

    try:
        return _fetched(name, look_at, progress)
    except RepositoryNotFoundError:
        raise CheckpointError(f"{name}: the Hub knows no such model.", "unknown") from None
    except HFValidationError:
        raise CheckpointError(f"{name}: this is no id of the Hub.", "unknown") from None
    except (LocalEntryNotFoundError, OfflineModeIsEnabled):
        raise _unreachable(name) from None
    except EntryNotFoundError as reason:
        missing = str(reason).splitlines()[0]
        raise CheckpointError(f"{name}: a file is missing. {missing}", "missing") from None
    except OSError:  # what the network and the disk raise, the errors of the Hub's answers too
        raise _unreachable(name) from None


def _fetched(
    name: str, look_at: Callable[[Path], None], progress: Callable[[int, int], None]
) -> Path:
    from huggingface_hub import hf_hub_download

    config = Path(hf_hub_download(name, "config.json"))
    folder = config.parent
    look_at(folder)
    revision = folder.name  # all files of one commit, whatever is published meanwhile

    def get(file: str, **how: Any) -> Path:
        return Path(hf_hub_download(name, file, revision=revision, **how))

    _first(name, [("tokenizer.json",), ("vocab.json", "merges.txt")], get)
    _first(name, [(OPTIONS,), ()], get)  # many have none
    weights = _first(name, [(WHOLE,), (INDEX,)], lambda file: _sized(name, revision, file))
    files = [WHOLE]
    if weights == (INDEX,):
        get(INDEX)
        files = shards(folder)
    sizes = [_sized(name, revision, file) for file in files]
    bar = _bar(sum(sizes), progress)
    for file in files:
        get(file, tqdm_class=bar)
    return folder


def _first(
    name: str, options: Sequence[tuple[str, ...]], get: Callable[[str], object]
) -> tuple[str, ...]:
    """Get the files of the first option whose files are all there."""
    from huggingface_hub.errors import EntryNotFoundError, LocalEntryNotFoundError

    unreachable = False
    for files in options:
        try:
            for file in files:
                get(file)
        except LocalEntryNotFoundError:
            unreachable = True
        except EntryNotFoundError:
            continue
        else:
            return files
    if unreachable:
        raise _unreachable(name)
    if options[0][0] == WHOLE:
        raise CheckpointError(
            f"{name}: it has no safetensors. Pickled weights, which can hide a program, are not "
            "opened.",
            "pickled",
        )
    raise CheckpointError(f"{name}: the file {options[0][0]} is missing.", "missing")


def _sized(name: str, revision: str, file: str) -> int:
    """How many bytes of a file are still to come; 0 when it is here."""
    from huggingface_hub import hf_hub_download, try_to_load_from_cache

    if isinstance(try_to_load_from_cache(name, file, revision=revision), str):
        return 0
    told = hf_hub_download(name, file, revision=revision, dry_run=True)
    return 0 if isinstance(told, str) else int(told.file_size or 0)


def _bar(size: int, progress: Callable[[int, int], None]) -> type:
    """A progress bar that draws nothing and tells how much has come."""
    from huggingface_hub.utils.tqdm import tqdm

    got = 0

    class Told(tqdm):
        def __init__(self, *arguments: Any, **named: Any) -> None:
            super().__init__(*arguments, **(named | {"disable": True}))  # type: ignore[no-untyped-call]

        def update(self, n: float | None = 1) -> bool | None:
            nonlocal got
            got += int(n or 0)
            progress(min(got, size), size)
            return None

    progress(0, size)
    return Told


def _unreachable(name: str) -> CheckpointError:
    return CheckpointError(
        f"{name}: it is not on this machine, and the Hub cannot be reached.", "unreachable"
    )
