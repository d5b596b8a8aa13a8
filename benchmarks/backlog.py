"""A real central (process, PostgreSQL, demo network), an enrolled terminal, and the sales it makes offline.

Every sale goes through the desk: quote, places held, card, ticket and receipt printed, closed; nine records for one
traveller, with all that the product puts into them. Payment terminal and printer answer at once, the clock moves by
what they would have taken, and the journal is made on a memory disk: only what is done with it afterwards is timed.
"""

from __future__ import annotations

import random
import shutil
import tempfile
from contextlib import ExitStack
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import text

from central.database import connect
from central.inventory.book import Book
from central.inventory.cells import free_throughout
from central.inventory.choose import choose
from central.inventory.issue import issue, store
from central.keys import Keys
from central.postgres import EmbeddedPostgres
from kiosk.app import identity
from kiosk.app.clock import SystemClock, TimeOrderedIds
from kiosk.app.demo import STATION, CentralAtHand, import_network
from kiosk.domain.certificate import read_issuer
from kiosk.domain.offers import Traveller
from kiosk.domain.protocol.ownership import POOL
from kiosk.ports import Approved, Bitmap, ChargeRequest, Declined, PaymentOutcome, PrinterStatus, Tell, untold
from kiosk.services.allotments import Allotments
from kiosk.services.desk import Desk
from kiosk.services.issuing import Issuer
from kiosk.services.offers import Offers
from kiosk.services.search import Search
from kiosk.store.catalogue import CatalogueStore
from kiosk.store.store import Store, open_store
from sync.client import CentralClient
from sync.pull import PullCatalogue
from sync.push import Push
from sync.wire import AllotmentRequest

DESTINATIONS = ("AOH", "NKH", "JGK")
FROM_DAY = 2  # a day of sales must not outlast the departures it sells
PLACE_CLASS = "second"
PLACES_A_TRAIN = 200
MEMORY = Path("/dev/shm")


class Street:
    """Whatever stands around the desk: time, ids, a card that is always good, a printer that always prints."""

    exclusive = False

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        self._ahead_s = 0.0

    def now(self) -> float:
        return SystemClock().now() + self._ahead_s

    def monotonic(self) -> float:
        return SystemClock().monotonic() + self._ahead_s

    def passes(self, most_s: float) -> None:
        self._ahead_s += self._chance.uniform(most_s / 2, most_s)

    def next(self) -> str:
        """As `TimeOrderedIds`, by this clock."""
        at = f"{int(self.now() * 1000):012x}"
        return f"{at[:8]}-{at[8:]}{TimeOrderedIds().next()[13:]}"

    def ready(self) -> bool:
        return True

    def charge(self, request: ChargeRequest, tell: Tell = untold) -> PaymentOutcome:
        self.passes(2.0)
        return Approved(f"{self._chance.randrange(10**6):06d}", f"**** {self._chance.randrange(10**4):04d}")

    def outcome_of(self, request: ChargeRequest) -> PaymentOutcome:
        return self.charge(request)

    def mark(self) -> str:
        return ""

    def confirm(self, request: ChargeRequest, reference: str) -> PaymentOutcome:
        return Approved(reference)

    def cancel(self, attempt_id: str) -> None: ...

    def refund(self, request: ChargeRequest, original_reference: str) -> PaymentOutcome:
        return Declined("not here")

    def status(self) -> PrinterStatus:
        return PrinterStatus(online=True)

    def print(self, page: Bitmap) -> str:
        self.passes(1.0)
        return "status"

    def close(self) -> None: ...


class Scene:
    """Central, a terminal and its places; a context manager."""

    def __init__(self, seed: int = 1) -> None:
        self.street = Street(seed)
        self._chance = random.Random(seed)
        self._closing = ExitStack()
        self.folder = Path(tempfile.mkdtemp(prefix="kiosk-bench-"))  # where the database's own user can come
        self._closing.callback(shutil.rmtree, self.folder)
        self.home = Path(tempfile.mkdtemp(prefix="kiosk-bench-", dir=MEMORY))
        self._closing.callback(shutil.rmtree, self.home, ignore_errors=True)

    def __enter__(self) -> Scene:
        try:
            self._open()
        except BaseException:
            self._closing.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.close()

    def _open(self) -> None:
        self.central = CentralAtHand(self.folder / "central", self.folder / "central.log")
        import_network(self.central, None)
        self.url = self.central.serve()
        self._closing.callback(self.central.stop)
        self.database = connect(EmbeddedPostgres(self.central.folder / "postgres").url())
        self._closing.callback(self.database.dispose)
        self.identity = identity.enrol(self.home, self.url, self.central.code("K1", "kiosk", STATION))
        reply = self.identity.reply
        self.who = reply.terminal_id, reply.incarnation
        self.issuer = Issuer(*self.who, bytes.fromhex(reply.certificate), self.identity.key)
        self._open_stores()
        client = self.client(self.url)
        PullCatalogue(client, self.catalogue).run()
        offers = Offers(self.catalogue, self.store, self.street)
        search, now = Search(self.catalogue, offers, self.street), self.street.now()
        self._departures = [
            each
            for day in search.days()[FROM_DAY:]
            for destination in DESTINATIONS
            for each in search.departures(STATION, destination, day, now)
            if each.layout_id
        ]
        self._take_places(client)
        Push(client, self.store, *self.who).run()

    def _open_stores(self) -> None:
        self.store: Store = open_store(
            self.home, terminal_id=self.who[0], incarnation=self.who[1], epoch=1, clock=self.street, ids=self.street
        )
        self._closing.callback(self.store.close)
        self.catalogue = CatalogueStore.open(self.home, self.store.key)
        self._closing.callback(self.catalogue.close)

    def client(self, url: str) -> CentralClient:
        """The terminal's own way to central."""
        client = CentralClient(url, timeout_s=30, reply=self.identity.reply, sign=self.identity.sign)
        self._closing.callback(client.close)
        return client

    def _take_places(self, client: CentralClient) -> None:
        """Places on every train: more than central would forecast for one kiosk, granted by its own rules."""
        with self.database.begin() as connection:
            keys = Keys(self.central.folder / "keys", self.street.now())
            journeys = sorted({each.journey_id for each in self._departures})
            book, fresh = Book(connection, journeys), []
            numbers = connection.scalars(
                text("SELECT nextval('grant_number') FROM generate_series(1, :n)"), {"n": len(journeys)}
            ).all()
            for journey, number in zip(journeys, sorted(numbers), strict=True):
                inventory = book.get(journey)
                assert inventory is not None
                pool = free_throughout(inventory.held(POOL), 0, inventory.segments)
                of_class = inventory.layout.class_masks[PLACE_CLASS]
                places = choose(pool & of_class, 0, inventory.layout, PLACES_A_TRAIN)
                fresh.append(issue(keys, number, *self.who, inventory, [places] * inventory.segments))
            store(connection, fresh)
            book.write()
        reply = self.identity.reply
        root = Ed25519PublicKey.from_public_bytes(bytes.fromhex(reply.root_key))
        key = read_issuer(bytes.fromhex(reply.issuer_certificate), root).public_key
        allotments = Allotments(self.store, *self.who, 1, Ed25519PublicKey.from_public_bytes(key), self.street)
        answer = client.allotments(AllotmentRequest((), self.store.last_gid))
        assert allotments.accept(answer.grants) >= len(journeys)

    def sell(self, sales: int) -> None:
        """So many travellers, one after the other, on any train."""
        offers = Offers(self.catalogue, self.store, self.street)
        street = self.street
        desk = Desk(
            self.store,
            self.catalogue,
            self.issuer,
            {"card": street},
            street,
            lambda sale, page: Bitmap(8, 1, b"\0"),
            street,
            street,
        )
        for departure in self._chance.choices(self._departures, k=sales):
            offer = next(each for each in departure.classes if each.place_class == PLACE_CLASS)
            sale = desk.hold(offers.quote(departure, offer, [Traveller("adult", 1)]))
            desk.pay(sale.sale_id)
            assert desk.deliver(sale.sale_id).stage == "done"
            street.passes(4.0)

    def settle(self) -> None:
        """The terminal's folder goes to the disk it would lie on."""
        self.store.close()
        self.catalogue.close()
        home = Path(shutil.move(self.home, self.folder / "terminal"))
        self.home = home
        self._open_stores()
