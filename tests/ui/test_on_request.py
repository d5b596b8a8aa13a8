"""Trains of which this terminal holds nothing, by tapping: places come from central while the link is up."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from PySide6.QtGui import QGuiApplication

from kiosk.domain.allotment import Block, Gid, Grant, SignedGrant
from kiosk.domain.errors import CentralRefused, CentralUnreachable
from kiosk.domain.offers import Traveller
from kiosk.domain.segments import choose_places
from kiosk.services.allotments import Allotments
from kiosk.services.live import Live
from sync.wire import AllotmentReply, HoldRequest
from tests.ui import network
from tests.ui.world import START, Session, World
from ui.viewmodels.rows import DepartureLine

KEY = Ed25519PrivateKey.from_private_bytes(bytes(31) + b"\1")
NINE = 9


class Pool:
    """Central's pool of every train: `places` in second class, those of the second coach; given once."""

    def __init__(self, places: int) -> None:
        self.left: dict[int, int] = {}
        self.asked: list[HoldRequest] = []
        self.away = False
        self.answer = threading.Event()
        self.answer.set()
        self._places = places
        book = network.catalogue()
        runs = {run.id: run for run in book.service_journeys}
        layouts = {layout.id: layout for layout in book.layouts}
        self._layouts = {each.id: layouts[runs[each.service_journey_id].layout_id] for each in book.journeys}

    def holds(self, request: HoldRequest) -> AllotmentReply:
        self.asked.append(request)
        assert self.answer.wait(20), "central was never let answer"
        if self.away:
            raise CentralUnreachable("no answer")
        layout = self._layouts[request.journey_id]
        second = [i for i in range(len(layout.places)) if layout.place_class_of(i) == request.place_class]
        pool = self.left.get(request.journey_id, sum(1 << i for i in second[: self._places]))
        chosen = choose_places([pool], layout, request.place_class, 0, 1, request.count)
        if not chosen:
            raise CentralRefused("no_places", "not so many are free")
        mask = sum(1 << place for place in chosen)
        self.left[request.journey_id] = pool & ~mask
        gid = Gid(1, 1000 + len(self.asked))
        blocks = (Block.of(request.from_call, request.to_call, mask),)
        body = msgspec.json.encode(Grant(gid, 14, 1, request.journey_id, blocks, int(START) + 1800, True))
        return AllotmentReply((SignedGrant(body.decode(), KEY.sign(b"KGRANT1" + body).hex()),), 1)


@pytest.fixture
def pool(world: World) -> Iterator[Pool]:
    pool = Pool(NINE)
    allotments = Allotments(world.store, 14, 1, 1, KEY.public_key(), world.clock)
    live = Live(pool, world.store, allotments, world.clock, lambda: world.health.online, wait_s=20)
    world.offers.live = live
    world.services = replace(world.services, leave=live.leave)
    yield pool
    pool.answer.set()
    live.close()


@pytest.fixture
def kiosk(screen_app: QGuiApplication, world: World, pool: Pool) -> Iterator[Session]:
    session = Session(world)
    yield session
    session.close()


def the_eight_o_clock(kiosk: Session) -> DepartureLine:
    """Nothing of it is in hand."""
    return next(row for row in kiosk.kiosk.sale.trip.departures.rows if row.departs == "08:00")


def choose_it(kiosk: Session) -> None:
    kiosk.tap("to-AOH")
    kiosk.stage("departures")
    kiosk.says("Seats on request")
    kiosk.tap(f"departure-{the_eight_o_clock(kiosk).key}")
    kiosk.stage("travellers")
    kiosk.says("On request")


def kinds(kiosk: Session) -> list[str]:
    records = kiosk.world.store.journal.records(0, 100_000)
    last = max(r.seq for r in records if r.kind == "GrantAccepted" and "live" not in r.body)
    return [r.kind for r in records if r.seq > last]


def test_a_train_that_is_not_in_hand_is_bought_to_the_end(kiosk: Session, pool: Pool) -> None:
    choose_it(kiosk)
    kiosk.tap("more-adult", "next")
    kiosk.stage("seats")
    kiosk.tap("next")
    kiosk.stage("summary")
    kiosk.tap("next")
    kiosk.stage("thanks")
    assert kiosk.world.paper.pages == 3
    assert [request.count for request in pool.asked] == [2]
    assert kinds(kiosk)[:2] == ["GrantAccepted", "PlacesHeld"], "on the disk before anything is sold of it"
    kiosk.tap("next")
    kiosk.stage("attract")
    assert "CellsReleased" not in kinds(kiosk)


def test_who_walks_away_gives_the_places_back(kiosk: Session, pool: Pool) -> None:
    choose_it(kiosk)
    kiosk.tap("next")
    kiosk.stage("seats")
    kiosk.tap("cancel")
    kiosk.stage("attract")
    kiosk.driver.wait_until(lambda: kinds(kiosk) == ["GrantAccepted", "CellsReleased"], "the places to go back")


def test_who_walks_away_from_the_reader_gives_them_back_too(kiosk: Session, pool: Pool) -> None:
    kiosk.world.acquirer.moods = ["decline"]
    choose_it(kiosk)
    kiosk.tap("next")
    kiosk.stage("seats")
    kiosk.tap("next")
    kiosk.stage("summary")
    kiosk.tap("next")
    kiosk.says("The card was declined. No money was taken.")
    kiosk.tap("cancel")
    kiosk.stage("attract")
    kiosk.driver.wait_until(lambda: kinds(kiosk)[-2:] == ["PlacesFreed", "CellsReleased"], "the places to go back")


def test_the_passenger_is_told_that_central_is_asked_and_what_it_said(kiosk: Session, pool: Pool) -> None:
    pool.left = dict.fromkeys((journey.id for journey in network.catalogue().journeys), 0)
    pool.answer.clear()
    choose_it(kiosk)
    kiosk.tap("next")
    kiosk.says("Asking for seats. One moment, please.")
    pool.answer.set()
    kiosk.says("These places are not free any more. Please choose again.")
    kiosk.stage("travellers")
    kiosk.tap("back", "back", "to-AOH")
    kiosk.stage("departures")
    kiosk.says("Seats on request")
    kiosk.tap(f"departure-{the_eight_o_clock(kiosk).key}")
    kiosk.stage("travellers")
    classes = {row.title: (row.leftText, row.available) for row in kiosk.kiosk.sale.party.classes.rows}
    assert classes["Second class"] == ("Sold out", False), "central was asked a moment ago"
    assert classes["First class"] == ("On request", True)


def test_a_line_that_breaks_then_leaves_the_passenger_where_the_choice_can_be_changed(
    kiosk: Session, pool: Pool
) -> None:
    pool.away = True
    choose_it(kiosk)
    kiosk.tap("next")
    kiosk.says("These places are not free any more. Please choose again.")
    kiosk.stage("travellers")
    kiosk.tap("back")
    kiosk.stage("departures")


def test_without_a_link_it_is_sold_out_as_ever(kiosk: Session, pool: Pool) -> None:
    kiosk.world.health = replace(kiosk.world.health, online=False)
    kiosk.tap("to-AOH")
    kiosk.stage("departures")
    kiosk.says("Sold out")
    assert not the_eight_o_clock(kiosk).available
    assert pool.asked == []


def three_left(kiosk: Session) -> DepartureLine:
    """Three seats of it are in hand, side by side."""
    kiosk.tap("to-AOH")
    kiosk.stage("departures")
    kiosk.says("3 left")
    return next(row for row in kiosk.kiosk.sale.trip.departures.rows if row.leftText == "3 left")


def seats_for(kiosk: Session, more: int) -> tuple[int, ...]:
    kiosk.tap(*["more-adult"] * more, "next")
    kiosk.stage("seats")
    quote = kiosk.kiosk.sale._choice.quote
    assert quote is not None and len(quote.places) == 1 + more
    return quote.places


def test_a_party_larger_than_what_is_in_hand_sits_together(kiosk: Session, pool: Pool) -> None:
    kiosk.tap(f"departure-{three_left(kiosk).key}")
    places = seats_for(kiosk, 4)
    assert [request.count for request in pool.asked] == [5]
    assert places == tuple(range(places[0], places[0] + 5))
    kiosk.tap("cancel")
    kiosk.driver.wait_until(lambda: kinds(kiosk) == ["GrantAccepted", "CellsReleased"], "the places to go back")


def test_central_is_not_asked_when_what_is_in_hand_will_do(kiosk: Session, pool: Pool) -> None:
    kiosk.tap(f"departure-{three_left(kiosk).key}")
    seats_for(kiosk, 2)
    assert pool.asked == []


def test_two_who_could_not_sit_together_do(kiosk: Session, pool: Pool) -> None:
    row = three_left(kiosk)
    train = next(each for each in kiosk.kiosk.sale._choice.departures if f"{each.journey_id}-0" == row.key)
    world = kiosk.world
    second = next(offer for offer in train.classes if offer.place_class == "second")
    free = world.offers.free(train.journey_id, train.from_call, train.to_call)
    seats = [place for place in range(free.bit_length()) if free >> place & 1]
    taken = (seats[1],)
    world.desk.hold(world.offers.quote(train, second, [Traveller("adult", len(taken))], taken))
    kiosk.tap(f"departure-{row.key}")
    places = seats_for(kiosk, 1)
    assert [request.count for request in pool.asked] == [2]
    assert not set(places) & set(seats) and places[1] == places[0] + 1


def test_in_chinese_too(kiosk: Session) -> None:
    kiosk.tap("language", "use-zh-Hans", "to-AOH")
    kiosk.stage("departures")
    kiosk.says("可查询余票")
