"""Departures of a calendar day, the board, popular destinations, events: on a network small enough to know by heart."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import pytest

from kiosk.domain.catalogue import Catalogue
from kiosk.domain.network import Call, Journey, ServiceJourney
from kiosk.services.offers import Offers
from kiosk.services.search import Search
from kiosk.store.catalogue import CatalogueStore
from tests.small_catalogue import small_catalogue

BERLIN = ZoneInfo("Europe/Berlin")
FRIDAY, SATURDAY, SUNDAY, MONDAY = "2026-10-23", "2026-10-24", "2026-10-25", "2026-10-26"
ALL = (1 << 10) - 1


def at(text: str, zone: ZoneInfo = BERLIN) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=zone).timestamp()


class Holdings(dict[int, list[int]]):
    """What the terminal holds, as a value."""

    def free(self, journey_id: int) -> list[int] | None:
        return self.get(journey_id)


class Now:
    def __init__(self, time: float) -> None:
        self.time = time

    def now(self) -> float:
        return self.time

    def monotonic(self) -> float:
        return self.time


class Shop:
    """A store with a catalogue, and search over it."""

    def __init__(self, folder: Path, catalogue: Catalogue) -> None:
        self.store = CatalogueStore(folder, bytes(32))
        self.store.replace(catalogue, "1")
        self.held = Holdings()
        self.clock = Now(at("2026-10-23 06:00"))
        self.offers = Offers(self.store, self.held, self.clock, cut_off_s=60)
        self.search = Search(self.store, self.offers, self.clock)

    def found(
        self, origin: str, destination: str, day: str, now: str = "2026-10-23 00:00"
    ) -> list[tuple[str, str, str]]:
        departures = self.search.departures(origin, destination, day, at(now))
        return [(each.service_journey_id, each.departs, each.arrives) for each in departures]


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    shop = Shop(tmp_path, small_catalogue())
    yield shop
    shop.store.close()


def test_departures_are_sorted_and_hold_what_a_screen_shows(shop: Shop) -> None:
    assert shop.found("a", "e", SATURDAY) == [
        ("t1", "08:00", "11:59"),
        ("t2", "12:00", "13:59"),
        ("night", "23:00", "01:59"),
    ]
    first = shop.search.departures("a", "e", SATURDAY, at("2026-10-23 00:00"))[0]
    assert (first.number, first.line_name, first.headsign, first.mode) == ("IC 1", "InterCity", "Emden", 2)
    assert (first.from_call, first.to_call, first.stops_between, first.platform) == (0, 4, 3, "1")
    assert (first.journey_id, first.operating_day, first.layout_id) == (201, SATURDAY, "train")
    assert first.departs_at == at("2026-10-24 08:00")
    assert first.duration_s == first.arrives_at - first.departs_at == 3 * 3600 + 59 * 60
    assert (first.origin.name, first.destination.name) == ("Altdorf", "Emden")


def test_a_train_after_midnight_is_found_on_the_date_it_leaves(shop: Shop) -> None:
    """`night` of Friday leaves c at 24:30 of the service day: a passenger looks for it on Saturday."""
    found = shop.search.departures("c", "e", SATURDAY, at("2026-10-23 00:00"))
    night = next(each for each in found if each.service_journey_id == "night")
    assert (night.operating_day, night.journey_id) == (FRIDAY, 103)
    assert night.departs_at == at("2026-10-24 00:30")
    assert [each[0] for each in shop.found("c", "e", FRIDAY)] == ["t1", "t2"]  # none from before the window


def test_the_day_the_clock_goes_back_keeps_the_service_days_time(shop: Shop) -> None:
    """2026-10-25 has 25 hours. Times count from noon minus 12 h, which is 01:00 on that day."""
    sunday = {name: (departs, arrives) for name, departs, arrives in shop.found("a", "e", SUNDAY)}
    assert sunday["t1"] == ("08:00", "11:59")
    night = [each for each in shop.search.departures("c", "e", SUNDAY, at("2026-10-23 00:00")) if each.number == "NJ 9"]
    # Saturday's night train: 24:30 of Saturday is 00:30 summer time on Sunday, 26:00 is 02:00 the first time
    assert [(each.departs, each.departs_at) for each in night] == [("00:30", at("2026-10-25 00:30"))]
    assert night[0].arrives_at - night[0].departs_at == 3600 + 29 * 60
    monday = [
        each for each in shop.search.departures("c", "e", MONDAY, at("2026-10-23 00:00")) if each.number == "NJ 9"
    ]
    assert [each.departs for each in monday] == ["00:30"]


def test_every_departure_is_found_on_exactly_one_calendar_day(shop: Shop) -> None:
    days = ["2026-10-22", *shop.search.days(), "2026-10-28"]
    found = [each for day in days for each in shop.search.departures("c", "e", day, 0)]
    assert len({(each.journey_id, each.from_call) for each in found}) == len(found) == 5 * 3
    for each in found:
        assert any(
            each in shop.search.departures("c", "e", day, 0) for day in days if day == local_date(each.departs_at)
        )


def local_date(instant: int) -> str:
    return datetime.fromtimestamp(instant, BERLIN).date().isoformat()


def test_what_has_left_or_is_about_to_is_not_sold(shop: Shop) -> None:
    assert [each[0] for each in shop.found("a", "e", FRIDAY, "2026-10-23 07:58")] == ["t1", "t2", "night"]
    assert [each[0] for each in shop.found("a", "e", FRIDAY, "2026-10-23 07:59")] == ["t2", "night"]
    assert shop.found("a", "e", FRIDAY, "2026-10-24 00:00") == []


def test_boarding_and_alighting_rights_are_kept(shop: Shop) -> None:
    assert ("flags", "10:00", "10:15") in shop.found("a", "d", SATURDAY)
    assert "flags" not in [each[0] for each in shop.found("b", "d", SATURDAY)]  # no boarding at b
    assert "flags" not in [each[0] for each in shop.found("a", "c", SATURDAY)]  # no alighting at c
    assert "flags" in [each[0] for each in shop.found("a", "b", SATURDAY)]


def test_a_loop_gives_each_ride_without_a_detour(shop: Shop) -> None:
    loop = [each for each in shop.search.departures("b", "c", SATURDAY, 0) if each.service_journey_id == "loop"]
    assert [(each.from_call, each.to_call, each.departs) for each in loop] == [(0, 1, "09:00"), (3, 4, "09:30")]
    back = [each for each in shop.search.departures("d", "c", SATURDAY, 0) if each.service_journey_id == "loop"]
    assert [(each.from_call, each.to_call) for each in back] == [(2, 4)]
    round_trip = shop.search.departures("b", "b", SATURDAY, 0)
    assert round_trip == []


def test_unknown_places_and_days_have_no_departures(shop: Shop) -> None:
    assert shop.found("a", "nowhere", SATURDAY) == []
    assert shop.found("e", "a", SATURDAY) == []  # nothing runs back
    assert shop.found("a", "e", "2027-01-01") == []


def test_places_left_are_those_in_hand_for_the_whole_ride(shop: Shop) -> None:
    journey = 201  # t1 on Saturday, 4 segments; places 0-1 first class, 2-9 second
    shop.held[journey] = [ALL, ALL & ~0b1000, ALL & ~0b1, ALL]

    def left(origin: str, destination: str) -> dict[str, int | None]:
        departure = shop.search.departures(origin, destination, SATURDAY, 0)[0]
        assert departure.journey_id == journey
        return {offer.place_class: offer.left for offer in departure.classes}

    assert left("a", "b") == {"second": 8, "first": 2}
    assert left("a", "c") == {"second": 7, "first": 2}
    assert left("a", "e") == {"second": 7, "first": 1}
    assert left("d", "e") == {"second": 8, "first": 2}
    shop.held.clear()
    assert left("a", "e") == {"second": 0, "first": 0}
    departure = shop.search.departures("a", "e", SATURDAY, 0)[0]
    assert (departure.left, departure.price_from_minor) == (0, 3000)


def test_unreserved_lines_have_no_limit_and_one_offer_for_each_product(shop: Shop) -> None:
    bus = next(each for each in shop.search.departures("a", "d", SATURDAY, 0) if each.service_journey_id == "flags")
    assert [(offer.product_id, offer.adult_minor, offer.left) for offer in bus.classes] == [
        ("single", 300, None),
        ("day", 900, None),
    ]
    assert bus.left is None


def test_a_ride_without_a_fare_has_no_offers(shop: Shop) -> None:
    same_zone = next(
        each for each in shop.search.departures("c", "d", SATURDAY, 0) if each.service_journey_id == "loop"
    )
    assert same_zone.classes == ()
    assert same_zone.price_from_minor is None


def test_the_board_shows_the_next_departures_to_the_end_of_their_run(shop: Shop) -> None:
    board = shop.search.board("a", at("2026-10-23 09:00"), 4)
    assert [(each.service_journey_id, each.departs, each.destination.id) for each in board] == [
        ("flags", "10:00", "d"),
        ("t2", "12:00", "e"),
        ("night", "23:00", "e"),
        ("t1", "08:00", "e"),
    ]
    assert [each.operating_day for each in board] == [FRIDAY, FRIDAY, FRIDAY, SATURDAY]
    assert board[1].arrives == "13:59"
    assert shop.search.board("nowhere", 0) == []


def test_popular_destinations_start_with_what_was_sold_here(shop: Shop) -> None:
    before = shop.search.popular("a", 4)
    assert before[0].stop_place.id == "e"  # most trains, and they end there
    assert (before[0].fastest_s, before[0].price_from_minor, before[0].currency) == (7140, 3000, "EUR")
    assert "a" not in [each.stop_place.id for each in before]
    shop.store.note_sale("a", "b")
    assert shop.search.popular("a", 4)[0].stop_place.id == "b"
    assert len(shop.search.popular("a", 2)) == 2
    assert shop.search.popular("e", 4) == []


def test_days_on_sale_start_today(shop: Shop) -> None:
    assert shop.search.days() == ["2026-10-23", "2026-10-24", "2026-10-25", "2026-10-26", "2026-10-27"]
    shop.clock.time = at("2026-10-25 23:59")
    assert shop.search.days() == ["2026-10-25", "2026-10-26", "2026-10-27"]
    shop.clock.time = at("2026-10-26 00:00")
    assert shop.search.days()[0] == "2026-10-26"


def test_events_are_departures_of_a_hall(shop: Shop) -> None:
    events = shop.search.events(at("2026-10-25 19:00"))
    assert [(each.operating_day, each.departs, each.headsign) for each in events] == [
        ("2026-10-25", "20:00", "Night of Strings"),
        ("2026-10-26", "20:00", "Night of Strings"),
        ("2026-10-27", "20:00", "Night of Strings"),
    ]
    assert [(offer.place_class, offer.adult_minor) for offer in events[0].classes] == [("standing", 2500)]
    assert shop.search.departures("hall", "hall", "2026-10-25", at("2026-10-25 19:00")) == events[:1]


def test_stations_are_found_and_follow_a_new_catalogue(shop: Shop) -> None:
    assert [hit.stop_place.id for hit in shop.search.stations("berg", 5)] == ["b"]
    renamed = tuple(
        msgspec.structs.replace(each, name="Bad Neustadt") if each.id == "b" else each
        for each in small_catalogue().stop_places
    )
    shop.store.replace(small_catalogue(version=2, stop_places=renamed), "2")
    assert shop.search.stations("berg", 5) == []
    assert [hit.stop_place.id for hit in shop.search.stations("neu", 5)] == ["b"]


def test_a_stop_in_another_zone_is_searched_by_its_own_date(tmp_path: Path) -> None:
    """Moscow is two hours ahead of Berlin in winter: 23:00 there is 21:00 on the service day's clock."""
    base = small_catalogue()
    stops = tuple(
        msgspec.structs.replace(each, timezone="Europe/Moscow") if each.id == "c" else each for each in base.stop_places
    )
    runs = (
        ServiceJourney(
            "far", "rail", "D 1", "Emden", (Call("c", "", 0, 23 * 3600), Call("e", "", 30 * 3600, 30 * 3600)), "train"
        ),
    )
    journeys = (Journey(1, "far", "2026-11-04"),)
    shop = Shop(tmp_path, msgspec.structs.replace(base, stop_places=stops, service_journeys=runs, journeys=journeys))
    try:
        assert shop.found("c", "e", "2026-11-04") == []
        assert shop.found("c", "e", "2026-11-05") == [("far", "01:00", "06:00")]
    finally:
        shop.store.close()


def test_without_a_catalogue_nothing_is_found(tmp_path: Path) -> None:
    store = CatalogueStore(tmp_path, bytes(32))
    clock = Now(0.0)
    search = Search(store, Offers(store, Holdings(), clock), clock)
    assert search.departures("a", "b", FRIDAY, 0) == []
    assert (
        search.board("a", 0) == search.events(0) == search.popular("a") == search.stations("a") == search.days() == []
    )
    store.close()
