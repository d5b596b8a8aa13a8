"""Names at central: with the ticket and at the gates while they are needed, blanked when the journey is long over."""

from __future__ import annotations

from importlib import import_module

import msgspec
import pytest
from click.testing import CliRunner
from sqlalchemy import text

from central.commands import central
from central.context import Context
from central.feed import bring_up, changes
from central.forgetting import DAY_S, Forgotten, forget_names
from central.inventory.grants import give
from central.journal.apply import apply_all
from central.journal.upload import receive
from kiosk.domain.allotment import Gid
from kiosk.domain.events import PlacesFreed, PlacesHeld
from kiosk.domain.items import SaleItem
from kiosk.domain.ticket import ticket_id
from sync.wire import AllotmentRequest, BookedRow, Want
from tests.central.world import Terminal, cells, journey_of, open_railway
from tests.conftest import SettableClock

NAME = "Łukasz O'Neill-Müller"


class Sold:
    """A ticket with a name and one without, and a cart with a name that came to nothing."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.train = journey_of(open_railway(context), "T1")
        self.terminal = terminal = Terminal(context)
        self.gate_id = Terminal(context, "G1", "gate").id[0]
        want = Want(self.train, "first", 0, 4, 0, 3)
        (grant,) = terminal.accept(give(context, *terminal.id, AllotmentRequest((want,), Gid(0, 0))).grants)
        places = sorted({place for _, place in cells(grant.blocks)})
        self.named = ticket_id(*terminal.id, terminal.sell(self.train, places[0], grant.gid, holder=NAME).seq)
        self.plain = ticket_id(*terminal.id, terminal.sell(self.train, places[1], grant.gid).seq)
        cart = SaleItem(self.train, 0, 4, None, (), "", "second", "adult", 1250, named="Anna")
        terminal.append(PlacesHeld(sale_id="cart", items=(cart,), currency="EUR"))
        terminal.append(PlacesFreed(sale_id="cart", reason="cancelled"))
        receive(context, *terminal.id, msgspec.structs.replace(terminal.batch(), head=len(terminal.records)))
        apply_all(context)
        bring_up(context)

    def booked(self) -> dict[str, BookedRow | None]:
        """Tickets as a gate is told of them now."""
        told = changes(self.context, "0.0", gate_id=self.gate_id).changes
        return {
            each.key: msgspec.json.decode(each.body, type=BookedRow) if each.body else None
            for each in told
            if each.topic == "booked"
        }

    def holders(self) -> list[str]:
        with self.context.engine.connect() as connection:
            return list(connection.scalars(text("SELECT holder FROM ticket ORDER BY seq")))

    def carts(self) -> list[tuple[SaleItem, ...]]:
        with self.context.engine.connect() as connection:
            rows = connection.scalars(text("SELECT items FROM sale ORDER BY held_seq"))
            return [msgspec.json.decode(items, type=tuple[SaleItem, ...]) for items in rows]


@pytest.fixture
def sold(context: Context) -> Sold:
    return Sold(context)


def test_the_name_is_with_the_ticket_and_gates_hear_of_it(sold: Sold) -> None:
    assert sold.holders() == [NAME, ""]
    told = sold.booked()
    assert [row.holder for row in (told[sold.named], told[sold.plain]) if row] == [NAME, ""]


def test_a_database_from_before_finds_the_names_in_its_sales(sold: Sold) -> None:
    sold_before = import_module("central.migrations.versions.0013_named_tickets").SOLD_BEFORE
    with sold.context.engine.begin() as connection:
        connection.execute(text("UPDATE ticket SET holder = ''"))
        connection.execute(text(sold_before))
    assert sold.holders() == [NAME, ""]


def test_names_go_when_the_journey_ended_long_enough_ago(sold: Sold, clock: SettableClock) -> None:
    context, before = sold.context, sold.carts()
    with context.engine.connect() as connection:
        ends_at = connection.scalar(text("SELECT ends_at FROM journey WHERE id = :id"), {"id": sold.train})
    clock.time = ends_at + 30 * DAY_S
    assert forget_names(context, 30) == Forgotten(0, 0, 0), "not a second too early"
    clock.forward(1)
    assert forget_names(context, 30) == Forgotten(1, 2, 0)
    assert sold.holders() == ["", ""]
    plain = [tuple(msgspec.structs.replace(each, named=msgspec.UNSET) for each in items) for items in before]
    assert sold.carts() == plain, "all else of the sales is as it was"
    assert forget_names(context, 30) == Forgotten(0, 0, 0)
    bring_up(context)
    assert not any(row and row.holder for row in sold.booked().values())
    with context.engine.connect() as connection:
        raw = connection.scalars(text("SELECT body FROM raw_journal WHERE kind = 'PlacesHeld'")).all()
    assert any("Neill" in body for body in raw), "the copy of the journal is what the hash says"


def test_a_gate_hears_that_a_name_is_forgotten_while_it_still_knows_the_ticket(
    sold: Sold, clock: SettableClock
) -> None:
    with sold.context.engine.begin() as connection:
        connection.execute(text("UPDATE journey SET ends_at = :past"), {"past": int(clock.now()) - 2 * DAY_S})
    assert forget_names(sold.context, 1).tickets == 1
    bring_up(sold.context)
    row = sold.booked()[sold.named]
    assert row is None or row.holder == ""


def test_a_ticket_of_a_journey_nobody_knows_waits_a_year(sold: Sold, clock: SettableClock) -> None:
    with sold.context.engine.begin() as connection:
        connection.execute(text("UPDATE ticket SET journey_id = 4000000000"))
        issued = connection.scalar(text("SELECT max(issued_at) FROM ticket"))
    clock.time = issued + 366 * DAY_S
    assert forget_names(sold.context, 1).tickets == 0
    clock.forward(DAY_S + 1)
    assert forget_names(sold.context, 1).tickets == 1


def test_the_command_says_what_it_does_not_do() -> None:
    done = CliRunner().invoke(central, ["forget-names", "--help"])
    assert done.exit_code == 0 and "docs/privacy.md" in done.output
    assert CliRunner().invoke(central, ["forget-names"]).exit_code == 2
