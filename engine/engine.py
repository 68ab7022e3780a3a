"""One model for many visitors: opened in the background, their readings computed together.

What waits at the same moment is computed in one pass (`engine.together`), a long text in several,
so that it keeps nobody waiting. Those who ask for the same text share one reading; what is the same
at the beginning of two texts is read once. The cache is bounded and never needed: any answer can be
computed anew.
"""

from __future__ import annotations

import logging
import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TypeVar

import torch
from torch import Tensor

from engine.cores import ALL_CORES, CORES, SMALL, leave_the_cores, one_core, use
from engine.kept import BYTES_KEPT, Kept, Lately
from engine.leaving import LOOK_UP, LeftError, left
from engine.memory import give_back
from engine.tally import tally
from engine.together import Part, hidden_together
from engine.turns import turns
from gpt.errors import CheckpointError
from gpt.generate import Model
from gpt.habits import Glance
from gpt.learn import Lesson, one_step
from gpt.model import Config
from gpt.reading import GUESSES, Reading, Row
from gpt.sampling import distribution
from gpt.shares import Written, written
from gpt.switches import Switch, switched_off
from gpt.trace import Trace
from gpt.weights import load

T = TypeVar("T")

logger = logging.getLogger(__name__)

TEXTS_AT_ONCE = 64
POSITIONS_AT_ONCE = 256
"""Of one pass: it bounds how long a short text waits for the long one before it."""

LINGER, LINGER_MOST = 0.25, 0.05
"""Part of a pass, and at the most how many seconds, for which the next one waits for the texts that
the last one served: they come back a moment later, one token longer, and share the pass."""

FEW = 8
"""Rows that whoever asks judges at once; more are left to the thread that has all cores."""

INSIDE_KEPT, TEXTS_KEPT = 48_000_000, 8_000_000
"""Bytes kept of what readings left inside the model, at the least, or once its weights; and of
prompts with their ids."""

ROW = 48
"""Bytes that a distribution holds for each token of the vocabulary: six columns of eight."""

ROWS_KEPT = 32_000_000
"""Bytes of distributions kept: what a text's next token was chosen from is soon looked at again."""


@dataclass(eq=False)
class _Request:
    """A text that is being read: how far it has come, and how many wait for it."""

    key: tuple[int, ...]
    reading: Reading | None = None
    waiting: int = 0
    over: threading.Event = field(default_factory=threading.Event)
    failure: BaseException | None = None

    @property
    def rest(self) -> int:
        return len(self.key) - (len(self.reading.ids) if self.reading else 0)


class Engine:
    """The model by its name; `start` opens it, every other call waits until it is there."""

    def __init__(self, name: str, fits: Callable[[Config], None] = lambda _: None) -> None:
        self.name = name
        self._fits = fits
        self._opened = threading.Event()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None
        self._model: Model | None = None
        self._error: CheckpointError | None = None
        self._failed = math.inf  # when, on the monotonic clock
        self._progress = (0, 0)
        self._heard: float | None = None  # when something last came, on the monotonic clock
        self._began = math.inf
        self._lock = threading.Lock()  # of the four that follow
        self._arrived = threading.Condition(self._lock)
        self._readings = Kept()
        self._requests: OrderedDict[tuple[int, ...], _Request] = OrderedDict()
        self._busy = False
        self._hand = ALL_CORES
        self._inside, texts = Lately(INSIDE_KEPT), Lately(TEXTS_KEPT)
        self.prompt_ids = texts.remembered(self._prompt_ids)
        self.trace = self._inside.remembered(self._trace)
        self.lesson = self._inside.remembered(self._lesson)
        self.glance = self._inside.remembered(self._glance)
        self.written = self._inside.remembered(self._written)
        self.without = self._inside.remembered(self._without)
        self.distribution = distribution

    @property
    def ready(self) -> bool:
        """Whether the model is in memory."""
        return self._model is not None

    @property
    def over(self) -> bool:
        """Whether the opening is over, well or not."""
        return self._opened.is_set()

    @property
    def progress(self) -> tuple[int, int]:
        """How many bytes of how many have come from the Hub; (0, 0) when none must come."""
        return self._progress

    @property
    def silence(self) -> float:
        """For how many seconds nothing has come, while something should."""
        got, size = self._progress
        if self.over or (self._heard is not None and got == size):
            return 0.0
        since = self._began if self._heard is None else self._heard
        return max(0.0, time.monotonic() - since)

    @property
    def names(self) -> tuple[str, ...]:
        """Its one name."""
        return (self.name,)

    def named(self, _name: str) -> Engine:
        """Itself: where there is one model, it answers for any."""
        return self

    def failed_before(self, moment: float) -> bool:
        """Whether it could not be opened, earlier than at this moment of the monotonic clock."""
        return self._failed < moment

    @property
    def waiting(self) -> int:
        """How many texts are being read or wait for it."""
        return len(self._requests)

    def start(self) -> None:
        """Begin to open the model in the background; later calls change nothing."""
        with self._starting:
            if self._thread is None:
                self._began = time.monotonic()
                self._thread = threading.Thread(target=self._open, name="open-model", daemon=True)
                self._thread.start()

    @property
    def model(self) -> Model:
        """The model, waited for. Raises CheckpointError when it cannot be opened."""
        self.start()
        self._opened.wait()
        if self._model is None:
            if self._error is None:
                raise CheckpointError(f"The model {self.name} did not open.")
            raise copy(self._error)  # each caller's own: an error remembers where it was raised
        return self._model

    def read(self, ids: Sequence[int]) -> Reading:
        """A reading of these ids, computed with those of others who ask now.

        Raises CheckpointError as `model` does, LeftError when `left` is set before the end.
        """
        return self.read_all([ids])[0]

    def read_all(self, texts: Sequence[Sequence[int]]) -> list[Reading]:
        """What `read` gives for each of several texts, which share their passes."""
        wanted = [self.model.fit(ids) for ids in texts]
        asked = [self._asked_for(tuple(ids)) for ids, _ in wanted]
        return [
            self._dropping(each if isinstance(each, Reading) else self._waited_for(each), dropped)
            for each, (_, dropped) in zip(asked, wanted, strict=True)
        ]

    def rows(self, reading: Reading, guesses: int = GUESSES) -> list[Row]:
        """What `Reading.rows` gives; where many are to be judged, all cores judge them.

        What a kept reading remembers are rows of GUESSES; others are judged beside it.
        """
        if guesses != GUESSES:
            reading = replace(reading, _judged=[])
        if len(reading.ids) - reading.judged <= FEW:
            return reading.rows(guesses)
        return self._computed(lambda: reading.rows(guesses))

    def _prompt_ids(self, prompt: str) -> tuple[int, ...]:
        """The ids of a prompt, as `Model.prompt_ids` gives them."""
        return tuple(self.model.prompt_ids(prompt))

    def _trace(self, ids: tuple[int, ...], blocks: tuple[int, ...]) -> Trace:
        """What a reading of these ids leaves inside the model; it is read anew, and kept a while.

        Of the blocks not named here, neither attention weights nor activations are kept whole.
        """
        model = self.model
        trace = self._computed(lambda: model.read_ids(ids, trace=Trace(blocks)).trace)
        assert trace is not None
        return trace

    def _lesson(self, ids: tuple[int, ...], rate: float) -> Lesson:
        """What one step of training on these ids does; done between two passes, and kept a while.

        The weights that all read with stay as they are.
        """
        network = self.model.network
        return self._computed(lambda: one_step(network, ids, rate))

    def _asked_for(self, key: tuple[int, ...]) -> Reading | _Request:
        """The reading of these ids, or the request for it that was made now or before."""
        with self._lock:
            known = self._readings.asked_for(key)
            if known is not None:
                return known
            request = self._requests.setdefault(key, _Request(key))
            request.waiting += 1
            self._arrived.notify()
            if not self._busy:
                self._busy = True
                self._hand.submit(self._work)
            return request

    def _dropping(self, known: Reading, dropped: int) -> Reading:
        """The same reading, for a text of which the first tokens did not fit."""
        if known.dropped == dropped:
            return known
        known = replace(known, dropped=dropped)
        with self._lock:
            self._readings.keep(known)
        return known

    def _glance(self, ids: tuple[int, ...], shown: int) -> Glance:
        """What all heads do with these ids, and the last `shown` positions of their maps."""
        model = self.model
        glance = Glance(ids=model.fit(ids)[0], shown=shown)
        self._computed(lambda: model.read_ids(ids, trace=glance))
        return glance

    def _written(self, ids: tuple[int, ...], position: int) -> list[Written]:
        """What every part writes at one position of a reading of these ids."""
        network, trace = self.model.network, self.trace(ids, ())
        token_id = self.model.fit(ids)[0][position]
        return self._computed(lambda: written(network, trace, token_id, position))

    def _without(self, ids: tuple[int, ...], switch: Switch) -> Tensor:
        """(V,): the last row's logits of these ids, read with a part of the network off."""
        model = self.model

        def read() -> Tensor:
            with switched_off(model.network, switch):
                return model.read_ids(ids).row_logits(-1)

        return self._computed(read)

    def _waited_for(self, request: _Request) -> Reading:
        leave_the_cores()
        leaving = left.get()
        with turns.aside():
            while not request.over.wait(LOOK_UP if leaving else None):
                if leaving is not None and leaving.is_set():
                    with self._lock:
                        request.waiting -= 1
                    raise LeftError
        if request.failure is not None:
            raise request.failure
        assert request.reading is not None
        return request.reading

    def _computed(self, work: Callable[[], T]) -> T:
        """What `work` gives, done between two passes."""
        with turns.aside():
            return self._hand.submit(work).result()

    # In the one thread that computes.

    def _work(self) -> None:
        turns.all_aside()
        if batch := self._next():
            began = time.monotonic()
            try:
                tokens = self._advance(batch)
            except BaseException as failure:
                self._end(batch, failure)
            else:
                served = [request for request in batch if not request.rest]
                self._end(served)
                taken = time.monotonic() - began
                tally.count(passes=1, texts=len(batch), tokens=tokens, seconds=taken)
                if not turns.working:
                    self._linger(len(served), taken)
            self._hand.submit(self._work)
        else:
            give_back()

    def _linger(self, served: int, taken: float) -> None:
        """Wait a moment for as many texts as were served to come back."""
        with self._lock:
            wanted = len(self._requests) + served
            moment = min(LINGER * taken, LINGER_MOST)
            self._arrived.wait_for(lambda: len(self._requests) >= wanted, moment)

    def _next(self) -> list[_Request]:
        """Who takes part in the next pass: the one who waits longest, then the shortest texts."""
        with self._lock:
            for key in [key for key, each in self._requests.items() if not each.waiting]:
                del self._requests[key]
            for request in self._requests.values():
                if request.reading is None:
                    request.reading = self._begun(request.key)
            if not self._requests:
                self._busy = False
                return []
            first, *others = self._requests.values()
            batch, positions = [first], min(first.rest, POSITIONS_AT_ONCE)
            for request in sorted(others, key=lambda each: each.rest):
                positions += request.rest
                if positions > POSITIONS_AT_ONCE or len(batch) >= TEXTS_AT_ONCE:
                    break
                batch.append(request)
            return batch

    def _begun(self, key: tuple[int, ...]) -> Reading:
        """As much of this text as some kept reading has read; never all of it."""
        best, length = self._readings.beginning(key)
        if best is None:
            return self.model.nothing_read()
        return best if length == len(best.ids) else best.first(length)

    def _advance(self, batch: Sequence[_Request]) -> int:
        """Read on in every text of the batch; the logits of those that end are computed too.

        How many tokens were read.
        """
        model, parts = self.model, []
        for request in batch:
            assert request.reading is not None
            done = len(request.reading.ids)
            new = request.key[done : done + POSITIONS_AT_ONCE]
            parts.append(Part(new, request.reading.cache.copy()))
        with torch.no_grad():
            hidden = hidden_together(model.network, parts)
            logits = model.network.unembed(torch.stack([each[-1] for each in hidden]))
        for request, part, states, last in zip(batch, parts, hidden, logits, strict=True):
            assert request.reading is not None
            request.reading = request.reading.extended(
                part.ids, states.clone(), part.cache, 0, last.clone()
            )
        return sum(len(part.ids) for part in parts)

    def _end(self, requests: Sequence[_Request], failure: BaseException | None = None) -> None:
        with self._lock:
            for request in requests:
                self._requests.pop(request.key, None)
                request.failure = failure
                if failure is None and request.reading is not None:
                    self._readings.keep(request.reading)
        for request in requests:
            request.over.set()

    def _open(self) -> None:
        use(CORES)
        try:
            self._model = load(self.name, self._fits, self._told)
            size = sum(each.nbytes for each in self._model.network.parameters())
            self._readings.most = max(BYTES_KEPT, 2 * size)
            self._inside.most = max(INSIDE_KEPT, size)
            row = ROW * self._model.network.config.vocabulary
            self.distribution = lru_cache(maxsize=max(1, ROWS_KEPT // row))(distribution)
            self._hand = one_core() if size <= SMALL else ALL_CORES
        except CheckpointError as error:
            self._error = error
            logger.warning("The model %s does not open: %s", self.name, error)
        finally:
            if self._model is None:
                self._failed = time.monotonic()
            self._opened.set()

    def _told(self, got: int, size: int) -> None:
        self._progress = (got, size)
        self._heard = time.monotonic()
