"""A cluster: replicas on other machines that do what helpers do here, behind Ray Serve.

It is Ray Serve that starts them, watches them, makes others for those that are lost, and of more
calls more of them. A replica is no copy of this process; it is told anew what is asked for. What
waits at one is read in one pass by its own engine, so nothing is collected on the way. What no
replica answers is done here: no step depends on there being one.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import os
import pickle
import sys
import threading
import time
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from typing import Any

from engine.crew import AT_ONCE, Crew, Elsewhere, Work, done
from engine.leaving import LOOK_UP, LeftError, left

logger = logging.getLogger(__name__)

MOST = 8
"""Replicas, where the host names no number: from one to so many, as there is to do."""

TRIES = 2
"""How often a call is sent before it is done here: a replica may be lost, and its work too."""

PATIENCE = 30.0
"""Seconds that an answer is waited for; what takes longer waits for a replica that is not there."""

LOOK = 1.0
"""Seconds between two looks at how many replicas there are."""

SAME = "ray.serve.experimental.consistent_hash_router:ConsistentHashRouter"
"""How Ray Serve chooses: what is about the same goes to the same replica, which has read it."""

TOLD = (
    "OPENBOOK_MODELS", "OPENBOOK_MEMORY", "OPENBOOK_ROOT",
    "GRADIO_ANALYTICS_ENABLED", "HF_HUB_DISABLE_TELEMETRY", "DO_NOT_TRACK", "HF_HUB_OFFLINE",
)  # fmt: skip
"""Of the environment, what the replicas are to know too."""

QUIET = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_gcs_rpc_server_reconnect_timeout_s": str(10**9),
}
"""Nobody is told of Ray's use; and it does not end the process that has lost its cluster."""


HERE: dict[str, Any] = {"include_dashboard": False, "_node_ip_address": "127.0.0.1"}
"""A cluster that is started for this process alone listens to this machine alone."""


class Cluster(Crew):
    """Replicas instead of helpers: exactly `count`, or as many as it takes.

    `begin` runs in each, once it knows what it may be asked for, and gives just that.
    """

    def __init__(
        self, address: str, count: int | None, begin: Callable[[], Sequence[Work]]
    ) -> None:
        super().__init__(0, begin)
        self._address = address
        self._wanted = count
        self._ready = 0
        self._replicas: Any = None

    def begin(self) -> None:
        """Let the cluster have its replicas; meanwhile this process answers."""
        threading.Thread(target=self._keep, name="cluster", daemon=True).start()

    @property
    def there(self) -> bool:
        return self.count > 0

    @property
    def count(self) -> int:
        return self._ready

    @property
    def at_once(self) -> int:
        return AT_ONCE * (self._wanted or MOST)

    async def _ask(
        self, about: Hashable, call: bytes, leaving: threading.Event | None
    ) -> tuple[Any] | None:
        same = hashlib.sha256(repr(about).encode()).hexdigest()
        replicas = self._replicas.options(session_id=same)
        for _ in range(TRIES):
            try:
                answer = await _waited_for(replicas.answer.remote(call), leaving)
            except LeftError:
                raise
            except Exception as error:  # whatever a cluster may say
                logger.warning("A replica was lost, or did not answer: %s.", type(error).__name__)
            else:
                told: tuple[Any] | None = pickle.loads(answer)
                return told
        return None

    def _keep(self) -> None:
        """In a thread of its own: have the replicas, and count them."""
        try:
            name = self._deployed()
        except Exception:  # whatever a cluster may say
            logger.exception("There are no replicas at %s; this process answers.", self._address)
            return
        while True:
            self._ready = _running(name)
            time.sleep(LOOK)

    def _deployed(self) -> str:
        """The replicas of this version of the code, found or made; what they are called."""
        assert self._elsewhere is not None
        os.environ.update(QUIET)
        sys.modules.pop("IPython", None)  # Ray takes a mark that it is absent for its presence
        import ray
        from ray import serve

        ray.init(
            self._address.removeprefix("ray://"),
            configure_logging=False,
            log_to_driver=False,
            **(HERE if self._address == "ray://local" else {}),
        )
        serve.start(proxy_location="Disabled")
        made = self._elsewhere.made_of()
        name = f"livre-ouvert-{made}"
        if name not in serve.status().applications:
            told = {each: value for each, value in os.environ.items() if each in TOLD}
            told |= {"OPENBOOK_ENGINE": "", "OPENBOOK_HELPERS": "0"}
            replica = serve.deployment(
                Replica,
                max_ongoing_requests=AT_ONCE,
                ray_actor_options={"runtime_env": {"env_vars": told}},
                request_router_config={"request_router_class": SAME},
                **self._how_many(),
            )
            asked = replica.bind(made, self._elsewhere, self._begin)
            serve.run(asked, name=name, route_prefix=None)
        self._replicas = serve.get_app_handle(name)
        return name

    def _how_many(self) -> dict[str, Any]:
        if self._wanted:
            return {"num_replicas": self._wanted}
        busy = {"target_ongoing_requests": AT_ONCE / 2}
        return {"autoscaling_config": {"min_replicas": 1, "max_replicas": MOST} | busy}


def _running(name: str) -> int:
    """How many replicas the cluster has that answer; none where it is silent."""
    from ray import serve

    try:
        (replica,) = serve.status().applications[name].deployments.values()
        return int(replica.replica_states.get("RUNNING", 0))
    except Exception:
        return 0


async def _waited_for(answer: Any, leaving: threading.Event | None) -> bytes:
    """The answer of a replica, which is told when nobody waits for it any more."""
    until = time.monotonic() + PATIENCE
    coming: asyncio.Future[bytes] = asyncio.ensure_future(answer)
    try:
        while not (await asyncio.wait({coming}, timeout=LOOK_UP))[0]:
            if leaving is not None and leaving.is_set():
                answer.cancel()
                raise LeftError
            if time.monotonic() > until:
                answer.cancel()
                raise TimeoutError
        return coming.result()
    finally:
        coming.cancel()


# On the other side.


class Replica:
    """What Ray Serve calls, in a process of its own."""

    def __init__(
        self, made: str, elsewhere: Elsewhere, begin: Callable[[], Sequence[Work]]
    ) -> None:
        elsewhere.know()
        if elsewhere.made_of() != made:
            raise RuntimeError("The code of this machine is not the code that asks for it.")
        self._works = begin()
        self._hands = ThreadPoolExecutor(AT_ONCE, "answer")

    async def answer(self, call: bytes) -> bytes:
        """What a call gives, alone in a tuple, or None, as `crew.done` packs it."""
        leaving = threading.Event()
        left.set(leaving)
        number, given = pickle.loads(call)
        answering = partial(copy_context().run, done, self._works[number], given)
        try:
            return await asyncio.get_running_loop().run_in_executor(self._hands, answering)
        finally:
            leaving.set()
