"""A terminal, simulated: a journal on a disk, the product's fold of it, the product's loop that carries a sale on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from central.inventory.choose import choose
from kiosk.domain import cells
from kiosk.domain import events as facts
from kiosk.domain.allotment import Grant, SignedGrant
from kiosk.domain.events import AnyEvent, Event
from kiosk.domain.items import SaleItem
from kiosk.domain.protocol import refunds, terminal
from kiosk.domain.protocol.terminal import AckVerdict, GrantVerdict
from kiosk.domain.sale import Sale, next_page, owed
from kiosk.store.codec import encode
from kiosk.store.projections import Changes, Projections
from sync.chain import GENESIS, record_hash
from sync.wire import Record
from tests.prove.sim.centre import Centre
from tests.prove.sim.world import HOUR, Cell, World

BATCH = 40


class Fold(Projections):
    """The product's fold, without tables: sales at rest stay in memory."""

    def __init__(self) -> None:
        super().__init__(None)  # type: ignore[arg-type]
        self.rest: dict[str, Sale] = {}

    def sale(self, sale_id: str) -> Sale | None:
        return self.sales.get(sale_id) or self.rest.get(sale_id)

    def publish(self, changes: Changes) -> None:
        for sale in changes.sales.values():
            if sale.resting:
                self.rest[sale.sale_id] = sale
            else:
                self.rest.pop(sale.sale_id, None)
        super().publish(changes)


@dataclass
class Past:
    """A journal set aside. `epoch`: in which central took all of it."""

    who: tuple[int, int]
    disk: list[tuple[Record, AnyEvent]]
    sent: int = 0
    epoch: int = 0


class Device:
    """One machine. `number` tells two disks of one identity apart (a clone)."""

    def __init__(self, world: World, centre: Centre, terminal_id: int, number: int) -> None:
        self.world, self.centre = world, centre
        self.terminal_id, self.number = terminal_id, number
        self.dark_until = 0.0
        self.skew = 0.0
        self.gone = False  # destroyed, stolen, or a clone that was found out
        self.life = 0  # a crash ends all that was under way
        self.branched = 0  # records it had when it was copied; 0 = never
        self.disk: list[tuple[Record, AnyEvent]] = []
        self.past: list[Past] = []  # journals of earlier lives, set aside
        self.begin(centre.enrol(terminal_id))

    def begin(self, incarnation: int) -> None:
        """P0: a fresh identity on an empty disk; the journal of the life before is set aside."""
        self.set_aside()
        self.incarnation = incarnation
        self.disk = []
        self.counter = self.sent = self.accepted = 0
        self.locked = False
        self.branched = 0
        self.life += 1
        self.fold = Fold()
        self.append(
            facts.TerminalEnrolled(terminal_id=self.terminal_id, incarnation=incarnation, epoch=self.centre.epoch)
        )

    def set_aside(self) -> None:
        if self.disk:
            self.past.append(Past(self.who, self.disk))
        self.disk = []

    @property
    def who(self) -> tuple[int, int]:
        return self.terminal_id, self.incarnation

    def dark(self) -> bool:
        return self.world.now < self.dark_until

    def clock(self) -> float:
        return self.world.now + self.skew

    def append(self, *events: Event) -> list[Record]:
        """Facts and fold in one step, as in the product's one transaction."""
        records = []
        previous = self.disk[-1][0].hash if self.disk else GENESIS
        for seq, event in enumerate(events, len(self.disk) + 1):
            kind, body, at = type(event).__name__, encode(event), int(self.clock() * 1000)
            name = f"{self.number}.{self.life}.{seq}"
            digest = record_hash(previous, *self.who, seq, name, kind, 1, body, at)
            records.append(Record(seq, name, kind, 1, body, at, previous, digest))
            previous = digest
        changes = self.fold.stage(records, events)
        self.disk += zip(records, events, strict=True)  # type: ignore[arg-type]
        self.fold.publish(changes)
        return records

    # faults

    def crash(self) -> None:
        """Memory is lost; the loop that sells is the loop that recovers."""
        self.world.counts.crashes += 1
        self._reboot(self.disk)

    def restore(self, records: int) -> None:
        """An older state of the disk; the counter is on another medium."""
        self.world.counts.restores += 1
        self.locked = self.locked or terminal.rolled_back(records, self.counter)
        self.accepted = min(self.accepted, records)
        self._reboot(self.disk[:records])

    def _reboot(self, disk: list[tuple[Record, AnyEvent]]) -> None:
        self.life += 1
        self.disk, self.fold = [], Fold()
        for record, event in disk:
            self.disk.append((record, event))
            self.fold.publish(self.fold.stage([record], [event]))
        if not self.locked:
            for sale_id in [*self.fold.sales]:
                self._soon(sale_id, restarted=True)

    # P3

    def sell(self, journey: int, first: int, last: int, party: int) -> bool:
        held = self.fold.holdings.get(journey, {})
        free = cells.free(held, self.clock())
        if len(free) < last or self.locked:
            return False
        common = free[first]
        for mask in free[first + 1 : last]:
            common &= mask
        chosen = choose(common, 0, self.centre.runs[journey].layout, party)
        if chosen.bit_count() < party:
            return False
        items = tuple(
            SaleItem(
                journey, first, last, place, cells.cover(held, place, first, last, self.clock()), "", "p", "a", 100
            )
            for place in range(chosen.bit_length())
            if chosen >> place & 1
        )
        sale_id = f"{self.terminal_id}.{self.incarnation}.{self.number}.{len(self.disk)}"
        self.append(facts.PlacesHeld(sale_id=sale_id, items=items, currency="EUR"))
        if self.world.chance.random() < 0.1:
            self.append(facts.PlacesFreed(sale_id=sale_id, reason="timed_out"))
            return True
        attempt = f"{sale_id}/1"
        self.append(
            facts.PaymentRequested(
                sale_id=sale_id, attempt_id=attempt, amount_minor=100 * party, currency="EUR", means="card"
            )
        )
        self.world.counts.sales += 1
        self._soon(sale_id)
        return True

    def _soon(self, sale_id: str, *, restarted: bool = False) -> None:
        self.world.later(self.world.chance.uniform(1, 20), "carry", self._carry, self.life, sale_id, restarted)

    def _carry(self, life: int, sale_id: str, restarted: bool) -> None:
        """One step of the sale, or a power cut in the middle of it."""
        if life != self.life or self.gone or self.locked or (sale := self.fold.sale(sale_id)) is None:
            return
        chance = self.world.chance
        cut = chance.random() < 0.02 and not self.world.healed
        step = owed(sale, after_restart=restarted)
        if step == "free":
            self.append(facts.PlacesFreed(sale_id=sale_id, reason="restarted"))
        elif step in ("charge", "ask"):
            restarted = self._pay(sale, asks=step == "ask", cut=cut)
        elif step == "page":
            self._put_on_paper(sale, cut=cut)
        elif step == "close":
            self.append(facts.SaleClosed(sale_id=sale_id, outcome="delivered"))
        else:
            return
        if cut:
            self.crash()
        else:
            self._soon(sale_id, restarted=restarted)

    def _pay(self, sale: Sale, *, asks: bool, cut: bool) -> bool:
        """The terminal is charged or asked; `cut`: the power goes between its answer and our record of it."""
        assert sale.attempt is not None
        attempt = sale.attempt.attempt_id
        if not asks and self.world.chance.random() < 0.9:
            self.world.charge(sale.sale_id, attempt)
        if cut:
            return False
        if attempt in self.world.charged.get(sale.sale_id, ()):
            self._paid(sale, attempt)
        else:
            self.append(facts.PaymentDeclined(sale_id=sale.sale_id, attempt_id=attempt, reason="declined"))
            self.append(facts.PlacesFreed(sale_id=sale.sale_id, reason="declined"))
        return False

    def _put_on_paper(self, sale: Sale, *, cut: bool) -> None:
        """`cut`: the power goes with the page half out."""
        job = next_page(sale)
        assert job is not None
        page = {"sale_id": sale.sale_id, "what": job.what, "item_no": job.item_no, "copy": job.copy}
        self.append(facts.PrintStarted(**page))  # type: ignore[arg-type]
        if job.what == "ticket":
            self._print(sale, job.item_no, job.copy)
        if not cut:
            self.append(facts.PrintFinished(**page, proof="status"))  # type: ignore[arg-type]

    def _paid(self, sale: Sale, attempt: str) -> None:
        issued = [
            facts.TicketIssued(sale_id=sale.sale_id, item_no=number, payload="", code="")
            for number in range(len(sale.items))
        ]
        approved = facts.PaymentApproved(sale_id=sale.sale_id, attempt_id=attempt, reference="ok")
        self.append(approved, *issued)

    def _print(self, sale: Sale, item_no: int, copy: int) -> None:
        seq = next(ticket.seq for ticket in sale.tickets if ticket.item_no == item_no)
        self.counter = max(self.counter, len(self.disk))  # before any effect outside
        self.world.print_ticket((*self.who, seq, self.number), cells_of(sale.items[item_no]), copy)

    # P12

    def refund(self) -> None:
        """A ticket nobody else knows of yet is voided here."""
        for sale in self.fold.rest.values():
            for ticket in sale.tickets:
                gone = any(each.item_no == ticket.item_no for each in sale.voided)
                if not gone and refunds.terminal_may(ticket.seq, self.sent):
                    about = {"sale_id": sale.sale_id, "item_no": ticket.item_no, "refund_id": str(ticket.seq)}
                    self.append(facts.TicketVoided(**about, amount_minor=100))  # type: ignore[arg-type]
                    self.counter = len(self.disk)
                    self.world.refund((*self.who, ticket.seq))
                    self.append(facts.RefundPaid(**about, reference="back"))  # type: ignore[arg-type]
                    return

    # P5, P6

    def release(self, *, everything: bool) -> None:
        for journey, held in [*self.fold.holdings.items()]:
            for gid, holding in [*held.items()]:
                blocks = cells.free_blocks(holding)
                due = terminal.expired(self.clock(), holding.not_after)
                if blocks and (due or everything):
                    self.append(facts.CellsReleased(journey_id=journey, gid=gid, blocks=blocks, reason="due"))

    # P4, P2

    def sync(self) -> None:
        """Push, then ask: the answer to the push asks for places."""
        records = self.disk[self.accepted : self.accepted + BATCH]
        if records:
            self.counter, self.sent = max(self.counter, len(self.disk)), len(self.disk)
        self.world.send(self.dark, "journal", self._arrives, self.life, self.who, records, self.counter, self.accepted)

    def send_past(self) -> None:
        """Whole, once in every epoch of central; what it knows it knows again, another branch it keeps."""
        for past in self.past:
            if past.epoch < self.fold.epoch:
                batch = past.disk[past.sent : past.sent + 5 * BATCH]
                told = batch[-1][0].seq if batch else 0
                self.world.send(self.dark, "past", self._past_arrives, past, past.sent, batch, told, self.fold.epoch)

    def _past_arrives(self, past: Past, sent: int, batch: Sequence[Any], told: int, epoch: int) -> None:
        if batch:
            self.centre.receive(past.who, batch, told)
        self.world.send(self.dark, "past ack", self._past_taken, past, sent, len(batch), epoch, self.centre.epoch)

    def _past_taken(self, past: Past, sent: int, count: int, epoch: int, centres: int) -> None:
        if past.sent == sent and epoch == centres:
            past.sent = sent + count
            if past.sent >= len(past.disk):
                past.sent, past.epoch = 0, epoch

    def _arrives(self, life: int, who: tuple[int, int], records: Sequence[Any], told: int, after: int) -> None:
        answer = self.centre.receive(who, records, told)
        self.world.send(self.dark, "ack", self._acknowledged, life, answer, self.centre.epoch, after, bool(records))

    def _acknowledged(self, life: int, answer: tuple[int, str, bool, int], epoch: int, after: int, sent: bool) -> None:
        accepted, head_hash, forked, gap = answer
        if life != self.life or self.gone:
            return
        here = ([GENESIS] + [record.hash for record, _ in self.disk[max(0, accepted - 1) : accepted]])[-1]
        verdict = terminal.hear(
            accepted=accepted, head_hash=head_hash, epoch=epoch, forked=forked, adopted=self.fold.epoch,
            head=len(self.disk), hash_here=here if accepted <= len(self.disk) else "", after=after,
        )  # fmt: skip
        if verdict is AckVerdict.OLD_CENTRAL or not head_hash:
            return
        if verdict is AckVerdict.FORK:
            self.locked = True
            return
        if gap:
            self.accepted = gap - 1
        else:
            self.accepted = max(self.accepted, accepted) if sent else accepted
        if self.accepted < len(self.disk):
            self.sync()
        elif self.locked:
            return
        elif epoch > self.fold.epoch:
            self.append(facts.EpochAdopted(epoch=epoch))
            self.sync()
        else:
            self.ask()

    def ask(self) -> None:
        chance = self.world.chance
        wants = []
        for journey, run in self.centre.runs.items():
            if run.ends_at > self.world.now and chance.random() < 0.5:
                first = chance.randrange(run.segments)
                free = cells.free(self.fold.holdings.get(journey, {}))
                if not free or not any(mask.bit_count() >= 4 for mask in free[first:]):
                    wants.append((journey, first, run.segments, chance.randint(2, 8)))
        request = (self.who, wants, self.fold.last_gid, len(self.disk))
        self.world.send(self.dark, "ask", self._asked, self.life, request)

    def _asked(self, life: int, request: Any) -> None:
        grants = self.centre.give(*request)
        if grants:
            self.world.send(self.dark, "grants", self._granted, life, grants, self.centre.epoch)

    def _granted(self, life: int, grants: Sequence[SignedGrant], epoch: int) -> None:
        if self.gone or self.locked or epoch < self.fold.epoch:
            return
        for signed in grants:
            grant = msgspec.json.decode(signed.body, type=Grant)
            verdict = terminal.consider(grant, *self.who, self.fold.epoch, self.fold.last_gid)
            if verdict is GrantVerdict.TAKE:
                self.append(facts.GrantAccepted(grant=signed))


def cells_of(item: SaleItem) -> tuple[Cell, ...]:
    assert item.place is not None
    return tuple((item.journey_id, item.place, segment) for segment in range(item.from_call, item.to_call))


__all__ = ["HOUR", "Device", "Fold"]
