"""What a terminal does with each answer to "are there places": taken over, given back, asked again, or none."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.domain.allotment import Block, Gid, Grant, SignedGrant
from kiosk.domain.errors import CentralRefused
from kiosk.domain.events import EpochAdopted, PlacesFreed, PlacesHeld
from kiosk.domain.items import SaleItem
from kiosk.domain.network import StopPlace
from kiosk.domain.offers import Departure
from kiosk.services.allotments import Allotments
from kiosk.services.live import Live
from kiosk.store.store import Store
from sync.wire import AllotmentReply, HoldRequest
from tests.conftest import SettableClock

KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))
TRAIN = 101
Says = Callable[[HoldRequest], AllotmentReply]


def departure(journey_id: int = TRAIN) -> Departure:
    here, there = StopPlace("s0", "Here"), StopPlace("s4", "There")
    names = ("T", "2026-09-22", "Rail", "T1", "There")
    return Departure(journey_id, *names, 2, 0, 4, here, there, "", 0, 0, "08:00", "09:00", 3600, 3, "train", ())


def grant(
    n: int, *, epoch: int = 1, journey_id: int = TRAIN, mask: int = 0b11, key: Ed25519PrivateKey = KEY
) -> SignedGrant:
    blocks = (Block.of(0, 4, mask),)
    body = msgspec.json.encode(Grant(Gid(epoch, n), 14, 1, journey_id, blocks, 1 << 40, True))
    return SignedGrant(body.decode(), key.sign(b"KGRANT1" + body).hex())


class Central:
    """Says what the test has put down for each question, in order."""

    def __init__(self) -> None:
        self.asked: list[HoldRequest] = []
        self.says: list[Says] = []

    def holds(self, request: HoldRequest) -> AllotmentReply:
        self.asked.append(request)
        return self.says[len(self.asked) - 1](request)

    def gives(self, *grants: SignedGrant, epoch: int = 1) -> None:
        self.says.append(lambda request: AllotmentReply(grants, epoch))


class Seller:
    """A terminal's store and what asks for it."""

    def __init__(self, store: Store, clock: SettableClock) -> None:
        self.store, self.central, self.online, self.told = store, Central(), True, 0
        self.allotments = Allotments(store, 14, 1, 1, KEY.public_key(), clock)
        self.live = Live(self.central, store, self.allotments, clock, lambda: self.online, self._told, wait_s=20)

    def _told(self) -> None:
        self.told += 1

    def fetch(self, journey_id: int = TRAIN) -> bool:
        return self.live.fetch(departure(journey_id), "second", 2)

    def free(self, journey_id: int = TRAIN) -> int:
        return min(self.store.free(journey_id) or [0])

    def facts(self) -> list[str]:
        return [record.kind for record in self.store.journal.records(0, 100)]


@pytest.fixture
def seller(terminal_store: Store, clock: SettableClock) -> Iterator[Seller]:
    seller = Seller(terminal_store, clock)
    yield seller
    seller.live.close()


def test_a_grant_is_taken_and_goes_back_when_the_party_has_gone(seller: Seller) -> None:
    seller.central.gives(grant(7))
    assert seller.fetch()
    assert (seller.free(), seller.facts(), seller.told) == (0b11, ["GrantAccepted"], 0)
    seller.live.leave()
    assert (seller.free(), seller.facts(), seller.told) == (0, ["GrantAccepted", "CellsReleased"], 1)
    seller.live.leave()
    assert len(seller.facts()) == 2, "once"


def test_places_in_a_cart_go_back_when_their_sale_is_over(seller: Seller) -> None:
    seller.central.gives(grant(7))
    assert seller.fetch()
    item = SaleItem(TRAIN, 0, 4, 0, ((Gid(1, 7), 0, 4),), "second", "second", "adult", 1250)
    seller.store.journal.append(PlacesHeld(sale_id="a", items=(item,), currency="EUR"))
    seller.live.leave()
    assert (seller.free(), seller.facts()[-1]) == (0, "CellsReleased"), "the other place has gone back"
    seller.store.journal.append(PlacesFreed(sale_id="a", reason="cancelled"))
    assert seller.free() == 0b01
    seller.live.leave()
    assert (seller.free(), seller.facts().count("CellsReleased")) == (0, 2)


def test_without_a_link_central_is_not_asked(seller: Seller) -> None:
    seller.online = False
    assert not seller.fetch()
    assert seller.central.asked == []


def test_an_old_central_is_no_central(seller: Seller) -> None:
    seller.store.journal.append(EpochAdopted(epoch=2))
    seller.central.gives(grant(7), epoch=1)
    assert not seller.fetch()
    assert seller.facts() == ["EpochAdopted"]


def test_a_new_epoch_is_adopted_before_what_it_gives(seller: Seller) -> None:
    seller.central.gives(grant(7, epoch=3), epoch=3)
    assert seller.fetch()
    assert seller.facts() == ["EpochAdopted", "GrantAccepted"]


def test_what_central_did_not_sign_is_not_taken(seller: Seller) -> None:
    seller.central.gives(grant(7, key=Ed25519PrivateKey.from_private_bytes(bytes(31) + b"\7")))
    assert not seller.fetch()
    assert seller.facts() == []


def test_records_sent_while_the_question_was_on_its_way_are_no_copied_disk(seller: Seller) -> None:
    def behind(request: HoldRequest) -> AllotmentReply:
        if len(seller.central.asked) == 1:
            seller.store.journal.append(EpochAdopted(epoch=1))  # and the engine has sent it
        raise CentralRefused("behind", "central has more records")

    seller.central.says = [behind, lambda request: AllotmentReply((grant(7),), 1)]
    assert seller.fetch()
    assert [request.head for request in seller.central.asked] == [0, 1]


def test_a_copied_disk_is_told_once(seller: Seller) -> None:
    def behind(request: HoldRequest) -> AllotmentReply:
        raise CentralRefused("behind", "central has more records")

    seller.central.says = [behind]
    assert not seller.fetch()
    assert len(seller.central.asked) == 1


def test_one_question_at_a_time_and_a_late_answer_goes_back(terminal_store: Store, clock: SettableClock) -> None:
    seller = Seller(terminal_store, clock)
    seller.live = Live(seller.central, seller.store, seller.allotments, clock, lambda: True, wait_s=0.01)
    go_on = threading.Event()

    def slow(request: HoldRequest) -> AllotmentReply:
        assert go_on.wait(20)
        return AllotmentReply((grant(7),), 1)

    seller.central.says = [slow]
    assert not seller.fetch()
    assert not seller.fetch(), "the first one is still on its way"
    assert len(seller.central.asked) == 1
    seller.live.leave()
    go_on.set()
    seller.live.close()
    assert (seller.free(), seller.facts()) == (0, ["GrantAccepted", "CellsReleased"])


def test_a_late_answer_is_its_partys_while_that_is_here(terminal_store: Store, clock: SettableClock) -> None:
    seller = Seller(terminal_store, clock)
    seller.live = Live(seller.central, seller.store, seller.allotments, clock, lambda: True, wait_s=0.01)
    go_on = threading.Event()

    def slow(request: HoldRequest) -> AllotmentReply:
        assert go_on.wait(20)
        return AllotmentReply((grant(7),), 1)

    seller.central.says = [slow]
    assert not seller.fetch()
    go_on.set()
    seller.live.close()
    assert seller.free() == 0b11
    seller.live.leave()
    assert seller.free() == 0


def test_a_lease_that_comes_with_it_stays(seller: Seller) -> None:
    body = msgspec.json.encode(Grant(Gid(1, 6), 14, 1, TRAIN, (Block.of(0, 4, 0b1100),), 1 << 40))
    lease = SignedGrant(body.decode(), KEY.sign(b"KGRANT1" + body).hex())
    seller.central.gives(lease, grant(7))
    assert seller.fetch()
    seller.live.leave()
    assert seller.free() == 0b1100


def test_the_next_train_lets_the_first_one_go(seller: Seller) -> None:
    seller.central.gives(grant(7))
    seller.central.gives(grant(8, journey_id=102))
    assert seller.fetch() and seller.fetch(102)
    assert (seller.free(), seller.free(102)) == (0, 0b11)


def test_who_asks_again_at_once_is_asked_for(seller: Seller, monkeypatch: pytest.MonkeyPatch) -> None:
    """The answer is there before its thread has ended: nobody is told "silent" for that."""
    run, over = seller.live._run, threading.Event()

    def slow_to_end(*question: Any) -> None:
        run(*question)
        over.wait(20)

    monkeypatch.setattr(seller.live, "_run", slow_to_end)
    seller.central.gives(grant(7))
    seller.central.gives(grant(8))
    assert seller.fetch()
    assert seller.fetch()
    over.set()
