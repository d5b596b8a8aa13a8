"""Places from the pool for a party that stands here, over a line that is cut, slow, or loses the answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from central.context import Context
from central.inventory.live import Asked, hold
from central.status import look
from kiosk.domain.errors import NoPlaces
from kiosk.domain.offers import Departure, Quote, Traveller
from kiosk.services.live import NONE_S, Live
from kiosk.services.wants import WantPolicy
from sync.client import CentralClient
from sync.engine import Engine
from sync.wire import AllotmentReply, HoldRequest
from tests.central import world
from tests.central.world import open_railway
from tests.conftest import SettableClock
from tests.sync.proxy import Proxy
from tests.sync.terminal import Terminal

SEATS = 20  # second class of a train


class Empty(Terminal):
    """A terminal that asks for nothing in advance: what it sells it gets while the passenger waits."""

    live: Live

    def another_engine(self, url: str) -> Engine:
        self._policy = WantPolicy(self.catalogue, self.offers, self.clock, share=0.0, least=0)
        return super().another_engine(url)

    def go_live(self, url: str, wait_s: float = 3.0) -> None:
        self.url = url
        self.clients.append(CentralClient(url, timeout_s=20, reply=self._reply, sign=self._key.sign))
        self.live = self.offers.live = Live(
            self.clients[-1],
            self.store,
            self._allotments,
            self.clock,
            lambda: self.engine.state.online,
            self.engine.poke,
            wait_s,
        )

    def train(self, line: str = "T1") -> Departure:
        found = self.search.departures("s0", "s4", self.search.days()[1], self.clock.now())
        return next(each for each in found if each.service_journey_id == line)

    def quote(self, travellers: int, places: tuple[int, ...] | None = None) -> Quote:
        train = self.train()
        second = next(offer for offer in train.classes if offer.place_class == "second")
        return self.offers.quote(train, second, [Traveller("adult", travellers)], places)

    def sync(self) -> None:
        """Until everything is told."""
        while self.engine.run_once().backlog:
            pass

    def close(self) -> None:
        self.live.close()
        super().close()


@pytest.fixture
def opened(context: Context) -> Context:
    open_railway(context)
    return context


@pytest.fixture
def link(opened: Context, url: str, tmp_path: Path) -> Iterator[Proxy]:
    link = Proxy(int(url.rpartition(":")[2]), tmp_path)
    yield link
    link.close()


Made = Callable[..., Empty]


@pytest.fixture
def make(opened: Context, link: Proxy, tmp_path: Path, clock: SettableClock) -> Iterator[Made]:
    made: list[Empty] = []

    def make(name: str = "K1", wait_s: float = 30.0) -> Empty:
        made.append(Empty(opened, link.url, tmp_path / name, clock, name))
        made[-1].go_live(link.url, wait_s)
        made[-1].sync()
        assert made[-1].engine.state.online and not made[-1].store.journeys_held()
        return made[-1]

    yield make
    for each in made:
        each.close()


def leased(context: Context) -> int:
    """Cells that terminals hold, sold or not; the books must be right."""
    with context.engine.connect() as connection:
        status = look(connection)
        assert (status.oversold, status.uncovered, status.inventory_faults) == (0, 0, ())
        rows = connection.scalars(text("SELECT cells FROM holding WHERE kind IN ('LEASE', 'SOLD')")).all()
    return sum(int.from_bytes(bytes(row)).bit_count() for row in rows)


def take(context: Context, train: int, count: int) -> None:
    """Another terminal gets places of the same train."""
    other = world.Terminal(context, "K9")
    (answer,) = hold(context, [Asked(*other.id, HoldRequest(train, "second", 0, 4, count, other.last_gid))])
    assert isinstance(answer, AllotmentReply) and answer.grants


def test_with_nothing_in_hand_a_party_is_sold_places_of_the_pool(make: Made, opened: Context) -> None:
    terminal = make()
    assert [(offer.left, offer.more) for offer in terminal.train().classes] == [(0, True)] * 2
    quote = terminal.quote(4)
    assert quote.places == (10, 11, 12, 13)
    sale = terminal.desk.pay(terminal.desk.hold(quote).sale_id)
    assert sale.stage == "issued" and len(sale.tickets) == 4
    terminal.live.leave()
    terminal.sync()
    assert leased(opened) == 16, "what was sold, and no more"


def test_the_last_free_place_of_the_system_can_be_had_anywhere(make: Made, opened: Context) -> None:
    terminal = make()
    take(opened, terminal.train().journey_id, SEATS - 1)
    assert terminal.sell(1).stage == "issued"
    with pytest.raises(NoPlaces, match="0 places left here, not 1"):
        terminal.quote(1)
    terminal.sync()
    assert leased(opened) == SEATS * 4


def test_what_is_in_hand_and_the_rest_of_the_pool_seat_a_party_together(make: Made, opened: Context) -> None:
    terminal = make()
    take(opened, terminal.train().journey_id, SEATS - 5)
    assert len(terminal.quote(3).places) == 3
    assert len(terminal.quote(5).places) == 5
    with pytest.raises(NoPlaces, match="5 places left here, not 6"):
        terminal.quote(6)
    terminal.live.leave()
    terminal.sync()
    assert leased(opened) == (SEATS - 5) * 4


def test_exactly_the_places_somebody_wants(make: Made, opened: Context) -> None:
    terminal, other = make(), make("K2")
    assert terminal.quote(2, (13, 27)).places == (13, 27)
    with pytest.raises(NoPlaces, match="place 4 is not free here"):
        other.quote(1, (13,))
    with pytest.raises(NoPlaces, match="is not free here"):
        other.quote(2, (12, 13))
    assert leased(opened) == 8, "all or none"
    assert other.quote(1, (12,)).places == (12,)


def test_when_the_line_is_down_everything_is_as_before(make: Made, link: Proxy, opened: Context) -> None:
    terminal = make()
    link.order("cut")
    with pytest.raises(NoPlaces, match="Second on T1 has 0 places left here, not 2; choose another class"):
        terminal.quote(2)  # the terminal does not know yet that the line is cut
    terminal.engine.run_once()
    assert not terminal.engine.state.online
    assert [(offer.left, offer.more) for offer in terminal.train().classes] == [(0, False)] * 2
    with pytest.raises(NoPlaces, match="0 places left here, not 2"):
        terminal.quote(2)
    assert leased(opened) == 0


def test_slow_is_as_good_as_silent_and_what_comes_late_goes_back(make: Made, link: Proxy, opened: Context) -> None:
    terminal = make(wait_s=0.05)
    link.order("delay_ms", n=400)
    with pytest.raises(NoPlaces, match="0 places left here, not 2"):
        terminal.quote(2)
    with pytest.raises(NoPlaces):
        terminal.quote(2)  # one question at a time: this one did not even leave
    terminal.live.leave()
    link.order("heal")
    terminal.live.close()
    terminal.sync()
    assert terminal.store.journal.head()[0] == 3, "enrolled, granted, given back"
    assert leased(opened) == 0


def test_a_lost_answer_comes_with_the_next_sync_and_goes_back(make: Made, link: Proxy, opened: Context) -> None:
    terminal = make()
    link.order("drop_replies")
    with pytest.raises(NoPlaces, match="0 places left here, not 3"):
        terminal.quote(3)
    assert leased(opened) == 12, "central has given them, the terminal does not know"
    terminal.live.leave()
    link.order("heal")
    terminal.sync()
    assert leased(opened) == 0
    assert terminal.store.free(terminal.train().journey_id) in (None, [], [0] * 4)


def test_a_lost_answer_asked_for_again_by_the_same_party_is_its_places(
    make: Made, link: Proxy, opened: Context
) -> None:
    terminal = make()
    link.order("drop_replies")
    with pytest.raises(NoPlaces):
        terminal.quote(3)
    link.order("heal")
    assert len(terminal.quote(3).places) == 3
    assert leased(opened) == 12


def test_who_walks_away_leaves_the_places_to_others(make: Made, opened: Context) -> None:
    terminal, other = make(), make("K2")
    sale = terminal.desk.hold(terminal.quote(SEATS // 4))
    with pytest.raises(NoPlaces):
        for _ in range(SEATS):
            other.sell(2)
    terminal.live.leave()
    assert terminal.store.free(terminal.train().journey_id) == [0] * 4, "they are in the cart"
    terminal.desk.free(sale.sale_id)
    terminal.live.leave()
    terminal.sync()
    other.sync()
    other.clock.forward(NONE_S)
    assert other.sell(2).stage == "issued"
    other.sync()
    assert leased(opened) % 8 == 0 and leased(opened) >= (SEATS - 4) * 4


def test_another_train_gives_the_places_of_the_first_one_back(make: Made, opened: Context) -> None:
    terminal = make()
    terminal.quote(4)
    assert terminal.sell(2, "T2").stage == "issued"
    terminal.sync()
    assert leased(opened) == 8


def test_a_train_without_a_single_place_left_is_sold_out_for_a_while(make: Made, opened: Context) -> None:
    terminal = make()
    take(opened, terminal.train().journey_id, SEATS)
    with pytest.raises(NoPlaces):
        terminal.quote(1)
    assert {offer.place_class: offer.more for offer in terminal.train().classes} == {"second": False, "first": True}
    assert all(offer.more for offer in terminal.train("T2").classes)
    terminal.clock.forward(NONE_S)
    assert all(offer.more for offer in terminal.train().classes)


def test_a_terminal_that_lost_itself_gives_them_back_by_its_clock(make: Made, opened: Context) -> None:
    terminal = make()
    terminal.quote(4)
    terminal.go_live(terminal.url)  # a new life of the program: nobody remembers the party
    terminal.sync()
    assert leased(opened) == 16
    terminal.clock.forward(3600)
    terminal.sync()
    assert leased(opened) == 0
