"""Which model answers: the one that was asked for, or meanwhile the bundled one, and why."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from engine.shelf import Models
from gpt import CheckpointError
from panels.screen.state import MODEL, Note, State

SAID = (
    "opening", "not_offered", "unreachable", "unknown", "not_gpt2", "memory", "pickled", "packed",
    "missing", "damaged",
)  # fmt: skip
"""The kinds of CheckpointError that have words of their own: `notes.model_<kind>`."""

REMEDIES = {"loose_space": "trim", "greedy": "greedy"}
"""The acts that some notes offer."""

SILENCE = 5
"""Seconds after which it is told that nothing comes, and again: one who listens hears each."""

NAME_SHOWN = 80
ANY_ID = 1_000_000_000


def answerable(
    models: Models, read: Callable[[int], tuple[State, list[Note]]]
) -> tuple[State, list[Note]]:
    """A state whose model is there: what `read` gives, or the bundled model on the same prompt.

    `read` checks ids against the size of a vocabulary, which is known when the model is. Raises
    CheckpointError when the bundled model itself cannot be opened.
    """
    state, notes = read(ANY_ID)
    try:
        size = models.named(state.model).model.tokenizer.size
    except CheckpointError as reason:
        if state.model == MODEL:
            raise
        models.named(MODEL)
        return state.with_model(MODEL), [*notes, note_of(reason, state.model, MODEL)]
    return (state, notes) if max(state.written, default=0) < size else read(size)


def note_of(reason: CheckpointError, name: str, answering: str) -> Note:
    """What a reader is told of a model that cannot be opened, or not yet, and who answers."""
    if name == MODEL or reason.kind not in SAID:
        return Note("model", {})
    told: dict[str, int | str] = {"name": name[:NAME_SHOWN], "answering": answering}
    if reason.kind == "opening":
        silent = reason.values.get("silent", 0) // SILENCE * SILENCE
        if silent:
            return Note("model_silent", told | {"seconds": silent})
        if reason.values.get("size"):
            return Note("model_coming", told | reason.values)
    return Note(f"model_{reason.kind}", told | (reason.values if reason.kind == "memory" else {}))


def for_template(notes: Sequence[Note]) -> list[dict[str, object]]:
    """The notes as the templates draw them: `again` is worth asking again, `refused` is not.

    `act` is what the reader can do about it at once, if anything.
    """
    opening = ("model_opening", "model_coming", "model_silent")
    return [
        {
            "key": note.key,
            "values": dict(note.values),
            "again": note.key in opening,
            "refused": note.key.startswith("model_") and note.key not in opening,
            "act": REMEDIES.get(note.key, ""),
        }
        for note in notes
    ]
