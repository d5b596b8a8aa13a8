"""The shipped network is sound in itself: places, times, prices, names. Read here as plain tables."""

from __future__ import annotations

import csv
from collections import defaultdict
from itertools import combinations, pairwise
from pathlib import Path

import pytest

from central.catalogue.layouts import load_layouts
from kiosk.domain.network import Line

ASSETS = Path(__file__).parents[2] / "assets"
FEED = ASSETS / "demo" / "beijing-shanghai"
CLASSES = ("second", "first", "business")
Row = dict[str, str]


def table(name: str) -> list[Row]:
    with (FEED / f"{name}.txt").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def seconds(text: str) -> int:
    hours, minutes, rest = map(int, text.split(":"))
    return hours * 3600 + minutes * 60 + rest


@pytest.fixture(scope="module")
def stations() -> dict[str, Row]:
    """By telecode, in the order of the line."""
    return {row["stop_id"]: row for row in table("stops") if not row["parent_station"]}


@pytest.fixture(scope="module")
def trains(stations: dict[str, Row]) -> dict[str, list[Row]]:
    """Calls by train number, each with its `station`."""
    parents = {row["stop_id"]: row["parent_station"] or row["stop_id"] for row in table("stops")}
    found: dict[str, list[Row]] = defaultdict(list)
    for row in table("stop_times"):
        found[row["trip_id"]].append({**row, "station": parents[row["stop_id"]]})
    return found


@pytest.fixture(scope="module")
def prices() -> dict[tuple[str, str], dict[tuple[str, str], float]]:
    """(from, to) -> (class, rider) -> CNY."""
    amounts: dict[str, dict[str, float]] = defaultdict(dict)
    for row in table("fare_products"):
        assert row["currency"] == "CNY"
        assert row["rider_category_id"] not in amounts[row["fare_product_id"]]
        amounts[row["fare_product_id"]][row["rider_category_id"]] = float(row["amount"])
    found: dict[tuple[str, str], dict[tuple[str, str], float]] = defaultdict(dict)
    for rule in table("fare_leg_rules"):
        product = rule["fare_product_id"]
        for rider, amount in amounts[product].items():
            found[rule["from_area_id"], rule["to_area_id"]][product.split("-")[0], rider] = amount
    return found


def test_the_line_has_its_23_stations_with_names_in_three_scripts(stations: dict[str, Row]) -> None:
    assert len(stations) == 23
    assert (list(stations)[:1], list(stations)[-1:]) == (["VNP"], ["AOH"])
    translated = {
        (row["field_value"], row["language"]): row["translation"]
        for row in table("translations")
        if row["table_name"] == "stops"
    }
    for station in stations.values():
        chinese = translated[station["stop_name"], "zh-Hans"]
        syllables = translated[station["stop_name"], "zh-Latn"].split()
        assert len(syllables) == len(chinese), "one word of pinyin for each character"
        assert station["stop_code"] == station["stop_id"]
    latitudes = [float(row["stop_lat"]) for row in stations.values()]
    assert latitudes[0] > 39 and latitudes[-1] < 32
    assert all(31 < latitude < 40 for latitude in latitudes)
    assert all(116 < float(row["stop_lon"]) < 122 for row in stations.values())


def test_trains_run_in_order_and_in_time(trains: dict[str, list[Row]], stations: dict[str, Row]) -> None:
    assert len(trains) >= 30
    position = {station: at for at, station in enumerate(stations)}
    for trip in table("trips"):
        calls = trains[trip["trip_id"]]
        assert trip["trip_id"] == trip["trip_short_name"]
        assert [int(call["stop_sequence"]) for call in calls] == list(range(1, len(calls) + 1))
        for call in calls:
            assert seconds(call["arrival_time"]) <= seconds(call["departure_time"])
        for here, there in pairwise(calls):
            assert seconds(here["departure_time"]) < seconds(there["arrival_time"])
            forward = position[here["station"]] < position[there["station"]]
            assert forward == (trip["direction_id"] == "0")
        assert trip["trip_headsign"] == stations[calls[-1]["station"]]["stop_name"]
    assert {trip["trip_id"] for trip in table("trips")} == trains.keys()


def test_the_fastest_train_is_as_published(trains: dict[str, list[Row]]) -> None:
    assert [(call["station"], call["arrival_time"], call["departure_time"]) for call in trains["G1"]] == [
        ("VNP", "09:00:00", "09:00:00"),
        ("NKH", "12:39:00", "12:41:00"),
        ("AOH", "13:48:00", "13:48:00"),
    ]


def test_a_passenger_at_either_end_finds_a_train_all_day(trains: dict[str, list[Row]]) -> None:
    for station in ("VNP", "AOH"):
        hours = [
            seconds(call["departure_time"]) // 3600
            for calls in trains.values()
            for call in calls[:-1]
            if call["station"] == station
        ]
        assert len(hours) >= 25
        assert set(range(7, 20)) <= set(hours)


def test_every_ride_of_every_train_has_three_prices_for_three_riders(
    trains: dict[str, list[Row]], prices: dict[tuple[str, str], dict[tuple[str, str], float]]
) -> None:
    expected = {(place_class, rider) for place_class in CLASSES for rider in ("adult", "child", "student")}
    for calls in trains.values():
        for here, there in combinations(calls, 2):
            assert prices[here["station"], there["station"]].keys() == expected


def test_prices_grow_with_the_class_and_with_every_station_further(
    stations: dict[str, Row], prices: dict[tuple[str, str], dict[tuple[str, str], float]]
) -> None:
    order = list(stations)
    for start in range(len(order) - 1):
        rides = [prices[order[start], end] for end in order[start + 1 :]]
        for ride in rides:
            assert ride["second", "adult"] < ride["first", "adult"] < ride["business", "adult"]
            for place_class in CLASSES:
                assert abs(ride[place_class, "child"] - ride[place_class, "adult"] / 2) <= 0.25
            assert abs(ride["second", "student"] - ride["second", "adult"] * 0.75) <= 0.25
            assert all(amount * 2 == int(amount * 2) for amount in ride.values()), "half yuan is the smallest step"
        for nearer, further in pairwise(rides):
            assert all(nearer[key] < further[key] for key in nearer)
        for end in order[start + 1 :]:
            assert prices[order[start], end] == prices[end, order[start]]


@pytest.mark.parametrize(
    ("start", "end", "published"),
    [
        ("VNP", "AOH", (553, 933, 1748)),
        ("VNP", "JGK", (184.5, 314.5, 589.5)),
        ("VNP", "NKH", (443.5, 748.5, 1403.5)),
        ("NKH", "AOH", (134.5, 229.5, 429.5)),
    ],
)
def test_prices_are_the_published_ones(
    prices: dict[tuple[str, str], dict[tuple[str, str], float]],
    start: str,
    end: str,
    published: tuple[float, float, float],
) -> None:
    assert tuple(prices[start, end][place_class, "adult"] for place_class in CLASSES) == published


def test_every_train_has_coaches_and_every_class_is_sold(trains: dict[str, list[Row]]) -> None:
    book = load_layouts(ASSETS / "layouts", ASSETS / "demo" / "ties.toml")
    [route] = table("routes")
    line = Line(id=route["route_id"], name=route["route_long_name"], mode=2)
    used = {book.layout_for(line, number, number) for number in trains}
    assert used == {"cr400af-8", "crh380a-8"}
    products = {row["fare_product_id"] for row in table("fare_products")}
    for layout in book.layouts:
        assert {place_class.id for place_class in layout.classes} == set(CLASSES)
        for place_class in layout.classes:
            [pattern] = place_class.fares
            assert any(product.startswith(pattern.rstrip("*") + "-") for product in products)
    assert len(book.layouts) == 2


def test_the_service_runs_on_any_day() -> None:
    [daily] = table("calendar")
    assert all(daily[day] == "1" for day in ("monday", "wednesday", "saturday", "sunday"))
    assert (daily["start_date"], daily["end_date"]) == ("20200101", "20991231")
    assert {trip["service_id"] for trip in table("trips")} == {daily["service_id"]}
