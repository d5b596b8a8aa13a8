"""What central makes of sales and calls: who gets how many places, who is asked to give some back, what is learned."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from central.context import Context
from central.inventory.check import inventory_faults
from central.inventory.demand import BREAKS_H
from central.inventory.grants import JOURNEYS_MAX, LOOK_EVERY_S, give
from central.inventory.holdings import Holder, look
from central.inventory.learn import EVERY_S, learn_demand
from central.inventory.live import Asked, hold
from central.journal.upload import receive
from central.refusal import Refusal
from central.voiding import void
from kiosk.domain.allotment import Grant
from sync import pull
from sync.wire import AllotmentReply, AllotmentRequest, HoldRequest, Recall, Want
from tests.central.world import FIRST_DAY, TOMORROW, Terminal, cells, journey_of, open_railway, railway
from tests.conftest import SettableClock

THIRD_DAY = "2026-09-23"
LONG = 100  # places of each coach of a long train


def call(context: Context, terminal: Terminal, *wants: Want) -> AllotmentReply:
    return give(context, *terminal.id, AllotmentRequest(wants, terminal.last_gid))


def ask(context: Context, terminal: Terminal, *wants: Want) -> list[Grant]:
    return terminal.accept(call(context, terminal, *wants).grants)


def live(context: Context, terminal: Terminal, journey_id: int, count: int, to_call: int = 4) -> Grant | Refusal:
    request = HoldRequest(journey_id, "second", 0, to_call, count, terminal.last_gid)
    (answer,) = hold(context, [Asked(*terminal.id, request)])
    return answer if isinstance(answer, Refusal) else terminal.accept(answer.grants)[0]


def sell(
    context: Context, terminal: Terminal, journey_id: int, count: int, to_call: int = 4, seats: int = 10
) -> list[str]:
    """So many passengers of the second class, and central knows of them; the tickets' codes."""
    grant = live(context, terminal, journey_id, count, to_call)
    assert isinstance(grant, Grant)
    codes = []
    for place in sorted({place for _, place in cells(grant.blocks)}):
        codes.append(f"CODE-{terminal.sell(journey_id, place, grant.gid, 0, to_call, seats).seq}")
    receive(context, *terminal.id, terminal.batch())
    return codes


def count_of(grants: list[Grant]) -> int:
    return len({place for grant in grants for _, place in cells(grant.blocks)})


def holder(context: Context, journey_id: int, name: str) -> Holder:
    """Of the second class."""
    with context.engine.connect() as connection:
        assert inventory_faults(connection) == []
        found = look(connection, journey_id, context.now())
    return next(each for each in found.classes[1].holders if each.terminal == name)


def learned(context: Context) -> dict[str, list[tuple[object, ...]]]:
    tables = ("seen_departures", "seen_riders", "seen_boarding", "seen_leads")
    with context.engine.connect() as connection:
        found = {
            each: sorted(tuple(row) for row in connection.execute(text(f"SELECT * FROM {each}"))) for each in tables
        }
        found["contact"] = [tuple(row) for row in connection.execute(text("SELECT sold FROM contact ORDER BY 1"))]
        row = connection.execute(text("SELECT party_squares, party_passengers FROM meta")).one()
        found["party"] = [tuple(row)]
    return found


def test_what_sold_well_is_leased_more_of(context: Context, clock: SettableClock) -> None:
    catalogue = open_railway(context, railway(seats=LONG))
    terminal = Terminal(context)
    wants = [Want(journey_of(catalogue, line, THIRD_DAY), "second", 0, 4, 0, 2 * LONG) for line in ("T1", "T2")]
    call(context, terminal)
    for _ in range(3):
        sell(context, terminal, journey_of(catalogue, "T1"), 50, seats=LONG)
    clock.forward(24 * 3600)
    assert learn_demand(context)
    t1, t2 = (ask(context, terminal, want) for want in wants)
    assert count_of(t1) > count_of(t2) > 0


def test_who_is_often_without_a_link_holds_more(context: Context, clock: SettableClock) -> None:
    train = journey_of(open_railway(context, railway(seats=LONG)), "T1", THIRD_DAY)
    steady, shaky = Terminal(context, "K1"), Terminal(context, "K2")
    call(context, shaky)
    clock.forward(18 * 3600)
    for _ in range(20):
        call(context, steady)
        clock.forward(280)
    call(context, shaky)  # after a silence of nearly twenty hours
    targets = [holder(context, train, name).target for name in ("K1", "K2")]
    want = Want(train, "second", 0, 4, 0, 2 * LONG)
    got = [count_of(ask(context, terminal, want)) for terminal in (steady, shaky)]
    assert got == targets and got[1] > got[0] > 0


def test_a_newcomer_gets_its_share_from_who_has_a_link(context: Context, clock: SettableClock) -> None:
    train = journey_of(open_railway(context), "T1")
    first = Terminal(context, "K1")
    want = Want(train, "second", 0, 4, 0, 20)
    call(context, first)
    assert isinstance(live(context, first, train, 20), Grant)
    second = Terminal(context, "K2")
    assert ask(context, second, want) == [], "all are in the other's hands"
    assert holder(context, train, "K2").target > 0
    clock.forward(LOOK_EVERY_S)
    call(context, second)
    recalls = call(context, first).recalls
    assert [(each.journey_id, each.place_class, each.from_call, each.to_call) for each in recalls] == [
        (train, "second", 0, 4)
    ]
    assert recalls[0].keep == holder(context, train, "K1").target < 20
    assert call(context, first).recalls == (), "it was told just now"
    clock.forward(LOOK_EVERY_S)
    call(context, second)
    assert call(context, first).recalls == recalls, "the answer may have been lost"


def test_what_a_silent_terminal_holds_is_neither_shared_nor_waited_for(context: Context, clock: SettableClock) -> None:
    train = journey_of(open_railway(context), "T1")
    dark, second, third = (Terminal(context, f"K{n}") for n in (1, 2, 3))
    call(context, dark)
    assert isinstance(live(context, dark, train, 15), Grant)
    clock.forward(1000)
    call(context, third)
    assert isinstance(live(context, third, train, 2), Grant)
    call(context, second)
    assert holder(context, train, "K1").dark
    assert holder(context, train, "K1").target == 15, "central counts on nothing of it"
    assert holder(context, train, "K2").target <= 5
    assert isinstance(live(context, second, train, 6), Refusal), "three are left, two more have a link"
    assert [each for each in call(context, third).recalls if each.places] == [], "two would not do"
    sought = [each for each in call(context, dark).recalls if each.places]
    assert [each.keep for each in sought] == [0], "it is asked when it calls"
    assert int(sought[0].places, 16).bit_count() in (1, 2, 3)


def test_a_train_that_has_left_is_asked_back_whole(context: Context, clock: SettableClock) -> None:
    train = journey_of(open_railway(context), "T1")
    terminal = Terminal(context)
    assert ask(context, terminal, Want(train, "second", 0, 4, 0, 8))
    with context.engine.connect() as connection:
        departs = connection.scalars(text("SELECT unnest(departs) FROM journey WHERE id = :id"), {"id": train}).all()
    clock.forward(departs[-1] + 1 - clock.now())
    assert call(context, terminal).recalls == (Recall(train, "second", 3, 4, 0),)


def test_demand_is_what_was_sold_and_not_refunded(context: Context, clock: SettableClock) -> None:
    catalogue = open_railway(context)
    terminal = Terminal(context)
    call(context, terminal)
    tomorrow = journey_of(catalogue, "T1")
    sell(context, terminal, tomorrow, 5)
    codes = sell(context, terminal, tomorrow, 3, to_call=2)
    void(context, codes[0], "not travelling")
    assert learn_demand(context)
    assert learned(context)["seen_riders"] == [], "the train has not run yet"
    clock.forward(24 * 3600)
    assert learn_demand(context)
    found = learned(context)
    ran = [each for each in catalogue.journeys if each.operating_day in (FIRST_DAY, TOMORROW)]
    assert found["seen_departures"] == [
        (line, 0, sum(each.service_journey_id == line for each in ran)) for line in ("T1", "T2")
    ]
    assert found["seen_riders"] == [("T1", 0, "second", 0, 2, 2), ("T1", 0, "second", 0, 4, 5)]
    trains = sum(each.service_journey_id in ("T1", "T2") for each in ran)
    assert found["seen_boarding"] == [("s0", 0, "second", trains, 7)]
    assert found["seen_leads"] == [("second", BREAKS_H.index(12.0) + 1, 7)], "bought 12 to 24 hours before"
    assert found["contact"] == [(7,)]
    assert found["party"] == [(7.0, 7.0)], "seven sales of one"


def test_learning_twice_is_learning_once(context: Context, clock: SettableClock) -> None:
    catalogue = open_railway(context)
    terminal = Terminal(context)
    call(context, terminal)
    sell(context, terminal, journey_of(catalogue, "T1"), 4)
    clock.forward(24 * 3600)
    assert learn_demand(context)
    before = learned(context)
    assert before["seen_riders"]
    assert not learn_demand(context), "just done"
    clock.forward(EVERY_S)
    assert learn_demand(context)
    assert learned(context) == before
    clock.forward(70 * 86400)
    assert learn_demand(context)
    assert learned(context)["seen_riders"] == [], "weeks later it no longer counts"


@pytest.mark.parametrize("wanted", [1, 3])
def test_nobody_gets_more_than_it_has_use_for(context: Context, wanted: int) -> None:
    train = journey_of(open_railway(context), "T1")
    assert count_of(ask(context, Terminal(context), Want(train, "second", 0, 4, 0, wanted))) == wanted


def test_central_looks_at_as_many_journeys_as_a_terminal_asks_for_at_once() -> None:
    assert JOURNEYS_MAX >= pull.WANTS_MAX, "what was passed over the terminal takes for answered"
