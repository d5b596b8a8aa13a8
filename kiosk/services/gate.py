"""The gate: a scanned text in, a verdict out, and the record of it on disk before anybody sees the verdict."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime, time
from zoneinfo import ZoneInfo

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from kiosk.domain.admission import FirstUse, GateRules, Reason, Trust, Verdict, decide
from kiosk.domain.codes import human_code, human_code_of
from kiosk.domain.errors import CentralUnreachable, StoreFault
from kiosk.domain.events import AdmissionRefused, Admitted
from kiosk.ports import Clock
from kiosk.services.differences import without
from kiosk.services.neighbours import Neighbours, alone
from kiosk.services.rides import GateCatalogue, Rides
from kiosk.services.trust import checked, trust_of
from kiosk.store.manifest import Held, KeptManifest, ManifestStore
from kiosk.store.store import Store
from sync.wire import GateManifest

log = logging.getLogger(__name__)

GAP_S = 3.0  # a code that was away for longer is shown anew, by whom nobody knows
# Anybody can print what is not a ticket, so records of such codes are rationed: a few at once, then one now and then.
UNPROVEN = {Reason.NOT_A_TICKET, Reason.UNKNOWN_ISSUER, Reason.NOT_IN_FORCE, Reason.FORGED}
UNPROVEN_AT_ONCE = 5
UNPROVEN_EVERY_S = 10.0


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
    ) -> None:
        """`root_key`: 32 bytes, from enrolment. `stop_place_id` "" = this gate may stand anywhere."""
        self.name = name
        self.rules = GateRules(
            tenant=tenant,
            stop_place_id=stop_place_id,
            opens_before_s=opens_before_min * 60,
            grace_s=grace_min * 60,
        )
        self._store, self._catalogue, self._manifests, self._clock = store, catalogue, manifests, clock
        self._root_key = Ed25519PublicKey.from_public_bytes(root_key)
        self._rides = Rides(catalogue)
        self._lock = threading.Lock()
        self._taking = threading.Lock()
        self._present: dict[str, _Presence] = {}
        self._allowance, self._allowance_at = float(UNPROVEN_AT_ONCE), clock.monotonic()
        self._kept: KeptManifest | None = None
        self._confirmed_at = 0
        self._trust = Trust()
        self.neighbours: Callable[[int], Neighbours] = alone  # the other gates, with counts since a unix second
        self._load()

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

    def scan(self, text: str) -> Verdict:
        """The verdict on a code; while the code stays in view, the same verdict again and nothing new on record.

        StoreFault: the verdict could not be recorded, so there is none and nobody goes in.
        """
        with self._lock:
            now = self._clock.monotonic()
            present = self._present.get(text)
            if present is not None and now - present.seen <= GAP_S:
                present.seen = now
                return present.verdict
            verdict = decide(
                text,
                rules=self.rules,
                trust=self._trust,
                ride_of=self._rides.ride,
                first_use_of=self._first_use,
                now=self._clock.now(),
            )
            if not self._store.healthy and not self._store.heal():
                raise StoreFault("The gate cannot record who comes in, so it lets nobody in. Call the operator.")
            self._record(verdict, now)
            self._present = {each: p for each, p in self._present.items() if now - p.seen <= GAP_S}
            self._present[text] = _Presence(verdict, now)
            return verdict

    def seen(self, text: str) -> Verdict | None:
        """The verdict on a code that is still in view; None when it has to be scanned. Does no work on disk."""
        with self._lock:
            now = self._clock.monotonic()
            present = self._present.get(text)
            if present is None or now - present.seen > GAP_S:
                return None
            present.seen = now
            return present.verdict

    def type_code(self, code: str) -> Verdict:
        """What this gate knows of a ticket by its typed code: cancelled, or used and when, or nothing.

        A code is a name of a ticket, never its proof, so nobody is let in by it and nothing is recorded. Looks through
        everything that was let in here, so not for the UI thread.
        """
        known = human_code_of(code)
        if known is None:
            return Verdict(reason=Reason.NOT_A_TICKET)
        for ticket_id in self._trust.revoked_tickets:
            if human_code(ticket_id) == known:
                return Verdict(reason=Reason.REVOKED, ticket_id=ticket_id)
        for ticket_id, journey_id, gate, at in self._store.tables()["admitted"]:
            if human_code(ticket_id) == known:
                used = FirstUse(gate, at)
                return Verdict(reason=Reason.ALREADY_USED, ticket_id=ticket_id, journey_id=journey_id, first_use=used)
        return Verdict(reason=Reason.TYPED_CODE)

    def admitted_today(self) -> int:
        """Tickets let in here since midnight."""
        info = self._catalogue.info()
        zone = ZoneInfo(info.timezone) if info else None
        today = datetime.fromtimestamp(self._clock.now(), zone).date()
        return self._store.admitted_since(int(datetime.combine(today, time(), zone).timestamp()))

    def _first_use(self, ticket_id: str) -> FirstUse | None:
        used = self._store.admitted(ticket_id)
        return FirstUse(*used) if used else None

    def _record(self, verdict: Verdict, monotonic: float) -> None:
        at = int(self._clock.now())
        if verdict.admitted:
            self._store.journal.append(
                Admitted(ticket_id=verdict.ticket_id, journey_id=verdict.journey_id, gate=self.name, at=at)
            )
        elif verdict.reason not in UNPROVEN or self._may_record_unproven(monotonic):
            self._store.journal.append(
                AdmissionRefused(ticket_id=verdict.ticket_id, reason=verdict.reason.value, gate=self.name, at=at)
            )

    def _may_record_unproven(self, monotonic: float) -> bool:
        earned = (monotonic - self._allowance_at) / UNPROVEN_EVERY_S
        self._allowance = min(float(UNPROVEN_AT_ONCE), self._allowance + earned)
        self._allowance_at = monotonic
        if self._allowance < 1:
            return False
        self._allowance -= 1
        return True

    # what central says

    def take_manifest(self, manifest: GateManifest, etag: str, held: tuple[Held, ...] = ()) -> None:
        """Take a manifest over, durably with its etag or cursor; CentralUnreachable when it must not replace what is
        known. `held`: what is in it only because staff have not yet confirmed that it goes."""
        with self._taking:
            fresh = checked(manifest, self._kept.manifest if self._kept else None)
            trust = trust_of(fresh, self._root_key)
            kept = KeptManifest(fresh, etag, int(self._clock.now()), held)
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

    def confirm(self) -> None:
        """Central says that the manifest in hand is still right."""
        self._confirmed_at = int(self._clock.now())

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
