"""A terminal whose power can be cut at every step: real store and desk, scripted devices that keep their own books."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.domain.allotment import Block, Gid, Grant, SignedGrant
from kiosk.domain.catalogue import Catalogue
from kiosk.domain.errors import PrinterFault, PrintUncertain
from kiosk.domain.events import GrantAccepted, TerminalEnrolled
from kiosk.domain.layout import Coach, Layout, Place, PlaceClass
from kiosk.domain.network import Call, Journey, ServiceJourney, StopPlace
from kiosk.domain.offers import ClassOffer, Departure, Quote, Traveller
from kiosk.domain.sale import PageJob, Sale
from kiosk.ports import (
    Approved,
    Bitmap,
    ChargeRequest,
    Declined,
    PaymentOutcome,
    PrinterStatus,
    Tell,
    Unresolved,
    untold,
)
from kiosk.services.desk import Desk
from kiosk.services.issuing import Issuer
from kiosk.services.terminals import Means
from kiosk.store.store import Store

NOW = 1_790_000_000
JOURNEY = 77


class PowerCut(BaseException):
    """Not an Exception, so that no handler of the program can swallow it."""


class Mains:
    """Counts the steps and cuts the power at one of them."""

    def __init__(self, cut_at: int | None = None) -> None:
        self.step = 0
        self._cut_at = cut_at

    def tick(self) -> None:
        self.step += 1
        if self.step == self._cut_at:
            raise PowerCut


class Acquirer:
    """The payment terminal with the truth about money; `mood` is what it does with the next charge."""

    exclusive = False

    def __init__(self, mood: str = "approve") -> None:
        self.mood = mood
        self.reachable_later = True
        self.charged: dict[str, int] = {}
        self.refused: set[str] = set()
        self.mains = Mains()

    def ready(self) -> bool:
        return True

    def charge(self, request: ChargeRequest, tell: Tell = untold) -> PaymentOutcome:
        self.mains.tick()
        assert request.attempt_id not in self.charged, "the same attempt was charged twice"
        if self.mood == "decline":
            self.refused.add(request.attempt_id)
        else:
            self.charged[request.attempt_id] = request.amount_minor
        self.mains.tick()
        return Unresolved("no answer in time") if self.mood == "silence" else self._truth(request)

    def outcome_of(self, request: ChargeRequest) -> PaymentOutcome:
        self.mains.tick()
        return self._truth(request) if self.reachable_later else Unresolved("not reachable")

    def _truth(self, request: ChargeRequest) -> PaymentOutcome:
        if request.attempt_id in self.charged:
            return Approved(f"ok-{request.attempt_id[-4:]}", "**** 4417")
        return Declined("declined" if request.attempt_id in self.refused else "not_started")

    def mark(self) -> str:
        return ""

    def confirm(self, request: ChargeRequest, reference: str) -> PaymentOutcome:
        return Approved(reference)

    def cancel(self, attempt_id: str) -> None: ...

    def refund(self, request: ChargeRequest, original_reference: str) -> PaymentOutcome:
        raise AssertionError("nothing here refunds")

    def close(self) -> None: ...


class Paper:
    """The printer and what came out of it: (what, item, copy, torn)."""

    def __init__(self, moods: tuple[str, ...] = ()) -> None:
        self.moods = list(moods)  # of the pages to come: "refuse", "tear"; afterwards it works
        self.pages: list[tuple[str, int, int, bool]] = []
        self.next: tuple[str, int, int] = ("", 0, 0)
        self.mains = Mains()

    def status(self) -> PrinterStatus:
        return PrinterStatus(online=True)

    def draw(self, sale: Sale, page: PageJob) -> Bitmap:
        assert sale.paid, "drawn before it was paid"
        self.next = (page.what, page.item_no, page.copy)
        return Bitmap(8, 1, b"\0")

    def print(self, page: Bitmap) -> str:
        self.mains.tick()
        mood = self.moods.pop(0) if self.moods else "print"
        if mood == "refuse":
            raise PrinterFault("the cover is open")
        self.pages.append((*self.next, mood == "tear"))
        if mood == "tear":
            raise PrintUncertain("the printer hung up in the middle")
        self.mains.tick()
        return "status"

    def close(self) -> None: ...

    def originals(self, item_no: int) -> int:
        """Unmarked tickets of an item that are, or may be taken for, whole."""
        return sum(what == "ticket" and item == item_no and copy == 0 for what, item, copy, _ in self.pages)


class Facts:
    """A catalogue of one train, held in memory."""

    def __init__(self, named: str | msgspec.UnsetType = msgspec.UNSET) -> None:
        stops = (StopPlace("a", "Altdorf"), StopPlace("b", "Bergen"), StopPlace("c", "Celle"))
        calls = tuple(Call(stop.id, "", 36000 + n * 3600, 36000 + n * 3600) for n, stop in enumerate(stops))
        self._service = ServiceJourney("t", "rail", "IC 1", "Celle", calls, "coach", asked=named)
        self._layout = Layout(
            "coach",
            (PlaceClass("second", "Second class"),),
            (Coach("1", "second"),),
            tuple(Place(0, f"{n}A", n, 1) for n in range(1, 9)),
        )
        self._info = Catalogue(1, "Test Railway", 1, "Europe/Berlin", ("en",), "2026-09-21", 3, currency="EUR")
        self.stops = stops

    def info(self) -> Catalogue:
        return self._info

    def journey(self, id_: int) -> Journey:
        return Journey(id_, "t", "2026-09-21")

    def service_journey(self, id_: str) -> ServiceJourney:
        return self._service

    def layout(self, id_: str) -> Layout:
        return self._layout


FACTS = Facts()


def quote(places: tuple[int, ...] = (2, 3), journey: int = JOURNEY) -> Quote:
    """Two adults from Altdorf to Celle."""
    offer = ClassOffer("second", "second", "Second class", {}, 3000, "EUR", 8)
    departure = Departure(
        journey, "t", "2026-09-21", "IC", "IC 1", "Celle", 2, 0, 2, FACTS.stops[0], FACTS.stops[2], "",
        NOW + 3600, NOW + 10800, "10:00", "12:00", 7200, 1, "coach", (offer,),
    )  # fmt: skip
    count = len(places)
    return Quote(
        departure, offer, (Traveller("adult", count),), (3000,) * count, ("adult",) * count, places, True,
        3000 * count, "EUR",
    )  # fmt: skip


class FixedClock:
    def now(self) -> float:
        return NOW

    def monotonic(self) -> float:
        return 0.0


class CountingIds:
    """Unique over restarts, because the count goes on in a file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def next(self) -> str:
        count = int(self._path.read_text()) + 1 if self._path.exists() else 1
        self._path.write_text(str(count))
        return f"id-{count:08d}"


class Terminal:
    """One life of the program on a folder that outlives it."""

    def __init__(
        self,
        folder: Path,
        acquirer: Acquirer,
        paper: Paper,
        mains: Mains,
        ids: object | None = None,
        means: Means | None = None,
    ) -> None:
        acquirer.mains = paper.mains = mains
        means = {"card": acquirer} if means is None else means
        self._mains = mains
        ids = ids or CountingIds(folder.parent / f"{folder.name}.ids")
        self.store = Store(folder, 5, 1, FixedClock(), ids)  # type: ignore[arg-type]
        key = Ed25519PrivateKey.from_private_bytes(bytes(32))
        issuer = Issuer(5, 1, b"certificate", key)
        self.desk = Desk(self.store, FACTS, issuer, means, paper, paper.draw, FixedClock(), ids)  # type: ignore[arg-type]
        if self.store.journal.head()[0] == 0:
            self.store.journal.append(TerminalEnrolled(terminal_id=5, incarnation=1, epoch=1), granted())
        self._fray()

    def _fray(self) -> None:
        """From here on the power may go right before and right after everything that is written."""
        journal, counter = self.store.journal, self.store.counter
        append, advance, tick = journal.append_built, counter.advance, self._mains.tick

        def fragile_append(build):  # type: ignore[no-untyped-def]
            tick()
            records = append(build)
            tick()
            return records

        def fragile_advance(seq: int) -> None:
            if seq > counter.value:
                tick()
                advance(seq)
                tick()

        journal.append_built = fragile_append  # type: ignore[method-assign]
        counter.advance = fragile_advance  # type: ignore[method-assign]

    def close(self) -> None:
        self.store.close()


def granted(n: int = 1, journey: int = JOURNEY) -> GrantAccepted:
    """Eight seats over both segments."""
    grant = Grant(Gid(1, n), 5, 1, journey, (Block.of(0, 2, 0xFF),), NOW + 86400)
    return GrantAccepted(grant=SignedGrant(msgspec.json.encode(grant).decode(), ""))


def sell(terminal: Terminal) -> Sale:
    """What a passenger does: hold, pay, and take the tickets; one more try after a decline, then they give up."""
    sale = terminal.desk.hold(quote())
    sale = terminal.desk.pay(sale.sale_id)
    if sale.stage == "held":
        sale = terminal.desk.pay(sale.sale_id)
    if sale.stage == "held":
        return terminal.desk.free(sale.sale_id)
    return terminal.desk.deliver(sale.sale_id) if sale.stage == "issued" else sale


def sales_in_journal(store: Store) -> list[str]:
    """Sale ids in order of appearance."""
    return [json.loads(r.body)["sale_id"] for r in store.journal.records(0, 10_000) if r.kind == "PlacesHeld"]
