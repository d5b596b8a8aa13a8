"""The gate: a scanned text in, a verdict out, and the record of it on disk before anybody sees the verdict."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from kiosk.domain.errors import CentralUnreachable, StoreFault
from kiosk.domain.events import AdmissionAnnulled
from kiosk.domain.gate.grounds import Grounds, decided
from kiosk.domain.gate.held import Ride, Trust
from kiosk.domain.gate.judge import Judged
from kiosk.domain.gate.onward import Stop
from kiosk.domain.gate.presented import GateSetting, Presented, Presenter
from kiosk.domain.gate.railway import Delay
from kiosk.domain.gate.scan import Scan
from kiosk.domain.gate.shown import Verdict
from kiosk.domain.gate.world import Passage, World
from kiosk.ports import Clock
from kiosk.services import gaterecord
from kiosk.services.beyond import Beyond
from kiosk.services.booked import by_record
from kiosk.services.crowd import Crowd
from kiosk.services.differences import without
from kiosk.services.gate_lookup import LookUps
from kiosk.services.gaterecord import (
    UNPROVEN,
    Ration,
    events_of,
    named,
    plain_scan,
    seen_of,
    verdict_of,
    without_uses,
)
from kiosk.services.guests import Guests
from kiosk.services.homegate import Homes, settled
from kiosk.services.neighbours import Neighbours, alone
from kiosk.services.plan_in_force import PlanInForce
from kiosk.services.rides import GateCatalogue, Rides
from kiosk.services.trust import checked, trust_of
from kiosk.store.manifest import Held, KeptManifest, ManifestStore
from kiosk.store.store import Store
from sync.wire import GateManifest

log = logging.getLogger(__name__)

GAP_S = 3.0  # a code that was away for longer is shown anew, by whom nobody knows


class _Presence(msgspec.Struct):
    """A code that is in front of the camera."""

    verdict: Verdict
    seen: float  # monotonic s


class Gate:
    """Judges codes for one gate. Safe for several threads; verdicts are given one after another."""

    def __init__(
        self,
        store: Store,
        catalogue: GateCatalogue,
        manifests: ManifestStore,
        clock: Clock,
        *,
        name: str,
        stop_place_id: str,
        tenant: int,
        root_key: bytes,
        opens_before_min: int = 90,
        grace_min: int = 30,
        group: int = 0,
        plan: World | None = None,
        delays_of: Callable[[Ride], tuple[Delay, ...]] = lambda ride: (),
    ) -> None:
        """`root_key`: 32 bytes, from enrolment. `stop_place_id` "" = this gate may stand anywhere.

        `plan`: the gate's own; None = as central plans it. `delays_of`: the disruption feed.
        """
        self.name = name
        self.setting = GateSetting(
            tenant=tenant,
            name=name,
            stop_place_id=stop_place_id,
            group=group,
            opens_before_min=opens_before_min,
            grace_min=grace_min,
            plan=plan or World(),
        )
        self._store, self._catalogue, self._manifests, self._clock = store, catalogue, manifests, clock
        self._root_key = Ed25519PublicKey.from_public_bytes(root_key)
        self._presenter = Presenter(self.setting, Rides(catalogue).ride, delays_of, Beyond(catalogue).fare)
        self.guests = self._presenter.records = Guests(store, store.gate_records)
        self._presenter.sold = lambda id_: by_record(store.gate_records, id_, self._presenter.ride, tenant)
        self._presenter.time_zone = lambda: getattr(self._timezone(), "key", "UTC")
        self._crowd = Crowd(store, self._presenter.plan)
        self.plan = PlanInForce(store, store.gate_records, plan, self._go_by)
        self._lock = threading.Lock()
        self._taking = threading.Lock()
        self._present: dict[str, _Presence] = {}
        self._ration = Ration(clock.monotonic())
        self._kept: KeptManifest | None = None
        self._confirmed_at = 0
        self._trust = Trust()
        self.homes: Homes | None = None  # which gate decides over which tickets; None = every gate over all
        self.neighbours: Callable[[int], Neighbours] = alone  # the other gates, with counts since a unix second
        self.look_ups = LookUps(self, store, self._presenter, clock, self._lock)
        self._load()
        self.plan.follow()

    def _load(self) -> None:
        kept = self._manifests.load()
        if kept is None:
            return
        try:
            self._trust = trust_of(kept.manifest, self._root_key)
        except CentralUnreachable as fault:
            log.warning("the list kept from before is not used: %s", fault)  # enrolled anew, at another central
        else:
            self._kept = kept

    # verdicts

    def scan(self, text: str, said: Scan | None = None) -> Verdict:
        """The verdict on a code; while the code stays in view, the same verdict again and nothing new on record.

        `said`: what staff add to it (answers, heads, a document seen, an override); then it is decided anew.
        StoreFault: the verdict could not be recorded, so there is none and nobody goes in.
        """
        with self._lock:
            now = self._clock.monotonic()
            present = self._present.get(text)
            if said is None and present is not None and now - present.seen <= GAP_S:
                present.seen = now
                return present.verdict
            self.plan.follow()
            more = said or Scan()
            presented = self._presenter.present(text, self._trust, self.checked_at(), more.alight, more.hand_out)
            return self._decide(text, presented, said, now)

    def decide(self, presented: Presented, said: Scan) -> Verdict:
        """The verdict on a ticket that was looked up: decided and recorded like one that was held up."""
        with self._lock:
            verdict = self._decide(presented.code, presented, said, self._clock.monotonic())
            self._present.pop(presented.code, None)  # a name that is held up as a code lets nobody in
            return msgspec.structs.replace(verdict, looked_up=True)

    def _decide(self, text: str, presented: Presented, said: Scan | None, now: float) -> Verdict:
        scan = plain_scan(self.name, presented.code or text, said)
        told: tuple[Passage, ...] = ()
        if self.homes is not None:
            presented, told = settled(self.homes, presented, self.grounds_of(presented, scan))
        with self._store.lock:  # what other gates tell comes before the decision or after its record
            presented, judged = self._judge(presented, scan, told, now)
        verdict = named(self._store, verdict_of(presented, judged, scan.alight))
        self._present = {each: p for each, p in self._present.items() if now - p.seen <= GAP_S}
        self._present[text] = _Presence(verdict, now)
        return verdict

    def beyond(self, text: str) -> tuple[Stop, ...]:
        """Where the holder of a ticket may ride on to after its end, and for how much."""
        with self._lock:
            return self._presenter.beyond(self._presenter.present(text, self._trust, self.checked_at()))

    def _judge(
        self, presented: Presented, scan: Scan, told: tuple[Passage, ...], monotonic: float
    ) -> tuple[Presented, Judged]:
        presented = gaterecord.without_taken_place(self._store, presented)
        grounds = self.grounds_of(presented, scan, told)
        judged = decided(grounds)
        if not self._store.healthy and not self._store.heal():
            raise StoreFault("The gate cannot record who comes in, so it lets nobody in. Call the operator.")
        rationed = judged.decision.word in UNPROVEN and not self._ration.allows(monotonic)
        if not rationed and not judged.gate.training:
            at = int(self._clock.now())
            self._store.journal.append_built(lambda seq: events_of(presented, grounds, judged, at, seq))
        return presented, judged

    def grounds_of(self, presented: Presented, scan: Scan, told: tuple[Passage, ...] = ()) -> Grounds:
        """Everything the rules look at, gathered by look-ups."""
        at = datetime.fromtimestamp(self._clock.now(), UTC)
        return Grounds(
            world=without_uses(presented.world),
            scan=scan,
            at=at,
            inside=self._crowd.inside(at.timestamp(), self._timezone),
            seen=seen_of(self._store, presented, told),
        )

    def seen(self, text: str) -> Verdict | None:
        """The verdict on a code that is still in view; None when it has to be scanned. Does no work on disk."""
        with self._lock:
            now = self._clock.monotonic()
            present = self._present.get(text)
            if present is None or now - present.seen > GAP_S:
                return None
            present.seen = now
            return present.verdict

    def emergency(self, on: bool) -> None:
        """Everybody out, nobody in, until it is over; every passing is still on record."""
        with self._lock:
            self._presenter.emergency(on)
            self._present.clear()

    def annul(self) -> bool:
        """Nobody passed after all: the last passing here counts no more. False: there is none, or it is too old."""
        with self._lock:
            last, at = self._store.last_passing(), int(self._clock.now())
            limit_s = self.setting.post.annul_within_s
            if last is None or (limit_s and at - last[3] > limit_s):
                return False
            seq, ticket_id, journey_id, _ = last
            self._store.journal.append(
                AdmissionAnnulled(ticket_id=ticket_id, journey_id=journey_id, gate=self.name, at=at, of_seq=seq)
            )
            self._present.clear()
            return True

    def admitted_today(self) -> int:
        """Tickets let in here since midnight."""
        zone = self._timezone()
        today = datetime.fromtimestamp(self._clock.now(), zone).date()
        return self._store.admitted_since(int(datetime.combine(today, time(), zone).timestamp()))

    def _timezone(self) -> ZoneInfo | None:
        info = self._catalogue.info()
        return ZoneInfo(info.timezone) if info else None

    # what central says

    def follow_plan(self) -> None:
        """Central's newest plan takes effect, if it is another one."""
        with self._lock:
            self.plan.follow()

    def _go_by(self, plan: World) -> None:
        self.setting = msgspec.structs.replace(self.setting, plan=plan)
        self._presenter.use(self.setting)
        self._crowd = Crowd(self._store, self._presenter.plan)

    def take_manifest(
        self,
        manifest: GateManifest,
        etag: str,
        held: tuple[Held, ...] = (),
        chain: str = "",
        signed_at: int = 0,
        as_of: int = 0,
    ) -> None:
        """Take a manifest over, durably with its etag or cursor; CentralUnreachable when it must not replace what is
        known. `held`: what is in it only because staff have not yet confirmed that it goes. `as_of`: unix s when it was
        surely the newest, 0 = now."""
        with self._taking:
            fresh = checked(manifest, self._kept.manifest if self._kept else None)
            trust = trust_of(fresh, self._root_key)
            kept = KeptManifest(fresh, etag, as_of or int(self._clock.now()), held, chain, signed_at)
            self._manifests.keep(kept)
            self._kept, self._trust = kept, trust
            self._confirmed_at = kept.taken_at

    def confirm_held(self) -> int:
        """Staff confirm that what central took away at once is gone; how much that was."""
        with self._taking:
            if self._kept is None or not self._kept.held:
                return 0
            gone = len(self._kept.held)
            kept = without(self._kept)
            trust = trust_of(kept.manifest, self._root_key)
            self._manifests.keep(kept)
            self._kept, self._trust = kept, trust
            return gone

    def confirm(self, as_of: int = 0) -> None:
        """Central says, or said then, that the manifest in hand is still right. `as_of`: unix s, 0 = now."""
        self._confirmed_at = max(self._confirmed_at, as_of or int(self._clock.now()))

    def trust(self) -> Trust:
        """What is believed now."""
        return self._trust

    def kept(self) -> KeptManifest | None:
        """What is in hand, as it lies on the disk."""
        return self._kept

    def etag(self) -> str:
        """Of the manifest in hand; "" = none."""
        return self._kept.etag if self._kept else ""

    def checked_at(self) -> int | None:
        """When central last sent or confirmed the manifest, unix s; None = never, and every ticket is refused."""
        return max(self._kept.taken_at, self._confirmed_at) if self._kept else None
