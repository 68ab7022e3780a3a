"""One model for many visitors: opened in the background, its last readings kept.

A reading that was made before is not made again, and a text that goes on from one that was read is
read from where it stood. The cache is bounded and never needed: any answer can be computed anew.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence

import torch

from gpt.generate import Model
from gpt.reading import Reading
from gpt.weights import CheckpointError, load

READINGS_KEPT = 64


class Engine:
    """The model by its name; `start` opens it, every other call waits until it is there."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._opened = threading.Event()
        self._starting = threading.Lock()
        self._reading = threading.Lock()
        self._thread: threading.Thread | None = None
        self._model: Model | None = None
        self._error = ""
        self._readings: OrderedDict[tuple[int, ...], Reading] = OrderedDict()

    @property
    def ready(self) -> bool:
        """Whether the model is in memory."""
        return self._model is not None

    def start(self) -> None:
        """Begin to open the model in the background; later calls change nothing."""
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._open, name="open-model", daemon=True)
                self._thread.start()

    @property
    def model(self) -> Model:
        """The model, waited for. Raises CheckpointError when it cannot be opened."""
        self.start()
        self._opened.wait()
        if self._model is None:
            raise CheckpointError(self._error or f"The model {self.name} did not open.")
        return self._model

    def read(self, ids: Sequence[int]) -> Reading:
        """A reading of these ids, going on from the longest one that was kept."""
        model = self.model
        wanted, dropped = model.fit(ids)
        key = tuple(wanted)
        with self._reading:
            known = self._readings.get(key)
            if known is None or known.dropped != dropped:
                before = next(
                    (
                        self._readings[key[:length]]
                        for length in range(len(key) - 1, max(0, len(key) - 64), -1)
                        if key[:length] in self._readings
                    ),
                    None,
                )
                known = model.read_ids(ids, before)
            self._readings[key] = known
            self._readings.move_to_end(key)
            while len(self._readings) > READINGS_KEPT:
                self._readings.popitem(last=False)
        return known

    def _open(self) -> None:
        try:
            torch.set_num_threads(1)  # two visitors on two cores beat one visitor on both
            self._model = load(self.name)
        except CheckpointError as error:
            self._error = str(error)
        finally:
            self._opened.set()
