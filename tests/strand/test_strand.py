"""The simulation in small, and that it sees what it is there to see: double sales, dark passengers, stranded cells."""

from __future__ import annotations

import pytest

from central.inventory.forecast import USUAL_TERMS, Terms
from kiosk.domain.protocol.ownership import POOL
from tests.strand.knowledge import Knowledge
from tests.strand.leases import Leases
from tests.strand.ledger import Ledger, Row, Ticket
from tests.strand.others import from_snapshot, online_only
from tests.strand.world import PLACES, SEGMENTS, Setting, make

DARK = Setting(terminals=10, downtime=0.2, demand=1.0)


@pytest.fixture(scope="module")
def known() -> Knowledge:
    return Knowledge(DARK, 1)


def add_up(rows: list[Row]) -> Row:
    total = Row()
    for row in rows:
        total = total.plus(row)
    return total


def test_leases_sell_in_the_dark_and_never_a_place_twice(known: Knowledge) -> None:
    worlds = [make(DARK, seed) for seed in range(4)]
    ours = add_up([Leases(world, known).run().row() for world in worlds])
    without = add_up([online_only(world).row() for world in worlds])
    assert ours.oversold == without.oversold == 0
    assert (without.dark_served, without.stranded) == (0, 0)
    assert ours.dark_asked == without.dark_asked > 300
    assert ours.dark_share > 0.7
    assert ours.sold > without.sold
    assert 0 < ours.stranded_share < 0.02


def test_a_snapshot_sells_places_twice_and_the_ledger_sees_it() -> None:
    row = from_snapshot(make(DARK, 1)).row()
    assert row.oversold > 20
    assert row.dark_share > 0.9


def test_the_ledger_counts_from_tickets_alone() -> None:
    ledger = Ledger(make(DARK, 1))
    ledger.tickets = [Ticket(1, 0, 7, 0, 3), Ticket(2, 1, 7, 3, 6), Ticket(3, 2, 7, 2, 4), Ticket(4, 3, 8, 2, 4)]
    assert ledger.oversold() == 1
    assert ledger.sold_cells() == 8


class Reclaiming(Leases):
    """A central that takes places of silent terminals back by itself: what P5 forbids."""

    def _tick(self, now: float) -> None:
        for terminal in self.terminals:
            if self.world.dark(terminal.number, now):
                for owner in list(self.ownership.owners("LEASE")):
                    if owner.terminal_id == terminal.number + 1:
                        self.ownership.move(owner, POOL, self.ownership.held(owner))
        super()._tick(now)

    def _upload(self, terminal: object) -> None:
        try:
            super()._upload(terminal)  # type: ignore[arg-type]
        except AssertionError:  # cells that are no longer the terminal's: this is what it comes to
            terminal.unsent.clear()  # type: ignore[attr-defined]


def test_taking_back_by_time_out_would_be_noticed(known: Knowledge) -> None:
    rows = [Reclaiming(make(DARK, seed), known).run().row() for seed in range(2)]
    assert add_up(rows).oversold > 0


def test_a_lost_terminal_costs_its_lease_and_nothing_else() -> None:
    lost = Setting(terminals=5, downtime=0.05, demand=0.8, lost=True)
    known = Knowledge(lost, 1)
    rows = [Leases(make(lost, seed), known).run().row() for seed in range(6)]
    total = add_up(rows)
    assert total.oversold == 0
    assert 0 < total.stranded_share < 0.08


def test_terms_turn_the_balance() -> None:
    about = Setting(terminals=6, downtime=0.2, demand=0.8)
    known = Knowledge(about, 1)

    def rows(terms: Terms) -> Row:
        return add_up([Leases(make(about, seed), known, terms).run().row() for seed in range(3)])

    usual = rows(USUAL_TERMS)
    nothing = rows(USUAL_TERMS._replace(holding=9.0, choice=0.0))
    everything = rows(USUAL_TERMS._replace(holding=0.0, choice=1.0))
    assert nothing.dark_served == nothing.stranded == 0
    assert usual.dark_share > 0.8
    assert everything.stranded > usual.stranded > 0
    assert {nothing.oversold, usual.oversold, everything.oversold} == {0}


def test_the_same_seed_is_the_same_departure(known: Knowledge) -> None:
    assert make(DARK, 5).requests == make(DARK, 5).requests != make(DARK, 6).requests
    assert Leases(make(DARK, 5), known).run().row() == Leases(make(DARK, 5), known).run().row()
    row = online_only(make(DARK, 5)).row()
    assert row.cells == PLACES * SEGMENTS
    assert row.sold <= row.sellable <= row.cells
