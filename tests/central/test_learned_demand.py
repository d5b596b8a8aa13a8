"""What was sold decides who holds how much of the next departure; who is silent holds what the silence may cost."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import text

from central.context import Context
from central.inventory.check import inventory_faults
from central.inventory.grants import give
from central.inventory.holdings import look
from central.inventory.learn import EVERY_S, learn_demand
from central.inventory.outlook import Outlook
from central.inventory.targets import Target
from central.journal.upload import receive
from central.voiding import void
from kiosk.domain.allotment import Grant
from kiosk.domain.catalogue import Catalogue
from sync.wire import AllotmentRequest, Want
from tests.central.world import TOMORROW, Terminal, cells, journey_of, open_railway, railway
from tests.conftest import SettableClock

DAY_S = 86_400


def ask(context: Context, terminal: Terminal, *wants: Want) -> list[Grant]:
    return terminal.accept(give(context, *terminal.id, AllotmentRequest(wants, terminal.last_gid)).grants)


def places_of(grant: Grant) -> list[int]:
    return sorted({place for _, place in cells(grant.blocks)})


def sell_a_day(context: Context, catalogue: Catalogue, terminal: Terminal, tickets: int, to_call: int) -> list[str]:
    """So many first class tickets of T1 tomorrow, from the first stop; returns their codes."""
    train = journey_of(catalogue, "T1")
    (grant,) = ask(context, terminal, Want(train, "first", 0, 4, 0, tickets + 2))
    places = places_of(grant)
    assert len(places) >= tickets
    codes = []
    for place in places[:tickets]:
        record = terminal.sell(train, place, grant.gid, 0, to_call)
        codes.append(f"CODE-{record.seq}")
    receive(context, *terminal.id, terminal.batch())
    return codes


def seen(context: Context, table: str) -> list[tuple[object, ...]]:
    with context.engine.connect() as connection:
        return sorted(tuple(row) for row in connection.execute(text(f"SELECT * FROM {table}")))


def test_what_was_sold_is_learned_once_and_a_void_does_not_count(context: Context, clock: SettableClock) -> None:
    catalogue = open_railway(context)
    terminal = Terminal(context, "K1")
    codes = sell_a_day(context, catalogue, terminal, 5, 2)
    void(context, codes[0], "not used")
    assert learn_demand(context) and seen(context, "seen_riders") == [], "the train has not run yet"
    clock.forward(2 * DAY_S)
    assert learn_demand(context)
    assert not learn_demand(context), "just now"
    workday = 0
    assert seen(context, "seen_riders") == [("T1", workday, "first", 0, 2, 4)]
    departures = {row[:2]: row[2] for row in seen(context, "seen_departures")}
    assert departures["T1", workday] == departures["T2", workday] >= 1
    boarding = seen(context, "seen_boarding")
    assert [row[:3] + row[4:] for row in boarding] == [("s0", workday, "first", 4)]
    assert sum(int(str(row[-1])) for row in seen(context, "seen_leads")) == 4
    before = {
        table: seen(context, table) for table in ("seen_riders", "seen_departures", "seen_boarding", "seen_leads")
    }
    clock.forward(EVERY_S)
    assert learn_demand(context)
    assert {table: seen(context, table) for table in before} == before, "learning again changes nothing"


def test_more_is_expected_of_a_train_that_sold_than_of_one_that_did_not(context: Context, clock: SettableClock) -> None:
    catalogue = open_railway(context)
    terminal = Terminal(context, "K1")
    sell_a_day(context, catalogue, terminal, 7, 4)
    next_day = (date.fromisoformat(TOMORROW) + timedelta(days=1)).isoformat()
    sold, other = journey_of(catalogue, "T1", next_day), journey_of(catalogue, "T2", next_day)
    assert expected(context, sold) == expected(context, other)
    clock.forward(DAY_S)  # both trains of the first day have arrived
    assert learn_demand(context)
    now = expected(context, sold), expected(context, other)
    assert all(more > less for more, less in zip(*now, strict=True)), "over every segment"


def expected(context: Context, journey: int) -> tuple[float, ...]:
    """Passengers still to come in first class, by segment."""
    with context.engine.connect() as connection:
        outlook = Outlook(connection, [journey], context.now())
        return Target(outlook, outlook.journeys[journey], "first", context.now()).stock.expected


def test_a_terminal_that_is_often_alone_holds_more(context: Context, clock: SettableClock) -> None:
    train = journey_of(open_railway(context, railway(seats=40)), "T1")
    steady, shaky = Terminal(context, "K1"), Terminal(context, "K2")
    with context.engine.begin() as connection:
        for terminal, dark in ((steady, 0.0), (shaky, 0.4)):
            connection.execute(
                text(
                    "INSERT INTO contact (terminal_id, last_at, observed_s, dark_s, outages) "
                    "VALUES (:terminal, :now, :observed, :dark, :outages)"
                ),
                {
                    "terminal": terminal.id[0],
                    "now": clock.now(),
                    "observed": 30 * DAY_S,
                    "dark": dark * 30 * DAY_S,
                    "outages": 30 * dark,
                },
            )
    with context.engine.connect() as connection:
        found = look(connection, train, context.now())
    targets = {holder.terminal: holder.target for holder in found.classes[0].holders}
    assert targets["K2"] > targets["K1"]


def test_who_is_silent_is_not_asked_and_not_waited_for(context: Context, clock: SettableClock) -> None:
    train = journey_of(open_railway(context), "T1")
    silent, calling = Terminal(context, "K1"), Terminal(context, "K2")
    (grant,) = ask(context, silent, Want(train, "first", 0, 4, 0, 4))
    mine = len(places_of(grant))
    clock.forward(3600)
    taken = [place for each in ask(context, calling, Want(train, "first", 0, 4, 0, 10)) for place in places_of(each)]
    assert taken and not set(taken) & set(places_of(grant)), "only what is in the pool"
    with context.engine.connect() as connection:
        found = look(connection, train, context.now())
        assert inventory_faults(connection) == []
    holders = {holder.terminal: holder for holder in found.classes[0].holders}
    assert holders["K1"].dark and holders["K1"].silent_s == 3600 and holders["K1"].free == mine
    assert not holders["K2"].dark
    assert found.classes[0].in_dark_hands == 4 * mine
