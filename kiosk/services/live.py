"""Places from the pool for the party that stands here, asked of central while the link is up.

What comes is a grant like any other: taken over (P2), sold (P3), and what the party does not buy goes back (P5) when
it has gone. Central's silence, refusal or slowness is nobody's error here: the terminal sells what it holds.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Collection, Sequence
from typing import Literal, Protocol

from kiosk.domain.allotment import Gid, Grant
from kiosk.domain.errors import CentralRefused, KioskError
from kiosk.domain.layout import Layout
from kiosk.domain.offers import Departure
from kiosk.ports import Clock
from kiosk.services.allotments import Allotments
from kiosk.store.store import Store
from sync.wire import AllotmentReply, HoldRequest

log = logging.getLogger(__name__)

WAIT_S = 3.0  # how long a passenger waits for central, in all
NONE_S = 60.0  # central had nothing left: asked again after that

Outcome = Literal["granted", "none", "silent"]
Ride = tuple[int, str, int, int]  # journey, class, from and to call


class Central(Protocol):
    """`sync.client.CentralClient` as it is used here; one call at a time."""

    def holds(self, request: HoldRequest) -> AllotmentReply: ...


class _Call:
    """One question on its way."""

    def __init__(self) -> None:
        self.outcome: Outcome = "silent"
        self.done = threading.Event()


class Live:
    """Asks central for places and lets go of them; every method may be called from any thread.

    Each question has a thread of its own, so that nobody waits longer than `wait_s`; an answer that comes after that is
    taken over as well, and what it brought goes back with the rest.
    """

    def __init__(
        self,
        central: Central,
        store: Store,
        allotments: Allotments,
        clock: Clock,
        online: Callable[[], bool],
        released: Callable[[], object] = lambda: None,
        wait_s: float = WAIT_S,
    ) -> None:
        self._central = central
        self._store = store
        self._allotments = allotments
        self._clock = clock
        self._online = online
        self._released = released
        self._wait_s = wait_s
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._asked: _Call | None = None  # the last question; another one waits until it is answered
        self._kept: dict[Gid, int] = {}  # journeys of the grants that are for the party
        self._party = False  # somebody stands here who asked
        self._none: dict[Ride, float] = {}  # since when (monotonic s) central has nothing left
        allotments.on_live = self._take

    def more(self, journey_id: int, from_call: int, to_call: int, layout: Layout) -> Collection[str]:
        """Classes of which central may have places."""
        if not self._online():
            return ()
        if not self._none:
            return layout.class_masks.keys()
        return [each for each in layout.class_masks if not self._is_none((journey_id, each, from_call, to_call))]

    def fetch(
        self, departure: Departure, place_class: str, count: int, in_hand: int = 0, places: Sequence[int] = ()
    ) -> bool:
        """Get places for a party: all of them, or, when the pool has not so many, those missing beside `in_hand`.

        `places`: exactly these. True when some came in.
        """
        if not self._online():
            return False
        with self._lock:
            self._party = True
        self._let_go(departure.journey_id)
        until = self._clock.monotonic() + self._wait_s
        ride = departure.journey_id, place_class, departure.from_call, departure.to_call
        outcome = self._ask(ride, count, places, self._wait_s)
        if outcome == "none" and 0 < in_hand < count and not places:
            outcome = self._ask(ride, count - in_hand, (), until - self._clock.monotonic())
        return outcome == "granted"

    def leave(self) -> None:
        """The party has gone; what it left goes back to central."""
        with self._lock:
            self._party = False
        self._let_go()

    def close(self) -> None:
        """Wait for a question that is still on its way; its line must have been ended before."""
        thread = self._thread
        if thread is not None:
            thread.join(WAIT_S)

    def _ask(self, ride: Ride, count: int, places: Sequence[int], wait_s: float) -> Outcome:
        with self._lock:
            if wait_s <= 0 or (self._asked is not None and not self._asked.done.is_set()):
                return "silent"
            self._asked = call = _Call()
            self._thread = threading.Thread(
                target=self._run, args=(call, ride, count, tuple(places)), name="live", daemon=True
            )
            self._thread.start()
        if not call.done.wait(wait_s):
            log.warning("central did not answer within %.1f s whether it has %d places", wait_s, count)
        outcome = call.outcome
        if outcome == "none" and count == 1 and not places:
            self._none[ride] = self._clock.monotonic()
        return outcome

    def _run(self, call: _Call, ride: Ride, count: int, places: tuple[int, ...]) -> None:
        try:
            reply = self._holds(ride, count, places)
            self._allotments.adopt_epoch(reply.epoch)  # an old central's grants are refused by their epoch
            if self._allotments.accept(reply.grants):
                call.outcome = "granted"
        except CentralRefused as refused:
            call.outcome = "none" if refused.code == "no_places" else "silent"
            log.info("central gives no places: %s", refused)
        except KioskError as fault:
            log.warning("no places from central: %s", fault)
        finally:
            call.done.set()

    def _holds(self, ride: Ride, count: int, places: tuple[int, ...]) -> AllotmentReply:
        while True:
            head, _ = self._store.journal.head()
            try:
                return self._central.holds(HoldRequest(*ride, count, self._store.last_gid, head, places))
            except CentralRefused as refused:
                # Records written since may have been sent meanwhile: then central has more than was named.
                if refused.code != "behind" or self._store.journal.head()[0] == head:
                    raise

    def _take(self, grant: Grant) -> None:
        """A grant for a party has come in, also one whose answer had been lost."""
        with self._lock:
            self._kept[grant.gid] = grant.journey_id
            party = self._party
        if not party:
            self._let_go()

    def _let_go(self, but_journey: int | None = None) -> None:
        """What is free goes back; places in a cart are its sale's until it is over."""
        with self._lock:
            gone = {gid: journey for gid, journey in self._kept.items() if journey != but_journey}
            for gid in gone:
                del self._kept[gid]
        given = False
        for gid, journey_id in gone.items():
            try:
                given |= self._allotments.release(journey_id, gid, "left")
                holding = self._store.holdings(journey_id).get(gid)
                if holding is not None and any(holding.cart):  # goes back once its sale is over
                    with self._lock:
                        self._kept[gid] = journey_id
            except KioskError as fault:
                log.warning("places were not given back, their lease ends by itself: %s", fault)
        if given:
            self._released()

    def _is_none(self, ride: Ride) -> bool:
        since = self._none.get(ride)
        if since is None:
            return False
        if self._clock.monotonic() - since < NONE_S:
            return True
        self._none.pop(ride, None)
        return False
