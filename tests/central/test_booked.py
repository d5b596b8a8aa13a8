"""What gates are told of tickets: each while it counts, and to nobody but gates."""

from __future__ import annotations

import msgspec
import pytest
from sqlalchemy import text

from central.context import Context
from central.feed import FOR_GATES, bring_up, changes
from central.inventory.grants import give
from central.journal.upload import receive
from central.voiding import void
from kiosk.domain.allotment import Gid
from kiosk.domain.ticket import ticket_id
from sync.wire import AllotmentRequest, BookedRow, Change, Changes, Record, Want
from tests.central.world import Terminal, cells, journey_of, open_railway
from tests.conftest import SettableClock


class Sold:
    """A ticket on a train of tomorrow, as central has it."""

    def __init__(self, context: Context) -> None:
        self.train = journey_of(open_railway(context), "T1")
        self.terminal = Terminal(context)
        want = Want(self.train, "first", 0, 4, 0, 3)
        (grant,) = self.terminal.accept(give(context, *self.terminal.id, AllotmentRequest((want,), Gid(0, 0))).grants)
        self.gid = grant.gid
        self.places = sorted({place for _, place in cells(grant.blocks)})
        self.context = context
        self.gate_id = Terminal(context, "G1", "gate").id[0]
        bring_up(context)
        self.before = self.changes("0.0").cursor
        self.ticket = self.sell(0)

    def sell(self, number: int) -> Record:
        ticket = self.terminal.sell(self.train, self.places[number], self.gid)
        batch = msgspec.structs.replace(self.terminal.batch(), head=len(self.terminal.records))
        receive(self.context, *self.terminal.id, batch)
        return ticket

    def told(self, since: str = "") -> list[Change]:
        return list(self.changes(since or self.before).changes)

    def changes(self, since: str) -> Changes:
        return changes(self.context, since, gate_id=self.gate_id)

    def id(self, ticket: Record) -> str:
        return ticket_id(*self.terminal.id, ticket.seq)


@pytest.fixture
def sold(context: Context) -> Sold:
    return Sold(context)


def booked(told: list[Change]) -> list[tuple[str, str | None]]:
    return [(each.key, each.body) for each in told if each.topic == "booked"]


def test_a_ticket_is_told_as_it_is_and_gone_with_its_void_in_the_same_round(sold: Sold) -> None:
    ((key, body),) = booked(sold.told())
    assert key == sold.id(sold.ticket)
    row = msgspec.json.decode(body or "", type=BookedRow)
    assert row == BookedRow(
        f"sale-{sold.ticket.seq - 2}", sold.train, sold.places[0], 0, 4, "first", "second", "adult", 1
    )
    void(sold.context, f"CODE-{sold.ticket.seq}", "asked for")
    told = sold.told()
    assert booked(told) == [(key, None)]
    assert ("revoked_ticket", key) in [(each.topic, each.key) for each in told]


def test_only_gates_are_told(sold: Sold) -> None:
    assert not [each for each in changes(sold.context, "0.0").changes if each.topic in FOR_GATES]
    for_all = changes(sold.context, "0.0").cursor
    assert for_all == sold.changes("0.0").cursor, "the others stand where gates stand"
    assert not changes(sold.context, for_all).changes


def test_a_ticket_that_was_voided_before_central_heard_of_it_is_never_told(sold: Sold) -> None:
    seq = len(sold.terminal.records) + 2
    with sold.context.engine.begin() as connection:
        connection.execute(
            text("INSERT INTO void VALUES (:t, :i, :seq, 1, 1, 'central', '', now())"),
            {"t": sold.terminal.id[0], "i": sold.terminal.id[1], "seq": seq},
        )
    assert sold.sell(1).seq == seq
    assert booked(sold.told()) == [(sold.id(sold.ticket), dict(booked(sold.told()))[sold.id(sold.ticket)])]


def test_days_come_and_go_by_themselves(sold: Sold, clock: SettableClock) -> None:
    cursor = sold.changes(sold.before).cursor
    clock.forward(86_400)
    assert booked(sold.told(cursor)) == [], "the day of the journey"
    clock.forward(2 * 86_400)
    assert booked(sold.told(cursor)) == [(sold.id(sold.ticket), None)]
    clock.forward(-3 * 86_400)
    bring_up(sold.context)
    assert [key for key, body in booked(sold.told(cursor)) if body] == [sold.id(sold.ticket)]


def test_what_nobody_marked_is_found_by_the_hours_comparison(sold: Sold, clock: SettableClock) -> None:
    cursor = sold.changes(sold.before).cursor
    with sold.context.engine.begin() as connection:
        connection.execute(text("UPDATE ticket SET persons = 3"))
        connection.execute(text("DELETE FROM feed_touched"))
    assert booked(sold.told(cursor)) == []
    clock.forward(3700)
    ((_, body),) = booked(sold.told(cursor))
    assert msgspec.json.decode(body or "", type=BookedRow).persons == 3
