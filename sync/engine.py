"""Keeps a terminal and central together, on a thread of its own; selling never waits for it.

A cycle runs its steps in order. No answer ends the cycle and the next try comes after a growing, jittered wait,
or at once when poked. Central's "no" to one step does not stop the others.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from typing import Protocol

import msgspec

from kiosk.domain.errors import CentralRefused, CentralUnreachable, KioskError
from kiosk.ports import Clock
from sync.backoff import Backoff

log = logging.getLogger(__name__)


class Step(Protocol):
    """One thing to do with central."""

    def run(self) -> bool:
        """True = the next cycle should follow at once."""
        ...


class Outbox(Protocol):
    """`sync.push.Push`, as the state shows it."""

    @property
    def backlog(self) -> int: ...

    @property
    def forked(self) -> str: ...


class SyncState(msgspec.Struct, frozen=True):
    """What a screen or a person may know about the link."""

    online: bool = False
    last_contact: float = 0.0  # unix s of the last answer; 0 = none since the start
    backlog: int = 0  # records central does not have yet
    last_error: str = ""  # of the last cycle, for a person; "" = all went well
    forked: str = ""  # not "": this terminal must not sell, and why
    cycles: int = 0


class Engine:
    """`start()` and forget; `poke()` after a sale; `stop()` at the end."""

    def __init__(
        self,
        steps: Sequence[Step],
        outbox: Outbox,
        clock: Clock,
        *,
        backoff: Backoff,
        interval_s: float = 30.0,
        on_change: Callable[[SyncState], None] | None = None,
        abort: Callable[[], None] | None = None,
    ) -> None:
        self._steps = steps
        self._outbox = outbox
        self._clock = clock
        self._backoff = backoff
        self._interval_s = interval_s
        self._on_change = on_change
        self._abort = abort
        self._news = threading.Condition()
        self._one_cycle = threading.Lock()
        self._poked = False
        self._stopping = False
        self._thread: threading.Thread | None = None
        self._state = SyncState(backlog=outbox.backlog, forked=outbox.forked)

    @property
    def state(self) -> SyncState:
        return self._state

    def start(self) -> None:
        """Begin at once, on an own thread."""
        if self._thread is not None:
            raise RuntimeError("the engine was started before")
        self._thread = threading.Thread(target=self._run, name="sync", daemon=True)
        self._thread.start()

    def poke(self) -> None:
        """There is something to send, or someone waits: try now."""
        with self._news:
            self._poked = True
            self._news.notify_all()

    def stop(self, timeout_s: float = 15.0) -> bool:
        """End; a call in flight is broken off (its answer would only be repeated). False = still at it."""
        with self._news:
            self._stopping = True
            self._news.notify_all()
        if self._thread is None:
            return True
        if self._abort is not None:
            self._abort()
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def wait_for(self, reached: Callable[[SyncState], bool], timeout_s: float) -> bool:
        """Block until the state is as wished; False when it is not in time."""
        with self._news:
            return self._news.wait_for(lambda: reached(self._state), timeout_s)

    def run_once(self) -> SyncState:
        """One cycle, here and now."""
        self._cycle()
        return self._state

    def _run(self) -> None:
        while True:
            wait_s = self._cycle()
            with self._news:
                self._news.wait_for(lambda: self._poked or self._stopping, wait_s)
                self._poked = False
                if self._stopping:
                    return

    def _cycle(self) -> float:
        """Run the steps; returns the wait until the next cycle."""
        with self._one_cycle:
            again, faults = self._run_steps()
            unreachable = next((fault for fault in faults if isinstance(fault, CentralUnreachable)), None)
            self._tell(unreachable is None, "; ".join(str(fault) for fault in faults))
            if faults:
                asked = [f.retry_after_s or 0.0 for f in faults if isinstance(f, CentralUnreachable | CentralRefused)]
                return max([self._backoff.failed(), *asked])
            self._backoff.succeeded()
            return 0.0 if again else self._interval_s

    def _run_steps(self) -> tuple[bool, list[KioskError]]:
        again = False
        faults: list[KioskError] = []
        for step in self._steps:
            if self._stopping:
                break
            try:
                again = step.run() or again
            except CentralUnreachable as fault:
                return False, [*faults, fault]
            except KioskError as fault:
                faults.append(fault)
            except Exception as fault:
                # A mistake of ours in one step must not end the upload of sales for good.
                log.exception("sync step %s failed", type(step).__name__)
                faults.append(KioskError(f"{type(step).__name__}: {fault!r}"))
        return again, faults

    def _tell(self, online: bool, error: str) -> None:
        before = self._state
        after = SyncState(
            online=online,
            last_contact=self._clock.now() if online else before.last_contact,
            backlog=self._outbox.backlog,
            last_error=error,
            forked=self._outbox.forked,
            cycles=before.cycles + 1,
        )
        with self._news:
            self._state = after
            self._news.notify_all()
        if error and error != before.last_error:
            log.warning("sync: %s", error)
        changed = (before.online, before.forked) != (after.online, after.forked)
        if changed and self._on_change is not None:
            self._on_change(after)
