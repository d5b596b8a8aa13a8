"""A terminal and the real central over a link that is cut, delays, and loses answers: every sale arrives once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from central.context import Context
from central.status import Status, look
from kiosk.domain.errors import NoPlaces
from tests.central.world import open_railway, railway
from tests.conftest import SettableClock
from tests.sync.gateway import Gateway
from tests.sync.proxy import Proxy
from tests.sync.terminal import Terminal

WAIT_S = 60


def held(context: Context) -> Status:
    with context.engine.connect() as connection:
        return look(connection)


@pytest.fixture
def opened(context: Context) -> Context:
    open_railway(context)
    return context


@pytest.fixture
def link(opened: Context, url: str, tmp_path: Path) -> Iterator[Proxy]:
    link = Proxy(int(url.rpartition(":")[2]), tmp_path)
    yield link
    link.close()


@pytest.fixture
def terminal(opened: Context, link: Proxy, tmp_path: Path, clock: SettableClock) -> Iterator[Terminal]:
    terminal = Terminal(opened, link.url, tmp_path / "K1", clock)
    terminal.engine.start()
    assert terminal.engine.wait_for(
        lambda state: state.online and terminal.push.backlog == 0 and settled(terminal), WAIT_S
    )
    yield terminal
    terminal.close()


def settled(terminal: Terminal) -> bool:
    """The catalogue is here and places are in hand."""
    return terminal.catalogue.info() is not None and bool(terminal.store.journeys_held())


def arrived(terminal: Terminal) -> bool:
    """Central has acknowledged every record there is."""
    terminal.engine.poke()
    return terminal.engine.wait_for(lambda state: state.online and terminal.push.backlog == 0, WAIT_S)


def test_a_fresh_terminal_gets_catalogue_and_places_by_itself(terminal: Terminal, opened: Context) -> None:
    assert terminal.search.stations("Station 4", 1)[0].stop_place.id == "s4"
    trains = [
        each
        for each in terminal.search.departures("s0", "s4", terminal.search.days()[1], terminal.clock.now())
        if each.layout_id
    ]
    assert len(trains) == 2
    assert all(each.left and each.left >= 5 for each in trains)
    assert held(opened).inventory_faults == ()


def test_sales_made_while_the_link_is_cut_arrive_once(terminal: Terminal, link: Proxy, opened: Context) -> None:
    link.order("cut")
    sales = [terminal.sell(2), terminal.sell(1)]
    terminal.engine.poke()
    assert terminal.engine.wait_for(lambda state: not state.online, WAIT_S)
    assert held(opened).tickets == 0
    assert [sale.stage for sale in sales] == ["issued", "issued"]
    link.order("heal")
    assert arrived(terminal)
    status = held(opened)
    assert (status.sales, status.tickets, status.duplicates, status.oversold, status.uncovered) == (2, 3, 0, 0, 0)
    assert (status.unapplied, status.forks, status.inventory_faults) == (0, 0, ())
    assert [state.online for state in terminal.told] == [True, False, True]


def test_a_lost_answer_repeats_the_upload_and_not_the_sale(terminal: Terminal, link: Proxy, opened: Context) -> None:
    link.order("drop_replies")
    terminal.sell(1)
    terminal.engine.poke()
    assert terminal.engine.wait_for(lambda state: not state.online and state.backlog > 0, WAIT_S)
    assert held(opened).tickets == 1  # central has it; the terminal does not know
    link.order("heal")
    assert arrived(terminal)
    status = held(opened)
    assert (status.tickets, status.duplicates, status.records) == (1, 0, terminal.store.journal.head()[0])


def test_a_lost_grant_comes_again_and_is_taken_once(
    opened: Context, link: Proxy, tmp_path: Path, clock: SettableClock
) -> None:
    terminal = Terminal(opened, link.url, tmp_path / "K1", clock)
    try:
        terminal.engine.run_once()  # the catalogue
        link.order("drop_replies")
        terminal.engine.run_once()  # pushing nothing, places are granted, the answer is lost
        assert terminal.store.journeys_held() == []
        link.order("heal")
        while terminal.engine.run_once().backlog or not terminal.store.journeys_held():
            pass
        status = held(opened)
        assert status.inventory_faults == ()
        in_hand = {journey: terminal.store.free(journey) for journey in terminal.store.journeys_held()}
        assert all(free and all(free) for free in in_hand.values())
        terminal.sell(2)
        terminal.engine.run_once()
        assert (held(opened).uncovered, held(opened).oversold) == (0, 0)
    finally:
        terminal.close()


def test_two_engines_on_one_outbox_do_no_harm(terminal: Terminal, link: Proxy, opened: Context) -> None:
    link.order("cut")
    for _ in range(3):
        terminal.sell(1)
    link.order("heal")
    link.order("delay_ms", n=5)
    others = [terminal.another_engine(link.url) for _ in range(3)]
    threads = [threading.Thread(target=other.run_once) for other in others]
    for thread in threads:
        thread.start()
    terminal.engine.poke()
    for thread in threads:
        thread.join(WAIT_S)
    assert arrived(terminal)  # what the last of them was granted, too
    status = held(opened)
    assert (status.tickets, status.duplicates, status.forks) == (3, 0, 0)
    assert status.records == terminal.store.journal.head()[0]
    assert [other.state.forked for other in others] == ["", "", ""]
    assert status.inventory_faults == ()


def test_a_link_that_goes_and_comes_all_the_time_loses_nothing(
    terminal: Terminal, link: Proxy, opened: Context
) -> None:
    faults = ("cut", "drop_replies", "heal", "drop_replies", "cut", "heal")
    sold = 0
    for fault in faults:
        link.order(fault)
        terminal.sell(1)
        sold += 1
        cycles = terminal.engine.state.cycles
        terminal.engine.poke()
        assert terminal.engine.wait_for(lambda state, before=cycles: state.cycles > before, WAIT_S)
    link.order("heal")
    assert arrived(terminal)
    status = held(opened)
    assert (status.tickets, status.duplicates, status.oversold, status.uncovered) == (sold, 0, 0, 0)
    assert status.inventory_faults == ()


def test_what_stands_between_may_say_what_it_likes(
    opened: Context, url: str, tmp_path: Path, clock: SettableClock
) -> None:
    """A portal's page, errors of a gateway, a gateway that takes only small bodies: then the way is free."""
    gateway = Gateway(url)
    terminal = Terminal(opened, gateway.url, tmp_path / "K1", clock)
    try:
        while not settled(terminal):
            terminal.engine.run_once()
        for mode in ("portal", "500", "502 html"):
            gateway.mode = mode
            terminal.sell(1)
            state = terminal.engine.run_once()
            assert not state.online
            assert state.backlog > 0
        assert held(opened).tickets == 0
        gateway.mode = "at most 1500 bytes"
        while terminal.push.backlog:
            assert terminal.engine.run_once().online
        assert gateway.refused_as_too_large > 0
        status = held(opened)
        assert (status.tickets, status.duplicates, status.unapplied) == (3, 0, 0)
    finally:
        terminal.close()
        gateway.close()


def test_offline_a_terminal_sells_all_it_holds_and_nothing_more(
    terminal: Terminal, link: Proxy, opened: Context
) -> None:
    link.order("cut")
    sold = 0
    with pytest.raises(NoPlaces, match="0 places left here, not 1"):
        while sold < 100:
            terminal.sell(1)
            sold += 1
    assert 5 <= sold < 20  # of 20 in the class: a share stays in the pool
    link.order("heal")
    assert arrived(terminal)
    status = held(opened)
    assert (status.tickets, status.oversold, status.uncovered, status.inventory_faults) == (sold, 0, 0, ())


def test_a_bigger_railway_replaces_the_small_one_while_sales_go_on(
    terminal: Terminal, opened: Context, serve: Callable[[Context], str]
) -> None:
    terminal.sell(1)
    open_railway(opened, railway(trains=6))
    terminal.engine.poke()
    assert terminal.engine.wait_for(lambda state: version(terminal) == 2, WAIT_S)
    assert arrived(terminal)
    assert terminal.engine.wait_for(lambda state: can_sell(terminal, "T6"), WAIT_S)
    assert terminal.sell(2, "T6").stage == "issued"


def version(terminal: Terminal) -> int:
    info = terminal.catalogue.info()
    return info.version if info else 0


def can_sell(terminal: Terminal, line: str) -> bool:
    day = terminal.search.days()[1]
    found = terminal.search.departures("s0", "s4", day, terminal.clock.now())
    return any(each.service_journey_id == line and each.left for each in found)
