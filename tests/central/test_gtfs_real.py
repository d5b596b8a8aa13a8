"""Real feeds against an independent count of their files and against published prices."""

from __future__ import annotations

import csv
import io
import zipfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from itertools import combinations
from pathlib import Path

import pytest
from msgspec.structs import replace

from central.catalogue.feed import Feed
from central.catalogue.gtfs import read_feed
from kiosk.domain.fares import FareOption, Pricer
from kiosk.domain.network import Line, StopPlace

THSR = "thsr-taiwan-hsr-2016-faresv1"
BART = "bart-2023-faresv1"
HYDERABAD = "hyderabad-metro-2026-faresv1"
TRANSCOLLINES = "transcollines-2026-faresv2"
TODAY = {
    THSR: date(2016, 6, 1),
    BART: date(2023, 3, 1),
    HYDERABAD: date(2026, 11, 23),
    TRANSCOLLINES: date(2026, 4, 20),
}
SHIFTED = date(2031, 2, 5)

pytestmark = pytest.mark.data


class Raw:
    """The tables of a zip by the standard library alone."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def rows(self, name: str) -> Iterator[dict[str, str]]:
        with zipfile.ZipFile(self.path) as opened, opened.open(f"{name}.txt") as file:
            yield from csv.DictReader(io.TextIOWrapper(file, "utf-8-sig"))

    def runs(self, when: date) -> set[str]:
        """service_ids on a day."""
        day, weekday = when.strftime("%Y%m%d"), when.strftime("%A").lower()
        found = {
            row["service_id"]
            for row in self.rows("calendar")
            if row[weekday] == "1" and row["start_date"] <= day <= row["end_date"]
        }
        with zipfile.ZipFile(self.path) as opened:
            exceptions = "calendar_dates.txt" in opened.namelist()
        for row in self.rows("calendar_dates") if exceptions else ():
            if row["date"] == day:
                (found.add if row["exception_type"] == "1" else found.discard)(row["service_id"])
        return found


@lru_cache
def feed_of(path: Path, today: date | None) -> Feed:
    return read_feed(path, today=today) if today else read_feed(path, shift_to=SHIFTED)


@pytest.fixture(params=list(TODAY))
def named(request: pytest.FixtureRequest, data: Path) -> tuple[Raw, Feed, date]:
    path = data / "gtfs" / f"{request.param}.zip"
    today = TODAY[request.param]
    return Raw(path), feed_of(path, today), today


def test_every_running_trip_is_there_with_all_its_calls(named: tuple[Raw, Feed, date]) -> None:
    raw, feed, today = named
    one_way = ["the same fares hold for the way back"] if feed.name == THSR else []
    assert [each.consequence for each in feed.report.findings] == one_way, feed.report.text()
    calls = Counter(row["trip_id"] for row in raw.rows("stop_times"))
    running = {each.id for each in feed.service_journeys}
    service_of = {row["trip_id"]: row["service_id"] for row in raw.rows("trips")}
    assert {each.id: len(each.calls) for each in feed.service_journeys} == {
        trip_id: calls[trip_id] for trip_id in running
    }
    for offset in range(14):
        when = today + timedelta(days=offset)
        services = raw.runs(when)
        expected = {trip_id for trip_id, service in service_of.items() if service in services}
        assert {trip_id for trip_id, days in feed.days.items() if when.isoformat() in days} == expected


def test_times_and_stops_are_those_of_the_file(named: tuple[Raw, Feed, date]) -> None:
    raw, feed, _ = named
    parent = {row["stop_id"]: row.get("parent_station") or row["stop_id"] for row in raw.rows("stops")}
    rows: dict[str, list[dict[str, str]]] = defaultdict(list)
    sample = {each.id: each for each in feed.service_journeys[:: max(1, len(feed.service_journeys) // 40)]}
    for row in raw.rows("stop_times"):
        if row["trip_id"] in sample:
            rows[row["trip_id"]].append(row)
    for trip_id, journey in sample.items():
        ordered = sorted(rows[trip_id], key=lambda row: int(row["stop_sequence"]))
        assert [call.stop_place_id for call in journey.calls] == [parent[row["stop_id"].strip()] for row in ordered]
        for call, row in zip(journey.calls, ordered, strict=True):
            if row["departure_time"].strip():
                hours, minutes, seconds = map(int, row["departure_time"].split(":"))
                assert call.departure_s == hours * 3600 + minutes * 60 + seconds


def test_played_now_every_day_has_a_service_of_its_weekday(named: tuple[Raw, Feed, date]) -> None:
    raw, regular, today = named
    feed = feed_of(raw.path, None)
    load = Counter(day for days in feed.days.values() for day in days)
    usual = Counter(day for days in regular.days.values() for day in days)
    for offset in range(28):
        when = SHIFTED + timedelta(days=offset)
        same_weekday = [
            usual[(today + timedelta(days=n)).isoformat()]
            for n in range(60)
            if (today + timedelta(days=n)).weekday() == when.weekday()
        ]
        assert 0 < load[when.isoformat()] <= 2 * max(same_weekday)


Stop = tuple[str, str]  # stop place and quay
Ask = Callable[[Stop, Stop], tuple[FareOption, ...]]


def asking(feed: Feed, operating_day: str = "2026-11-23", at_s: int = 12 * 3600) -> Ask:
    """What can be bought between two stops, on the first line between them; a quay's own zone and areas count."""
    pricer = Pricer(feed.tariff)
    places = {place.id: place for place in feed.stop_places}
    quays = {quay.id: quay for quay in feed.quays}
    lines = {line.id: line for line in feed.lines}
    between: dict[tuple[str, str], Line] = {}
    for journey in feed.service_journeys:
        for here, there in combinations(journey.calls, 2):
            between.setdefault((here.stop_place_id, there.stop_place_id), lines[journey.line_id])

    def at(stop: Stop) -> StopPlace:
        place = places[stop[0]]
        quay = quays.get(stop[1])
        return place if quay is None else replace(place, zone_id=quay.zone_id, area_ids=quay.area_ids)

    def ask(origin: Stop, destination: Stop) -> tuple[FareOption, ...]:
        return pricer.options(
            line=between[origin[0], destination[0]],
            origin=at(origin),
            destination=at(destination),
            crossed_zones=frozenset(),
            departs_s=at_s,
            arrives_s=at_s,
            operating_day=operating_day,
        )

    return ask


def test_taiwan_high_speed_rail(data: Path) -> None:
    feed = feed_of(data / "gtfs" / f"{THSR}.zip", TODAY[THSR])
    assert (feed.operator, feed.currency, len(feed.stop_places)) == ("Taiwan High Speed Rail Corporation", "TWD", 11)
    ask = asking(feed)
    stops = {place.name: (place.id, place.id) for place in feed.stop_places}
    taipei, taichung, zuoying = (stops[name] for name in ("Taipei", "Taichung", "Zuoying"))
    for pair in ((taipei, zuoying), (zuoying, taipei)):
        assert {each.product_id: (each.product_name, each.amount_minor) for each in ask(*pair)} == {
            "hsr-bus-adu": ("Business", 195_000),
            "hsr-std-rsv-adu": ("Standard reserved", 149_000),
            "hsr-std-non-adu": ("Standard non-reserved", 144_500),
        }
    assert sorted(each.amount_minor for each in ask(taipei, taichung)) == [67_500, 70_000, 100_000]
    assert {each.number for each in feed.service_journeys} == {each.id for each in feed.service_journeys}


def test_bart_every_pair_and_rider(data: Path) -> None:
    path = data / "gtfs" / f"{BART}.zip"
    feed, raw = feed_of(path, TODAY[BART]), Raw(path)
    price = {row["fare_id"]: Decimal(row["price"]) for row in raw.rows("fare_attributes")}
    reduced = {
        (row["fare_id"], row["rider_category_id"]): Decimal(row["price"]) for row in raw.rows("fare_rider_categories")
    }
    of_pair = {(row["origin_id"], row["destination_id"]): row["fare_id"] for row in raw.rows("fare_rules")}
    pricer = Pricer(feed.tariff)
    assert len({each.zone_id for each in feed.stop_places}) == 50
    for origin in feed.stop_places:
        for destination in feed.stop_places:
            fare = of_pair[origin.zone_id, destination.zone_id]
            found = pricer.options(
                line=feed.lines[0],
                origin=origin,
                destination=destination,
                crossed_zones=frozenset(),
                departs_s=0,
                arrives_s=0,
                operating_day="2023-03-01",
            )
            expected = {"": price[fare], **{rider: value for (of, rider), value in reduced.items() if of == fare}}
            assert {each.category_id: Decimal(each.amount_minor) / 100 for each in found} == expected
            assert {each.product_name for each in found} == {"Single ticket"}
    assert [(each.name, each.default) for each in feed.tariff.categories] == [
        ("Adult", True),
        ("Youth Clipper", False),
        ("Senior/Disabled Clipper", False),
        ("Clipper START", False),
    ]


def test_hyderabad_metro_every_direct_ride_has_one_price(data: Path) -> None:
    path = data / "gtfs" / f"{HYDERABAD}.zip"
    feed, raw = feed_of(path, TODAY[HYDERABAD]), Raw(path)
    level = {row["fare_id"]: int(row["price"]) * 100 for row in raw.rows("fare_attributes")}
    of_pair = {(row["origin_id"], row["destination_id"]): level[row["fare_id"]] for row in raw.rows("fare_rules")}
    ask = asking(feed)
    zone = {row["stop_id"]: row["zone_id"] for row in raw.rows("stops")}
    rides = {
        (here, there)
        for journey in feed.service_journeys[::50]
        for here, there in combinations([(call.stop_place_id, call.quay_id) for call in journey.calls], 2)
    }
    assert len(rides) > 1000
    priced = 0
    for start, end in rides:
        pair = zone[start[1]], zone[end[1]]
        found = ask(start, end)
        expected = [("Single ticket", of_pair[pair])] if pair in of_pair else []  # the feed lacks some stations' fares
        assert [(each.product_name, each.amount_minor) for each in found] == expected
        priced += bool(expected)
    assert priced > 0.8 * len(rides)


def test_transcollines_prices_by_area_in_two_languages(data: Path) -> None:
    path = data / "gtfs" / f"{TRANSCOLLINES}.zip"
    feed, raw = feed_of(path, TODAY[TRANSCOLLINES]), Raw(path)
    amount = {row["fare_product_id"]: Decimal(row["amount"]) for row in raw.rows("fare_products")}
    assert {each.amount_minor for each in feed.tariff.products} == {0, 500, 2000}
    area = {row["stop_id"]: row["area_id"] for row in raw.rows("stop_areas")}
    rules = {
        (row["from_area_id"], row["to_area_id"]): amount[row["fare_product_id"]] for row in raw.rows("fare_leg_rules")
    }
    assert (rules["GAT", "COL"], rules["GAT", "PNT"]) == (Decimal("5.00"), Decimal("20.00"))
    ask = asking(feed, operating_day="2026-04-20")
    seen = set()
    for journey in feed.service_journeys:
        for here, there in combinations(journey.calls, 2):
            pair = area[here.stop_place_id], area[there.stop_place_id]
            seen.add(pair)
            found = ask((here.stop_place_id, here.quay_id), (there.stop_place_id, there.quay_id))
            assert [Decimal(each.amount_minor) / 100 for each in found] == ([rules[pair]] if pair in rules else [])
    assert {("GAT", "COL"), ("GAT", "PNT"), ("COL", "GAT")} <= seen
    assert feed.languages == ("fr", "en")
    centre = next(each for each in feed.stop_places if each.name == "Accueil CCN (Centre des visiteurs)")
    assert centre.names["en"] == "NCC Visitor Centre"
    assert "Transcollines" in feed.attribution
    shifted = feed_of(path, None)
    days = {day for days in shifted.days.values() for day in days}
    assert SHIFTED.isoformat() in days
    later = asking(shifted, operating_day=SHIFTED.isoformat())
    ends = [
        [(call.stop_place_id, call.quay_id) for call in each.calls[:: len(each.calls) - 1]]
        for each in shifted.service_journeys
    ]
    assert any(later(*pair) for pair in ends)
