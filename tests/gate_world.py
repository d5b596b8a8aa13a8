"""Everything a gate meets: keys of a central, two terminals that sell, their tickets, the list central sends."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.domain import ticket as tickets
from kiosk.domain.allotment import Block
from kiosk.domain.catalogue import Catalogue
from kiosk.domain.certificate import IssuerCertificate, TerminalCertificate, issue_issuer, issue_terminal, key_id
from kiosk.domain.ticket import Ticket
from kiosk.ports import Clock
from kiosk.services.gate import Gate
from kiosk.store.catalogue import CatalogueStore
from kiosk.store.manifest import ManifestStore
from kiosk.store.store import Store, open_store
from sync.wire import GateManifest, LeaseRow
from tests.conftest import SettableClock
from tests.small_catalogue import coach_layout, small_catalogue

TENANT = 7
T1, T2, NIGHT, LOOP, FLAGS, SHOW = 101, 102, 103, 104, 105, 106  # journeys of 2026-10-23
DAY = 86400


def berlin(text: str) -> int:
    """Unix second of a local time, "2026-10-23T07:30"."""
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Berlin")).timestamp())


class Ids:
    """Counts; unique in one world."""

    def __init__(self) -> None:
        self._lock, self._count = threading.Lock(), itertools.count(1)

    def next(self) -> str:
        with self._lock:
            return f"0199bbbb-0000-7000-8000-{next(self._count):012x}"


class Seller:
    """A terminal with its key and certificate; sells whatever it is told to."""

    def __init__(self, central: Central, terminal_id: int, incarnation: int = 1, **certificate: Any) -> None:
        self.terminal_id, self.incarnation = terminal_id, incarnation
        self.key = central.new_key()
        values: dict[str, Any] = {
            "tenant": central.tenant,
            "terminal_id": terminal_id,
            "incarnation": incarnation,
            "not_before": central.now - 5 * DAY,
            "not_after": central.now + 9 * DAY,
            "public_key": self.key.public_key().public_bytes_raw(),
        }
        self.certificate = issue_terminal(TerminalCertificate(**{**values, **certificate}), central.issuer)
        self._seq = itertools.count(2)
        self._tenant = central.tenant
        self._issued = central.now - 60

    def ticket(self, **changes: Any) -> Ticket:
        """A second class seat 1A of coach 2 from a to c on the train of 08:00, sold a minute ago."""
        values: dict[str, Any] = {
            "key_id": key_id(self.certificate),
            "tenant": self._tenant,
            "terminal_id": self.terminal_id,
            "incarnation": self.incarnation,
            "seq": next(self._seq),
            "issued": self._issued,
            "journey_id": T1,
            "valid_from_min": -24 * 60,
            "valid_for_min": 30 * 60,
            "from_call": 0,
            "to_call": 2,
            "coach": 2,
            "seat": 1,
            "product_class": 1,
            "category": 1,
            "price_minor": 3000,
            "currency": "EUR",
        }
        return Ticket(**{**values, **changes})

    def sell(self, **changes: Any) -> str:
        """The text of its code."""
        return tickets.sign(tickets.pack(self.ticket(**changes)), self.key)

    def sell_unreserved(self, **changes: Any) -> str:
        """The loop's bus, all day."""
        values = {
            "journey_id": LOOP,
            "coach": 0,
            "seat": 0,
            "product_class": tickets.UNRESERVED_CLASS,
            "valid_from_min": -9 * 60,
            "valid_for_min": 28 * 60,
        }
        return self.sell(**{**values, **changes})


class Central:
    """Keys, terminals 3 and 4, and the list for gates."""

    def __init__(
        self,
        now: int,
        tenant: int = TENANT,
        new_key: Callable[[], Ed25519PrivateKey] = Ed25519PrivateKey.generate,
    ) -> None:
        self.now, self.tenant, self.new_key = now, tenant, new_key
        self.root, self.issuer = new_key(), new_key()
        self.root_key = self.root.public_key().public_bytes_raw()
        self.issuer_certificate = issue_issuer(
            IssuerCertificate(
                not_before=now - 30 * DAY,
                not_after=now + 300 * DAY,
                public_key=self.issuer.public_key().public_bytes_raw(),
            ),
            self.root,
        )
        self.seller, self.other = Seller(self, 3), Seller(self, 4)

    def manifest(self, **changes: Any) -> GateManifest:
        """Terminal 3 holds all of coach 2 on the train of 08:00, terminal 4 nothing."""
        second = coach_layout().class_masks["second"]
        values: dict[str, Any] = {
            "version": 1,
            "epoch": 1,
            "certificates": (self.seller.certificate.hex(), self.other.certificate.hex()),
            "issuer_certificates": (self.issuer_certificate.hex(),),
            "revoked_tickets": (),
            "revocation_version": 0,
            "revoked_incarnations": (),
            "leases": tuple(
                LeaseRow(journey_id, 3, 1, (Block.of(0, segments, mask),))
                for journey_id, segments, mask in ((T1, 4, second), (T2, 2, second), (SHOW, 1, 0b11111))
            ),
        }
        return GateManifest(**{**values, **changes})


class GateWorld:
    """A gate at station a on real stores; `restart` opens them anew."""

    def __init__(
        self, folder: Path, clock: Clock, catalogue: Catalogue | None = None, stop_place_id: str = "a"
    ) -> None:
        catalogue = catalogue or small_catalogue()
        self.folder, self.clock, self._ids = folder, clock, Ids()
        self.central = Central(int(clock.now()), catalogue.tenant)
        self._stop_place_id = stop_place_id
        self._open()
        self.catalogue.replace(catalogue, '"1"')
        self.gate = self.make_gate()

    def _open(self) -> None:
        self.store: Store = open_store(
            self.folder, terminal_id=20, incarnation=1, epoch=1, clock=self.clock, ids=self._ids
        )
        self.catalogue = CatalogueStore(self.folder, self.store.key)

    def make_gate(self, **changes: Any) -> Gate:
        values: dict[str, Any] = {
            "name": "Gate 5",
            "stop_place_id": self._stop_place_id,
            "tenant": self.central.tenant,
            "root_key": self.central.root_key,
            "opens_before_min": 60,
        }
        manifests = ManifestStore(self.folder)
        return Gate(self.store, self.catalogue, manifests, self.clock, **{**values, **changes})

    def restart(self) -> None:
        self.close()
        self._open()
        self.gate = self.make_gate()

    def records(self) -> list[tuple[str, str, str]]:
        """(kind, ticket id, reason) of the gate's records."""
        return [
            (type(event).__name__, event.ticket_id, getattr(event, "reason", ""))
            for _, event in self.store.journal.events()
            if hasattr(event, "ticket_id")
        ]

    def close(self) -> None:
        self.catalogue.close()
        self.store.close()


def clock_of(world: GateWorld) -> SettableClock:
    assert isinstance(world.clock, SettableClock)
    return world.clock


def id_of(text: str) -> str:
    return tickets.read(text)[0].ticket_id
