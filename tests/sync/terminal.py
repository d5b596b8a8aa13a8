"""A whole terminal without screen and paper: enrolled at central, with store, catalogue, desk and sync engine."""

from __future__ import annotations

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from central.context import Context
from central.enrolment import make_code
from kiosk.app.clock import TimeOrderedIds
from kiosk.domain.certificate import read_issuer
from kiosk.domain.events import TerminalEnrolled
from kiosk.domain.offers import Traveller
from kiosk.domain.sale import Sale
from kiosk.services.allotments import Allotments
from kiosk.services.desk import Desk
from kiosk.services.issuing import Issuer
from kiosk.services.offers import Offers
from kiosk.services.search import Search
from kiosk.services.wants import WantPolicy
from kiosk.store.catalogue import CatalogueStore
from kiosk.store.store import Store
from sync.backoff import Backoff
from sync.client import CentralClient
from sync.engine import Engine, SyncState
from sync.pull import PullAllotments, PullCatalogue
from sync.push import Push
from sync.wire import EnrolRequest
from tests.conftest import SettableClock
from tests.power.world import Acquirer

LONG_S = 3600.0  # a wait no test sits out: only pokes and news start a cycle


class Terminal:
    """Everything of one kiosk that central's side of the house can see."""

    def __init__(self, context: Context, url: str, folder: Path, clock: SettableClock, name: str = "K1") -> None:
        key = Ed25519PrivateKey.generate()
        code, _ = make_code(context, name, "kiosk")
        enrolling = CentralClient(url)
        reply = enrolling.enrol(EnrolRequest(code, key.public_key().public_bytes_raw().hex()))
        enrolling.close()
        identity = (reply.terminal_id, reply.incarnation)
        root = Ed25519PublicKey.from_public_bytes(bytes.fromhex(reply.root_key))
        issuer = read_issuer(bytes.fromhex(reply.issuer_certificate), root).public_key
        self.told: list[SyncState] = []
        self.clock = clock
        self.store = Store(folder, *identity, clock, TimeOrderedIds())
        self.store.journal.append(TerminalEnrolled(terminal_id=identity[0], incarnation=identity[1], epoch=reply.epoch))
        self.catalogue = CatalogueStore(folder, self.store.key)
        self.offers = Offers(self.catalogue, self.store, clock)
        self.search = Search(self.catalogue, self.offers, clock)
        self.acquirer = Acquirer()
        self.desk = Desk(
            self.store,
            self.catalogue,
            Issuer(*identity, bytes.fromhex(reply.certificate), key),
            {"card": self.acquirer},
            None,
            lambda page: None,  # type: ignore[arg-type,return-value]
            clock,
            TimeOrderedIds(),
        )
        self._allotments = Allotments(
            self.store, *identity, reply.epoch, Ed25519PublicKey.from_public_bytes(issuer), clock
        )
        self._policy = WantPolicy(self.catalogue, self.offers, clock)
        self._reply, self._key = reply, key
        self.clients: list[CentralClient] = []
        self.engine = self.another_engine(url)

    def another_engine(self, url: str) -> Engine:
        """An engine on this terminal's outbox."""
        client = CentralClient(url, timeout_s=20, reply=self._reply, sign=self._key.sign)
        self.clients.append(client)
        push = self.push = Push(client, self.store, self._reply.terminal_id, self._reply.incarnation)
        steps = (
            push,
            PullAllotments(
                client, self.store, self._allotments, self._policy.wants, self._policy.places_of, self._policy.asked
            ),
            PullCatalogue(client, self.catalogue, self.store.journeys_held),
        )
        return Engine(
            steps,
            push,
            self.clock,
            backoff=Backoff(1, first_s=LONG_S, longest_s=LONG_S),
            interval_s=LONG_S,
            on_change=self.told.append,
        )

    def sell(self, travellers: int = 1, line: str = "T1") -> Sale:
        """A sale from the search to the ticket, paid by card."""
        day = self.search.days()[1]
        departures = self.search.departures("s0", "s4", day, self.clock.now())
        departure = next(each for each in departures if each.service_journey_id == line)
        second = next(offer for offer in departure.classes if offer.place_class == "second")
        quote = self.offers.quote(departure, second, [Traveller("adult", travellers)])
        return self.desk.pay(self.desk.hold(quote).sale_id)

    def close(self) -> None:
        stopped = self.engine.stop(60)
        for client in self.clients:
            client.close()
        self.catalogue.close()
        self.store.close()
        assert stopped
