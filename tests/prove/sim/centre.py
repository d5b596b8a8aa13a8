"""Central, simulated: its state is plain, every decision is one of the product's rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import msgspec

from central.inventory.cells import free_throughout, to_blocks
from central.inventory.choose import choose
from kiosk.domain import events as facts
from kiosk.domain.allotment import Gid, Grant, SignedGrant
from kiosk.domain.events import AnyEvent
from kiosk.domain.items import SaleItem
from kiosk.domain.layout import Layout
from kiosk.domain.protocol import acceptance, ledger, ownership, recovery, refunds
from kiosk.domain.protocol.acceptance import Link
from kiosk.domain.protocol.ledger import Seller
from kiosk.domain.protocol.ownership import POOL, Ownership
from sync.chain import GENESIS
from sync.wire import Record
from tests.prove.sim.world import HOUR, World

Who = tuple[int, int]


class Run(NamedTuple):
    """A journey on sale."""

    segments: int
    layout: Layout
    ends_at: float


@dataclass
class Known:
    """What central knows of one incarnation."""

    hashes: list[str] = field(default_factory=lambda: [GENESIS])
    adopted: int = 0
    lost: int = 0
    told: int = 0
    forked: bool = False
    grants: list[Grant] = field(default_factory=list)

    def copy(self) -> Known:
        return Known([*self.hashes], self.adopted, self.lost, self.told, self.forked, [*self.grants])


class Books:
    """Central's database; a copy of it is a backup."""

    def __init__(self) -> None:
        self.since = 0  # epoch the recovery began in; 0 = none
        self.n = 0
        self.version = 0  # of the revocation list
        self.journeys: dict[int, Ownership] = {}
        self.known: dict[Who, Known] = {}
        self.given: set[Gid] = set()
        self.sales: dict[tuple[int, int, str], tuple[SaleItem, ...]] = {}
        self.tickets: dict[tuple[int, int, int], tuple[str, int]] = {}  # -> sale, item
        self.numbers: dict[tuple[int, int, str, int], int] = {}  # sale and item -> seq
        self.voids: dict[tuple[int, int, int], tuple[int, int]] = {}  # -> version of the list, epoch of the void
        self.reopened: set[tuple[int, int, int]] = set()
        self.gates: dict[int, int] = {}
        self.branches: set[tuple[int, int, int, str]] = set()

    def copy(self) -> Books:
        new = Books()
        new.since, new.n, new.version = self.since, self.n, self.version
        new.journeys = {
            number: Ownership(
                book.segments, {owner: [*masks] for owner, masks in book.holdings.items()}, book.doubt_epoch
            )
            for number, book in self.journeys.items()
        }
        new.known = {who: known.copy() for who, known in self.known.items()}
        new.given, new.reopened, new.branches = {*self.given}, {*self.reopened}, {*self.branches}
        for name in ("sales", "tickets", "numbers", "voids", "gates"):
            setattr(new, name, {**getattr(self, name)})
        return new


class Centre:
    """Central. `epoch`, `registry` and `own_voids` lie outside its database."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.epoch = 1
        self.registry: set[Who] = set()
        self.own_voids: dict[tuple[int, int, int], int] = {}  # -> epoch
        self.runs: dict[int, Run] = {}
        self.books = Books()
        self.backups: list[Books] = []
        self.copied: set[Who] = set()  # two disks of these are about; central cannot know

    def open_journey(self, number: int, run: Run) -> None:
        """In the timetable; after a failover the timetable is read in again."""
        self.runs[number] = run
        full = run.layout.full_mask
        self.books.journeys.setdefault(number, Ownership(run.segments, {POOL: [full] * run.segments}))

    def enrol(self, terminal_id: int) -> int:
        incarnation = max((i for t, i in self.registry if t == terminal_id), default=0) + 1
        if incarnation > 1:
            self.lose(terminal_id, incarnation - 1)
        self.registry.add((terminal_id, incarnation))
        self.books.known[terminal_id, incarnation] = Known()
        return incarnation

    # P1, P7

    def give(self, who: Who, wants: Sequence[tuple[int, int, int, int]], last_gid: Gid, head: int) -> list[SignedGrant]:
        """wants: (journey, from, to, count). What was granted and not yet heard of comes again."""
        books, known = self.books, self.books.known.get(who)
        newest = max(i for t, i in self.registry if t == who[0])
        if known is None or books.since or known.lost or known.forked or who[1] != newest:
            return []
        if head < len(known.hashes) - 1 or (last_gid > Gid(0, 0) and last_gid not in books.given):
            return []  # an old disk, or records that have yet to come: no grants to either
        unheard = [grant for grant in known.grants if grant.gid > last_gid]
        if not unheard:
            for journey, first, last, count in wants:
                grant = self._grant(who, journey, first, last, count)
                if grant is not None:
                    unheard.append(grant)
        return [SignedGrant(msgspec.json.encode(grant).decode(), "") for grant in unheard]

    def _grant(self, who: Who, journey: int, first: int, last: int, count: int) -> Grant | None:
        run, book = self.runs[journey], self.books.journeys[journey]
        pool = book.held(POOL)
        chosen = choose(free_throughout(pool, first, last), 0, run.layout, count)
        if not chosen or run.ends_at <= self.world.now:
            return None
        masks = [chosen if first <= segment < last else 0 for segment in range(run.segments)]
        self.books.n += 1
        gid = Gid(self.epoch, self.books.n)
        book.grant(*who, gid, masks)
        grant = Grant(gid, *who, journey, to_blocks(masks), int(run.ends_at))
        if who in self.copied:
            self.world.taint(journey, enumerate(masks))
        self.books.known[who].grants.append(grant)
        self.books.given.add(gid)
        return grant

    # P4

    def receive(self, who: Who, records: Sequence[tuple[Record, AnyEvent]], told: int) -> tuple[int, str, bool, int]:
        """(accepted seq, hash there, forked, seq waited for or 0)."""
        known = self.books.known.get(who)
        if known is None:
            return 0, "", False, 0
        head = len(known.hashes) - 1
        links = [Link(record.seq, record.previous_hash, record.hash) for record, _ in records]
        verdict = acceptance.judge((head, known.hashes[-1]), links, known.hashes.__getitem__)
        if verdict.gap:
            return head, known.hashes[-1], known.forked, verdict.gap
        known.told = max(known.told, told)
        if verdict.fork >= 0:
            known.forked = True
            self.books.branches.update((*who, record.seq, record.hash) for record, _ in records[verdict.fork :])
            self.lose(*who)
        else:
            for record, event in records[verdict.fresh :]:
                known.hashes.append(record.hash)
                self.apply(who, known, record.seq, event)
            self.end_when_over()
        return len(known.hashes) - 1, known.hashes[-1], known.forked, 0

    def apply(self, who: Who, known: Known, seq: int, event: AnyEvent) -> None:
        """What central/journal/effects.py does with the same rules."""
        books, seller = self.books, Seller(*who, known.adopted, bool(known.lost))
        match event:
            case facts.TerminalEnrolled(epoch=epoch) | facts.EpochAdopted(epoch=epoch):
                known.adopted = max(known.adopted, epoch)
            case facts.GrantAccepted():
                grant = msgspec.json.decode(event.grant.body, type=Grant)
                fresh = grant.gid not in books.given
                ledger.accepted(books.journeys[grant.journey_id], seller, grant.gid, grant.blocks, known=not fresh)
                if fresh:
                    books.given.add(grant.gid)
                    known.grants.append(grant)
            case facts.CellsReleased():
                ledger.released(books.journeys[event.journey_id], seller, event.gid, event.blocks)
            case facts.PlacesHeld():
                books.sales[(*who, event.sale_id)] = event.items
            case facts.TicketIssued():
                self._issued(seller, seq, event)
            case facts.TicketVoided():
                items = books.sales[(*who, event.sale_id)]
                ticket = (*who, books.numbers[(*who, event.sale_id, event.item_no)])
                self._void(ticket, items[event.item_no], seller, seller.adopted)

    def _issued(self, seller: Seller, seq: int, event: facts.TicketIssued) -> None:
        who, books = (seller.terminal_id, seller.incarnation), self.books
        ticket = (*who, seq)
        if ticket in books.tickets:
            self.world.counts.violation("duplicated", f"{ticket} counted twice")
        books.tickets[ticket] = (event.sale_id, event.item_no)
        books.numbers[(*who, event.sale_id, event.item_no)] = seq
        item = books.sales[(*who, event.sale_id)][event.item_no]
        assert item.place is not None
        book = books.journeys[item.journey_id]
        ledger.issued(book, seller, item.place, item.from_call, item.to_call, item.gids)
        if ticket in self.own_voids and ticket not in books.voids:
            self._void(ticket, item, seller, self.own_voids[ticket])

    # P12

    def void(self, ticket: tuple[int, int, int]) -> bool:
        """Central gives the money back, if it is central's to give."""
        known = self.books.known[ticket[:2]]
        if ticket in self.books.voids or not refunds.central_may(len(known.hashes) - 1, known.told):
            return False
        sale_id, item_no = self.books.tickets[ticket]
        self.own_voids[ticket] = self.epoch
        item = self.books.sales[(*ticket[:2], sale_id)][item_no]
        self._void(ticket, item, Seller(*ticket[:2]), self.epoch)
        return True

    def _void(self, ticket: tuple[int, int, int], item: SaleItem, seller: Seller, epoch: int) -> None:
        assert item.place is not None
        if ticket not in self.books.voids:
            self.books.version += 1
            self.books.voids[ticket] = self.books.version, epoch
        ledger.voided(self.books.journeys[item.journey_id], seller, item.place, item.gids)

    def gate_has(self, gate: int, epoch: int, version: int, gates: int) -> None:
        books = self.books
        if epoch != self.epoch:
            return  # a version of a list that central forgot says nothing about this one
        books.gates[gate] = max(books.gates.get(gate, 0), version)
        known = min((books.gates.get(number, 0) for number in range(gates)), default=0)
        for ticket, (version, voided) in books.voids.items():
            if version <= known and ticket not in books.reopened:
                books.reopened.add(ticket)
                sale_id, item_no = books.tickets.get(ticket, ("", 0))
                if sale_id:
                    item = books.sales[(*ticket[:2], sale_id)][item_no]
                    assert item.place is not None
                    book = books.journeys[item.journey_id]
                    ledger.reopened(book, Seller(*ticket[:2]), item.place, item.gids, voided=voided)

    # P8, P11

    def lose(self, terminal_id: int, incarnation: int) -> None:
        known = self.books.known.get((terminal_id, incarnation))
        if known is not None and not known.lost:
            known.lost = self.epoch
            for book in self.books.journeys.values():
                book.lose(terminal_id, incarnation)

    def fail_over(self, backup: Books) -> None:
        self.epoch += 1
        self.books = backup.copy()
        self.books.since, self.books.n = recovery.began(self.epoch, self.books.since), 0
        self.books.gates = {}
        for number, run in self.runs.items():
            self.open_journey(number, run)
        for who in sorted(self.registry):
            self.books.known.setdefault(who, Known())
            if (who[0], who[1] + 1) in self.registry:
                self.lose(*who)
        for ticket, epoch in sorted(self.own_voids.items()):
            # One that central does not know any more is voided again when its record comes.
            if ticket not in self.books.voids and ticket in self.books.tickets:
                sale_id, item_no = self.books.tickets[ticket]
                self._void(ticket, self.books.sales[(*ticket[:2], sale_id)][item_no], Seller(*ticket[:2]), epoch)
        self.world.counts.failovers += 1

    def end_when_over(self) -> None:
        census = [recovery.Witness(known.adopted, known.lost) for known in self.books.known.values()]
        if self.books.since and recovery.over(census, self.epoch):
            doubt, self.books.since = recovery.in_doubt(census, self.epoch, self.books.since), 0
            if doubt:
                for number, book in self.books.journeys.items():
                    if self.runs[number].ends_at > self.world.now - 24 * HOUR:
                        book.doubt(self.epoch)

    def faults(self) -> list[str]:
        """I3: every cell has exactly one owner."""
        found = []
        for number, book in self.books.journeys.items():
            full = self.runs[number].layout.full_mask
            for segment in range(book.segments):
                masks = [held[segment] for held in book.holdings.values()]
                if sum(masks) != full or sum(mask.bit_count() for mask in masks) != full.bit_count():
                    found.append(f"journey {number} segment {segment}")
        return found


__all__ = ["Books", "Centre", "Known", "Run", "ownership"]
