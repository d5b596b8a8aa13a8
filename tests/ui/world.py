"""A kiosk on real stores and services, with scripted devices at its ports; driven by tapping."""

from __future__ import annotations

import threading
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from PySide6.QtGui import QGuiApplication

from kiosk.domain.allotment import Block, Gid, Grant, SignedGrant
from kiosk.domain.errors import PrinterFault
from kiosk.domain.events import GrantAccepted, TerminalEnrolled
from kiosk.ports import (
    Approved,
    Bitmap,
    ChargeRequest,
    Declined,
    PaymentOutcome,
    PaymentTerminal,
    PrinterStatus,
    Tell,
    Unresolved,
    untold,
)
from kiosk.services.desk import Desk
from kiosk.services.issuing import Issuer
from kiosk.services.matters import Matters
from kiosk.services.offers import Offers
from kiosk.services.search import Search
from kiosk.services.staff import Staff
from kiosk.store.catalogue import CatalogueStore
from kiosk.store.store import Store
from tests.ui import network
from ui.driver import Driver
from ui.run import Kiosk
from ui.services import Health, Services, Way
from ui.stage import SIZES, ScreenOptions

START = 1_795_387_080.0  # 2026-11-23 06:38 in Beijing
FEW_SEATS = {3: 6, 8: 3}  # number of the train -> second class seats in hand; the others have all
SOLD_OUT = (4,)


class Clock:
    """Time moves only when a test says so."""

    def __init__(self) -> None:
        self.time, self.mono = START, 1000.0

    def now(self) -> float:
        return self.time

    def monotonic(self) -> float:
        return self.mono

    def forward(self, seconds: float) -> None:
        self.time += seconds
        self.mono += seconds


class Ids:
    """Counts; unique in one world."""

    def __init__(self) -> None:
        self._lock, self._count = threading.Lock(), 0

    def next(self) -> str:
        with self._lock:
            self._count += 1
            return f"0199aaaa-0000-7000-8000-{self._count:012x}"


class Acquirer:
    """The payment terminal. `moods` of the charges to come: approve, decline, silence, wait; then approve."""

    exclusive = False

    def __init__(self) -> None:
        self.moods: list[str] = []
        self.charged: dict[str, int] = {}
        self.later = "silence"  # what it says when asked about a charge it was silent about
        self.card_held = threading.Event()  # "wait": until the passenger holds the card to the reader, or stops
        self.stopped = False
        self.given_back: list[int] = []
        self.refunds = True  # False: it does not answer when asked to give back
        self.unheard = 0  # so many requests to stop come too early for it

    def ready(self) -> bool:
        return True

    def charge(self, request: ChargeRequest, tell: Tell = untold) -> PaymentOutcome:
        mood = self.moods.pop(0) if self.moods else "approve"
        if mood == "wait":
            assert self.card_held.wait(20), "nobody came to the reader"
            self.card_held.clear()
            mood = "stop" if self.stopped else "approve"
        if mood == "silence":
            return Unresolved("no answer in time")
        if mood in ("decline", "stop"):
            return Declined("declined" if mood == "decline" else "cancelled")
        self.charged[request.attempt_id] = request.amount_minor
        return Approved(f"ok-{len(self.charged)}", "**** 4417")

    def outcome_of(self, request: ChargeRequest) -> PaymentOutcome:
        if self.later == "silence":
            return Unresolved("no answer in time")
        self.charged[request.attempt_id] = request.amount_minor
        return Approved("ok-late", "**** 4417")

    def mark(self) -> str:
        return ""

    def confirm(self, request: ChargeRequest, reference: str) -> PaymentOutcome:
        return Approved(reference)

    def cancel(self, attempt_id: str) -> None:
        if self.unheard:
            self.unheard -= 1
            return
        self.stopped = True
        self.card_held.set()

    def refund(self, request: ChargeRequest, original_reference: str) -> PaymentOutcome:
        if not self.refunds:
            return Unresolved("no answer in time")
        self.given_back.append(request.amount_minor)
        return Approved("back")

    def close(self) -> None: ...


class Paper:
    """The ticket printer; `out` = no paper; `hold` = it waits in the middle of a page."""

    def __init__(self) -> None:
        self.out = False
        self.pages = 0
        self.go_on = threading.Event()
        self.go_on.set()

    def status(self) -> PrinterStatus:
        return PrinterStatus(online=True, paper_out=self.out)

    def print(self, page: Bitmap) -> str:
        assert self.go_on.wait(20), "the printer was never let go on"
        if self.out:
            raise PrinterFault("there is no paper")
        self.pages += 1
        return "status"

    def close(self) -> None:
        self.go_on.set()


def grants() -> list[GrantAccepted]:
    """All places of every journey, but few on some trains and none on one; every other row is taken."""
    book = network.catalogue()
    layouts = {layout.id: layout for layout in book.layouts}
    runs = {run.id: (number, run) for number, run in enumerate(book.service_journeys, 1)}
    grants = []
    for journey in book.journeys:
        number, run = runs[journey.service_journey_id]
        layout = layouts[run.layout_id]
        mask = sum(1 << i for i, place in enumerate(layout.places) if (place.row * 7 + place.column * 3 + i) % 5)
        if number in SOLD_OUT:
            continue
        if number in FEW_SEATS and run.layout_id != "hall":
            second = [i for i in range(len(layout.places)) if layout.place_class_of(i) == "second"]
            mask = sum(1 << i for i in second[40 : 40 + FEW_SEATS[number]])
        block = Block.of(0, len(run.calls) - 1, mask)
        grant = Grant(Gid(1, len(grants) + 1), 14, 1, journey.id, (block,), int(START) + 30 * 86_400)
        grants.append(GrantAccepted(grant=SignedGrant(msgspec.json.encode(grant).decode(), "")))
    return grants


class World:
    """Everything behind one kiosk, on a folder."""

    def __init__(self, folder: Path, **store_options: int) -> None:
        self.clock, ids = Clock(), Ids()
        self.acquirer, self.paper = Acquirer(), Paper()
        self.means: dict[str, PaymentTerminal] = {"card": self.acquirer}
        self.health = Health(ways=(Way("card"),), printer=True, online=True)
        folder.mkdir(parents=True, exist_ok=True)
        self.catalogue = CatalogueStore(folder, bytes(32))
        if self.catalogue.etag() != "1":
            self.catalogue.replace(network.catalogue(), "1")
        self.store = Store(folder, 14, 1, self.clock, ids, **store_options)
        if self.store.journal.head()[0] == 0:
            self.store.journal.append(TerminalEnrolled(terminal_id=14, incarnation=1, epoch=1), *grants())
        self.offers = Offers(self.catalogue, self.store, self.clock)
        issuer = Issuer(14, 1, b"certificate", Ed25519PrivateKey.from_private_bytes(bytes(32)), test=True)
        draw = lambda sale, page: Bitmap(8, 1, b"\0")  # noqa: E731
        self.desk = Desk(self.store, self.catalogue, issuer, self.means, self.paper, draw, self.clock, ids)
        self.staff = Staff(folder, self.clock)
        self.services = Services(
            catalogue=self.catalogue,
            search=Search(self.catalogue, self.offers, self.clock),
            offers=self.offers,
            desk=self.desk,
            clock=self.clock,
            health=lambda: self.health,
            machine="K14",
            stop_place_id="VNP",
            staff="Staff desk at entrance 3, 06:00 to 23:00",
            matters=Matters(self.store, self.desk, self.staff),
        )

    def close(self) -> None:
        self.paper.close()
        self.store.close()
        self.catalogue.close()


class Session:
    """A kiosk on screen and a finger on it."""

    def __init__(
        self, world: World, shape: str = "portrait", language: str = "en", size: tuple[int, int] | None = None
    ):
        self.world = world
        options = ScreenOptions(shape=shape, language=language, size=size or SIZES[shape])
        self.kiosk = Kiosk(world.services, options)
        self.driver = Driver(self.kiosk.window)
        self.kiosk.show()
        self.stage("attract")
        self.driver.wait_until(lambda: self.driver.find("to-AOH") is not None, "the tiles")

    def stage(self, *wanted: str) -> None:
        self.driver.wait_until(lambda: self.driver.property("stage") in wanted, f"the stage {' or '.join(wanted)}")

    def tap(self, *names: str) -> None:
        for name in names:
            self.driver.tap(name)

    def says(self, text: str) -> None:
        self.driver.wait_until(lambda: any(text in words for words in self.driver.texts()), f"the words {text!r}")

    def to_summary(self, travellers: tuple[str, ...] = ()) -> None:
        """Shanghai Hongqiao, the proposed train, these further travellers, the proposed seats."""
        self.tap("to-AOH")
        self.stage("departures")
        self.tap("next")
        self.stage("travellers")
        self.tap(*travellers, "next")
        self.stage("seats")
        self.tap("next")
        self.stage("summary")

    def close(self) -> None:
        self.world.paper.close()
        self.world.acquirer.card_held.set()
        self.kiosk.close()
        QGuiApplication.processEvents()
