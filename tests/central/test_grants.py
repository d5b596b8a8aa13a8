"""P1 and P5: cells leave the pool once, come back only from their holder, and never have two owners."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import text

from central.context import Context
from central.inventory.check import inventory_faults
from central.inventory.grants import give
from central.journal.upload import receive
from central.refusal import Refusal
from central.status import incidents
from kiosk.domain.allotment import Block, Gid, Grant
from kiosk.domain.events import CellsReleased
from sync.wire import AllotmentRequest, Want
from tests.central.world import TOMORROW, Terminal, cells, journey_of, open_railway, railway
from tests.conftest import SettableClock


def ask(context: Context, terminal: Terminal, *wants: Want, last_gid: Gid | None = None) -> list[Grant]:
    reply = give(context, *terminal.id, AllotmentRequest(wants, last_gid or terminal.last_gid))
    return terminal.accept(reply.grants)


def faults(context: Context) -> list[str]:
    with context.engine.connect() as connection:
        return inventory_faults(connection)


def test_a_grant_is_neighbouring_seats_of_the_class_to_the_end_of_the_ride(context: Context) -> None:
    train = journey_of(open_railway(context), "T1")
    (grant,) = ask(context, Terminal(context), Want(train, "second", 1, 4, 0, 6))
    assert grant.journey_id == train
    assert [(block.from_segment, block.to_segment) for block in grant.blocks] == [(1, 4)]
    places = sorted({place for _, place in cells(grant.blocks)})
    assert places == list(range(places[0], places[0] + 6)), "six neighbours"
    assert {place // 10 for place in places} in ({1}, {2}), "in one coach of the class"
    assert faults(context) == []


def test_terminals_share_what_there_is_and_some_stays_in_the_pool(context: Context) -> None:
    train = journey_of(open_railway(context), "T1")
    first, second = Terminal(context, "K1"), Terminal(context, "K2")
    for terminal in (first, second):
        give(context, *terminal.id, AllotmentRequest((), terminal.last_gid))  # both are known to be there
    want = Want(train, "first", 0, 4, 0, 100)
    held = [sum(len(cells(grant.blocks)) for grant in ask(context, each, want)) / 4 for each in (first, second)]
    assert held == [4, 4], "of ten, equally, as nobody sold more than the other"
    assert ask(context, first, want) == ask(context, second, want) == [], "who has enough gets no more"
    assert faults(context) == []


def test_a_lost_answer_heals_and_leases_nothing_twice(context: Context) -> None:
    train = journey_of(open_railway(context), "T1")
    terminal = Terminal(context)
    request = AllotmentRequest((Want(train, "second", 0, 4, 0, 4),), Gid(0, 0))
    lost = give(context, *terminal.id, request)
    again = give(context, *terminal.id, request)
    assert again.grants == lost.grants
    terminal.accept(again.grants)
    assert give(context, *terminal.id, AllotmentRequest((), terminal.last_gid)).grants == ()


def test_numbers_grow_with_every_grant(context: Context) -> None:
    catalogue = open_railway(context)
    terminal = Terminal(context)
    trains = [each for each in catalogue.journeys if each.service_journey_id != "B1" and each.operating_day >= TOMORROW]
    wants = [Want(each.id, "second", 0, 4, 0, 2) for each in trains]
    gids = [grant.gid for grant in ask(context, terminal, *wants)]
    gids += [grant.gid for grant in ask(context, terminal, Want(wants[0].journey_id, "first", 0, 4, 0, 1))]
    assert len(gids) == len(wants) + 1 and gids == sorted(set(gids))


def test_what_makes_no_sense_gets_nothing(context: Context) -> None:
    catalogue = open_railway(context)
    train, bus = journey_of(catalogue, "T1"), journey_of(catalogue, "B1")
    wants = (
        Want(train, "third", 0, 4, 0, 5),
        Want(train, "second", 3, 3, 0, 5),
        Want(train, "second", 0, 9, 0, 5),
        Want(train, "second", 0, 4, 5, 5),
        Want(train, "second", 0, 4, 0, -5),
        Want(bus, "", 0, 1, 0, 5),
        Want(999_999, "second", 0, 4, 0, 5),
    )
    assert ask(context, Terminal(context), *wants) == []
    assert faults(context) == []


def test_a_journey_that_has_ended_is_not_leased(context: Context, clock: SettableClock) -> None:
    train = journey_of(open_railway(context), "T1")
    clock.forward(86_400)
    assert ask(context, Terminal(context), Want(train, "second", 0, 4, 0, 5)) == []


def test_a_grant_central_never_gave_stops_it(context: Context) -> None:
    open_railway(context)
    terminal = Terminal(context)
    with pytest.raises(Refusal) as refusal:
        give(context, *terminal.id, AllotmentRequest((), Gid(1, 77)))
    assert refusal.value.problem.code == "unknown_grant"


def test_a_disk_that_ends_before_what_central_has_of_it_gets_nothing(context: Context) -> None:
    train = journey_of(open_railway(context), "T1")
    terminal = Terminal(context)
    (grant,) = ask(context, terminal, Want(train, "second", 0, 4, 0, 4))
    receive(context, *terminal.id, terminal.batch())
    wants = (Want(train, "second", 0, 4, 0, 8),)
    for restored in (len(terminal.records) - 1, 1):
        with pytest.raises(Refusal) as refusal:
            give(context, *terminal.id, AllotmentRequest(wants, grant.gid, restored))
        assert (refusal.value.status, refusal.value.problem.code) == (409, "behind")
    assert give(context, *terminal.id, AllotmentRequest(wants, grant.gid, len(terminal.records))).grants
    more = (Want(train, "first", 0, 4, 0, 4),)
    assert len(give(context, *terminal.id, AllotmentRequest(more, grant.gid)).grants) == 2, "an older terminal: no head"


def test_terminals_racing_for_the_same_seats_never_share_one(context: Context) -> None:
    catalogue = open_railway(context, railway(trains=4))
    trains = [each.id for each in catalogue.journeys if each.service_journey_id != "B1"]
    terminals = [Terminal(context, f"K{n}") for n in range(4)]
    grants: list[Grant] = []
    errors: list[BaseException] = []

    def race(terminal: Terminal) -> None:
        try:
            for round_no in range(6):
                order = trains if round_no % 2 else trains[::-1]
                wants = [Want(train, "second", 0, 4, 0, 2 + round_no) for train in order]
                grants.extend(ask(context, terminal, *wants))
                receive(context, *terminal.id, terminal.batch())
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=race, args=(terminal,)) for terminal in terminals]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    owned = [(grant.journey_id, cell) for grant in grants for cell in cells(grant.blocks)]
    assert len(owned) > 300
    assert len(owned) == len(set(owned)), "no cell was given twice"
    assert faults(context) == []


def test_released_cells_return_to_the_pool_once(context: Context) -> None:
    train = journey_of(open_railway(context), "T1")
    first, second = Terminal(context, "K1"), Terminal(context, "K2")
    (grant,) = ask(context, first, Want(train, "first", 0, 4, 0, 3))
    first.append(CellsReleased(journey_id=train, gid=grant.gid, blocks=grant.blocks, reason="spare"))
    receive(context, *first.id, first.batch())
    (other,) = ask(context, second, Want(train, "first", 0, 4, 0, 4))
    assert cells(other.blocks) & cells(grant.blocks), "what came back goes out again"
    first.append(CellsReleased(journey_id=train, gid=grant.gid, blocks=grant.blocks, reason="again"))
    receive(context, *first.id, first.batch(len(first.records)))
    assert faults(context) == []
    with context.engine.connect() as connection:
        assert "released_not_held" in incidents(connection)[0]


def test_nobody_releases_another_terminals_cells(context: Context) -> None:
    train = journey_of(open_railway(context), "T1")
    first, second = Terminal(context, "K1"), Terminal(context, "K2")
    (grant,) = ask(context, first, Want(train, "first", 0, 4, 0, 3))
    second.append(CellsReleased(journey_id=train, gid=grant.gid, blocks=grant.blocks))
    second.append(CellsReleased(journey_id=train, gid=Gid(1, 999), blocks=(Block.of(0, 4, 7),)))
    second.append(CellsReleased(journey_id=train, gid=grant.gid, blocks=(Block.of(0, 400, 7),)))
    receive(context, *second.id, second.batch())
    with context.engine.connect() as connection:
        leased = connection.execute(text("SELECT terminal_id FROM holding WHERE kind = 'LEASE'")).scalars().all()
        states = connection.execute(text("SELECT state FROM raw_journal ORDER BY seq")).scalars().all()
    assert leased == [first.id[0]]
    assert states == [None, None, None, "POISON"]
    assert faults(context) == []
