"""A small railway and real terminals (own keys, chained journals) for central's tests."""

from __future__ import annotations

import socket as sockets
import threading

import msgspec
import uvicorn
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from central.api.app import make_app
from central.context import Context
from central.enrolment import enrol, make_code
from central.publish.publish import import_source
from central.publish.source import Source, patterns_of
from kiosk.domain import ticket as tickets
from kiosk.domain.allotment import Block, Gid, Grant, SignedGrant
from kiosk.domain.catalogue import Catalogue
from kiosk.domain.events import Event, GrantAccepted, PlacesHeld, TerminalEnrolled, TicketIssued
from kiosk.domain.fares import FareProduct, FareRuleV1, RiderCategory, Tariff
from kiosk.domain.items import SaleItem
from kiosk.domain.layout import Coach, Layout, Place, PlaceClass
from kiosk.domain.network import Call, Line, ServiceJourney, StopPlace
from sync.chain import GENESIS, record_hash
from sync.client import CentralClient
from sync.wire import EnrolReply, EnrolRequest, JournalBatch, Record

FIRST_DAY, TOMORROW = "2026-09-21", "2026-09-22"  # of the tests' clock, which starts at 13:33 UTC
DAYS = tuple(f"2026-09-{day}" for day in range(19, 31))


def layout(seats: int = 10) -> Layout:
    """Coach 1 first class, coaches 2 and 3 second class, `seats` each."""
    return Layout(
        id="train",
        classes=(PlaceClass("first", "First"), PlaceClass("second", "Second")),
        coaches=(Coach("1", "first"), Coach("2", "second"), Coach("3", "second")),
        places=tuple(Place(coach, str(number)) for coach in range(3) for number in range(1, seats + 1)),
    )


def calls(count: int) -> tuple[Call, ...]:
    return tuple(Call(f"s{i}", "", 28_800 + i * 1800, 28_860 + i * 1800) for i in range(count))


def railway(trains: int = 2, seats: int = 10, stations: int = 5) -> Source:
    """`trains` reserved trains over all stations, one bus without seats; every day of DAYS."""
    journeys = [ServiceJourney(f"T{n}", "rail", f"T{n}", "End", calls(stations), "train") for n in range(1, trains + 1)]
    journeys.append(ServiceJourney("B1", "bus", "", "End", calls(2)))
    patterns, pattern_of = patterns_of({each.id: DAYS for each in journeys})
    return Source(
        name="network",
        operator="Test Railway",
        timezone="UTC",
        currency="EUR",
        languages=("en",),
        attribution="",
        stop_places=tuple(StopPlace(f"s{i}", f"Station {i}", code=f"S{i}") for i in range(stations)),
        quays=(),
        lines=(Line("rail", "Rail", mode=2), Line("bus", "Bus")),
        service_journeys=tuple(journeys),
        layouts=(layout(seats),),
        tariff=Tariff(
            version=1,
            products=(FareProduct("second", "Second", 1250, "EUR", "adult"),),
            categories=(RiderCategory("adult", "Adult", default=True),),
            rules_v1=(FareRuleV1("second"),),
        ),
        patterns=patterns,
        pattern_of=pattern_of,
    )


def open_railway(context: Context, source: Source | None = None) -> Catalogue:
    return import_source(context, source or railway(), "no findings", window_days=3)


def journey_of(catalogue: Catalogue, service_journey_id: str, day: str = TOMORROW) -> int:
    return next(
        each.id
        for each in catalogue.journeys
        if each.service_journey_id == service_journey_id and each.operating_day == day
    )


class Terminal:
    """A terminal as central knows it: a key, an identity and a journal that grows."""

    def __init__(self, context: Context, name: str = "K1", role: str = "kiosk") -> None:
        self.key = Ed25519PrivateKey.generate()
        code, _ = make_code(context, name, role)
        request = EnrolRequest(code, self.key.public_key().public_bytes_raw().hex())
        self.reply: EnrolReply = enrol(context, request, "127.0.0.1")
        self.records: list[Record] = []
        self.last_gid = Gid(0, 0)
        self.append(TerminalEnrolled(terminal_id=self.id[0], incarnation=self.id[1], epoch=1))

    @property
    def id(self) -> tuple[int, int]:
        return self.reply.terminal_id, self.reply.incarnation

    def append(self, event: Event) -> Record:
        return self.append_raw(type(event).__name__, msgspec.json.encode(event).decode())

    def append_raw(self, kind: str, body: str) -> Record:
        seq, previous = len(self.records) + 1, self.records[-1].hash if self.records else GENESIS
        event_id, at = f"event-{seq}", 1_790_000_000_000 + seq
        digest = record_hash(previous, *self.id, seq, event_id, kind, 1, body, at)
        self.records.append(Record(seq, event_id, kind, 1, body, at, previous, digest))
        return self.records[-1]

    def accept(self, grants: tuple[SignedGrant, ...]) -> list[Grant]:
        """P2: each grant once, in order."""
        accepted = []
        for signed in grants:
            grant = msgspec.json.decode(signed.body, type=Grant)
            if grant.gid > self.last_gid:
                self.append(GrantAccepted(grant=signed))
                self.last_gid = grant.gid
                accepted.append(grant)
        return accepted

    def sell(
        self,
        journey_id: int,
        place: int,
        gid: Gid,
        from_call: int = 0,
        to_call: int = 4,
        seats: int = 10,
        holder: str = "",
    ) -> Record:
        """PlacesHeld and TicketIssued for one place of `layout(seats)`; returns the ticket's record."""
        train = layout(seats)
        sale_id = f"sale-{len(self.records)}"
        place_class = train.place_class_of(place)
        item = SaleItem(
            journey_id, from_call, to_call, place, ((gid, from_call, to_call),), place_class, "second", "adult", 1250,
            named=holder or msgspec.UNSET,
        )  # fmt: skip
        self.append(PlacesHeld(sale_id=sale_id, items=(item,), currency="EUR"))
        coach, seat = train.ticket_place(place)
        return self.issue(sale_id, journey_id, coach, seat, from_call, to_call)

    def issue(self, sale_id: str, journey_id: int, coach: int, seat: int, from_call: int, to_call: int) -> Record:
        ticket = tickets.Ticket(
            key_id=bytes(4),
            tenant=1,
            terminal_id=self.id[0],
            incarnation=self.id[1],
            seq=len(self.records) + 1,
            issued=1_790_000_000,
            journey_id=journey_id,
            valid_from_min=0,
            valid_for_min=600,
            from_call=from_call,
            to_call=to_call,
            coach=coach,
            seat=seat,
            price_minor=1250,
            currency="EUR",
        )
        return self.append(
            TicketIssued(sale_id=sale_id, item_no=0, payload=tickets.pack(ticket).hex(), code=f"CODE-{ticket.seq}")
        )

    def batch(self, first_seq: int = 1, last_seq: int | None = None) -> JournalBatch:
        return JournalBatch(*self.id, tuple(self.records[first_seq - 1 : last_seq]))

    def client(self, url: str, timeout_s: float = 10.0) -> CentralClient:
        return CentralClient(url, timeout_s=timeout_s, reply=self.reply, sign=self.key.sign)


def cells(blocks: tuple[Block, ...]) -> set[tuple[int, int]]:
    """(segment, place) of every cell."""
    return {
        (segment, place)
        for block in blocks
        for segment in range(block.from_segment, block.to_segment)
        for place in range(block.mask.bit_length())
        if block.mask >> place & 1
    }


def loopback() -> sockets.socket:
    """A free port of this machine."""
    listener = sockets.socket(proto=sockets.IPPROTO_TCP)  # else asyncio lets small answers wait
    listener.bind(("127.0.0.1", 0))
    return listener


class Served:
    """Central's API on a real socket of the loopback, in a thread."""

    def __init__(self, context: Context, listener: sockets.socket | None = None) -> None:
        self._listener = listener or loopback()
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        started = threading.Event()

        class Server(uvicorn.Server):
            async def startup(self, sockets: list[sockets.socket] | None = None) -> None:
                await super().startup(sockets=sockets)
                started.set()

        self._server = Server(uvicorn.Config(make_app(context), log_config=None, access_log=False))
        self._thread = threading.Thread(target=self._server.run, args=([self._listener],))
        self._thread.start()
        assert started.wait(20)

    def close(self) -> None:
        self._server.should_exit = True
        self._thread.join()
        self._listener.close()
