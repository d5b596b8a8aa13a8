"""Recalls and quotas over HTTP: a whole terminal gives back what central asks for, by a record, and sells the rest."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import text

from central.context import Context
from central.inventory.check import inventory_faults
from central.inventory.grants import LOOK_EVERY_S
from central.inventory.holdings import ClassHoldings, look
from central.inventory.quotas import set_quota
from kiosk.domain.allotment import Gid
from kiosk.domain.cells import free
from kiosk.domain.errors import CentralRefused
from sync.wire import HoldRequest
from tests.central import world
from tests.central.world import cells, journey_of, open_railway
from tests.conftest import SettableClock
from tests.sync.terminal import Terminal


@pytest.fixture
def train(context: Context) -> int:
    return journey_of(open_railway(context), "T1")


@pytest.fixture
def terminal(context: Context, url: str, train: int, tmp_path: Path, clock: SettableClock) -> Iterator[Terminal]:
    made = Terminal(context, url, tmp_path / "K1", clock)
    sync(made)  # the catalogue
    sync(made)  # its places
    yield made
    made.close()


def sync(terminal: Terminal) -> None:
    """Until everything is told and asked for."""
    while terminal.engine.run_once().backlog:
        pass


def second(context: Context, train: int) -> ClassHoldings:
    with context.engine.connect() as connection:
        assert inventory_faults(connection) == []
        return look(connection, train, context.now()).classes[1]


def free_here(terminal: Terminal, train: int) -> int:
    """Cells of the second class."""
    return sum((mask >> 10).bit_count() for mask in free(terminal.store.holdings(train)))


def put(context: Context, train: int, channel: str, places: int, release_min: int) -> None:
    with context.engine.begin() as connection:
        set_quota(connection, str(train), channel, places, release_min, "second")


def reasons(context: Context) -> set[str]:
    """Why cells came back, as central has it on record."""
    with context.engine.connect() as connection:
        bodies = connection.scalars(text("SELECT body FROM raw_journal WHERE kind = 'CellsReleased'"))
        return {msgspec.json.decode(body)["reason"] for body in bodies}


def test_what_is_recalled_comes_back_by_a_record_and_what_was_sold_stays(
    context: Context, terminal: Terminal, train: int, clock: SettableClock
) -> None:
    assert terminal.sell(2).stage == "issued"
    sync(terminal)
    assert second(context, train).leased == free_here(terminal, train) > 0
    put(context, train, "agency", 20, 60)  # from now on all of it is for others
    clock.forward(LOOK_EVERY_S)
    sync(terminal)
    assert free_here(terminal, train) == 0
    found = second(context, train)
    assert (found.leased, found.sold, found.pool) == (0, 2 * 4, 18 * 4)
    assert "recalled" in reasons(context)
    sync(terminal)
    assert free_here(terminal, train) == 0, "and it does not get them again"


def test_a_terminal_without_a_link_keeps_what_is_recalled_and_may_sell_it(
    context: Context, terminal: Terminal, train: int, clock: SettableClock
) -> None:
    had = free_here(terminal, train)
    put(context, train, "agency", 20, 60)
    clock.forward(1000)  # silent
    found = second(context, train)
    assert (found.leased, found.in_dark_hands) == (had, had), "nobody takes places back by time"
    assert terminal.sell(3).stage == "issued"
    sync(terminal)
    found = second(context, train)
    assert (found.sold, found.leased) == (3 * 4, 0), "the sale counts, the rest came back"


def test_a_quota_holds_for_parties_that_wait_until_it_is_released(
    context: Context, url: str, train: int, clock: SettableClock
) -> None:
    kiosk, counter = world.Terminal(context, "K2"), world.Terminal(context, "C1", "counter")
    put(context, train, "counter", 16, 120)
    with context.engine.connect() as connection:
        departs = connection.scalar(text("SELECT departs[1] FROM journey WHERE id = :id"), {"id": train})
    assert departs is not None
    at_kiosk, at_counter = kiosk.client(url), counter.client(url)

    def ask(count: int) -> HoldRequest:
        return HoldRequest(train, "second", 0, 4, count, Gid(0, 0))

    with pytest.raises(CentralRefused) as refused:
        at_kiosk.holds(ask(5))
    assert refused.value.code == "no_places"
    (grant,) = kiosk.accept(at_kiosk.holds(ask(4)).grants)
    assert len(cells(grant.blocks)) == 4 * 4
    (sold_there,) = counter.accept(at_counter.holds(ask(2)).grants)
    assert len(cells(sold_there.blocks)) == 2 * 4
    clock.forward(departs - 120 * 60 - 1 - clock.now())
    later = HoldRequest(train, "second", 0, 4, 14, kiosk.last_gid)
    with pytest.raises(CentralRefused):
        at_kiosk.holds(later)
    clock.forward(1)
    (rest,) = kiosk.accept(at_kiosk.holds(later).grants)
    assert len(cells(rest.blocks)) == 14 * 4, "the counter's are anybody's now"
    assert second(context, train).pool == 0
    for client in (at_kiosk, at_counter):
        client.close()
