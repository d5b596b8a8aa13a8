"""What a terminal asks central for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.services.offers import Offers
from kiosk.services.wants import WantPolicy
from kiosk.store.catalogue import CatalogueStore
from sync.wire import Want
from tests.conftest import SettableClock
from tests.small_catalogue import small_catalogue

FRIDAY_0700 = 1_792_731_600.0  # 2026-10-23 07:00 in Berlin
ALL = (1 << 10) - 1


class Terminal:
    def __init__(self, folder: Path) -> None:
        self.time = FRIDAY_0700
        self.held: dict[int, list[int]] = {}
        self.store = CatalogueStore(folder, bytes(32))
        self.store.replace(small_catalogue(), "1")

    def now(self) -> float:
        return self.time

    def monotonic(self) -> float:
        return self.time

    def free(self, journey_id: int) -> list[int] | None:
        return self.held.get(journey_id)

    def wants(self, stop_place: str, **policy: float) -> tuple[Want, ...]:
        offers = Offers(self.store, self, self)
        return WantPolicy(self.store, offers, self, stop_place, **policy).wants()  # type: ignore[arg-type]


class NothingHeld:
    def free(self, journey_id: int) -> list[int] | None:
        return None


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    terminal = Terminal(tmp_path)
    yield terminal
    terminal.store.close()


def test_every_class_of_every_departure_from_here_to_the_end_nearest_first(terminal: Terminal) -> None:
    wants = terminal.wants("c", least=4)
    assert wants[:4] == (
        Want(101, "first", 2, 4, 0, 2),
        Want(101, "second", 2, 4, 0, 4),
        Want(102, "first", 1, 2, 0, 2),
        Want(102, "second", 1, 2, 0, 4),
    )
    # the bus is unreserved; the hall (6) is elsewhere, but its evenings are sold everywhere
    assert {want.journey_id % 100 for want in wants} == {1, 2, 3, 6}
    assert len([want for want in wants if want.journey_id % 100 != 6]) == 5 * 3 * 2


def test_what_has_left_is_not_wanted(terminal: Terminal) -> None:
    terminal.time += 3600  # 08:00: t1 has left a, not c
    assert 101 not in {want.journey_id for want in terminal.wants("a")}
    assert 101 in {want.journey_id for want in terminal.wants("c")}
    terminal.time += 17 * 3600 - 1  # 00:59 of the next day: Friday's night train left c at 00:30
    assert 103 not in {want.journey_id for want in terminal.wants("c")}


def test_enough_in_hand_is_not_asked_for_again(terminal: Terminal) -> None:
    terminal.held[101] = [ALL] * 4
    assert 101 not in {want.journey_id for want in terminal.wants("a")}
    terminal.held[101] = [ALL, ALL, 0b11, ALL]  # nothing of second class goes all the way
    assert [want for want in terminal.wants("a") if want.journey_id == 101] == [Want(101, "second", 0, 4, 0, 8)]
    terminal.held[101] = [ALL & ~0b1100] * 4  # six of eight are three quarters
    assert 101 not in {want.journey_id for want in terminal.wants("a")}
    terminal.held[101] = [ALL & ~0b11100] * 4
    assert [want for want in terminal.wants("a") if want.journey_id == 101] == [Want(101, "second", 0, 4, 5, 8)]


def test_a_terminal_without_a_station_wants_whole_runs_and_the_hall(terminal: Terminal) -> None:
    wants = terminal.wants("")
    assert {want.journey_id % 100 for want in wants} == {1, 2, 3, 6}
    assert Want(106, "standing", 0, 1, 0, 5) in wants
    assert all(want.from_call == 0 for want in wants)


def test_without_a_catalogue_nothing_is_wanted(tmp_path: Path) -> None:
    store = CatalogueStore(tmp_path, bytes(32))
    clock = SettableClock()
    assert WantPolicy(store, Offers(store, NothingHeld(), clock), clock).wants() == ()
    store.close()


def test_what_was_answered_is_asked_again_when_places_were_sold_or_after_a_while(terminal: Terminal) -> None:
    policy = WantPolicy(terminal.store, Offers(terminal.store, terminal, terminal), terminal, "a")  # type: ignore[arg-type]

    def wanted() -> list[Want]:
        return [want for want in policy.wants() if want.journey_id == 101 and want.place_class == "second"]

    first = wanted()
    assert len(first) == 1
    policy.asked(first)
    assert wanted() == []
    terminal.held[101] = [0b11100] * 4  # fewer than it would like came
    assert wanted() == []
    terminal.held[101] = [0b01100] * 4
    assert [want.free_in_hand for want in wanted()] == [2]
    policy.asked(wanted())
    terminal.time += 301  # less than a day to the departure
    assert len(wanted()) == 1
    policy.asked(wanted())
    terminal.time -= 4000  # a clock that was put right
    assert len(wanted()) == 1


def test_places_of_a_class(terminal: Terminal) -> None:
    policy = WantPolicy(terminal.store, Offers(terminal.store, terminal, terminal), terminal, "a")  # type: ignore[arg-type]
    assert policy.places_of(101, "first") | policy.places_of(101, "second") == ALL
    assert policy.places_of(101, "first").bit_count() == 2
    assert policy.places_of(101, "third") == 0
    assert policy.places_of(999_999, "second") == -1
