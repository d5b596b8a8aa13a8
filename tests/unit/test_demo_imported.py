"""The shipped network through the product's own reader: no findings, names, coaches, and a price for every ride."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from itertools import combinations
from pathlib import Path

import pytest

from central.catalogue.feed import Feed
from central.catalogue.gtfs import read_feed
from central.catalogue.layouts import load_layouts
from kiosk.domain.fares import FareOption, fare_options
from kiosk.domain.network import Line, StopPlace

ASSETS = Path(__file__).parents[2] / "assets"
TODAY = date(2031, 7, 14)


@pytest.fixture(scope="module")
def feed() -> Feed:
    return read_feed(ASSETS / "demo" / "beijing-shanghai", today=TODAY)


@pytest.fixture(scope="module")
def options(feed: Feed) -> Callable[[Line, StopPlace, StopPlace], tuple[FareOption, ...]]:
    def ask(line: Line, origin: StopPlace, destination: StopPlace) -> tuple[FareOption, ...]:
        return fare_options(
            feed.tariff,
            line=line,
            origin=origin,
            destination=destination,
            departs_s=36_000,
            operating_day=TODAY.isoformat(),
        )

    return ask


def test_it_is_read_without_a_finding(feed: Feed) -> None:
    assert feed.report.total == 0, feed.report.text()
    assert (feed.timezone, feed.currency, feed.tariff.version) == ("Asia/Shanghai", "CNY", 2)
    assert len(feed.stop_places) == 23
    assert len(feed.service_journeys) >= 60
    assert {"en", "zh-Hans"} <= set(feed.languages)
    assert "Parse12306" in feed.attribution


def test_a_station_is_found_in_english_chinese_pinyin_and_by_code(feed: Feed) -> None:
    [beijing] = [place for place in feed.stop_places if place.id == "VNP"]
    assert (beijing.name, beijing.names["zh-Hans"], beijing.code) == ("Beijing South", "北京南", "VNP")
    assert {"beijingnan", "bjn"} <= set(beijing.spellings)
    assert {quay.platform_code for quay in feed.quays if quay.stop_place_id == "VNP"} == {"10", "11", "12", "13"}


def test_every_train_runs_today_with_coaches_of_its_own(feed: Feed) -> None:
    book = load_layouts(ASSETS / "layouts", ASSETS / "demo" / "ties.toml")
    lines = {line.id: line for line in feed.lines}
    for journey in feed.service_journeys:
        assert TODAY.isoformat() in feed.days[journey.id]
        assert book.layout_for(lines[journey.line_id], journey.number, journey.id)
        assert journey.names["zh-Hans"]


def test_every_ride_of_every_train_has_a_price_in_every_class(
    feed: Feed, options: Callable[[Line, StopPlace, StopPlace], tuple[FareOption, ...]]
) -> None:
    [line] = feed.lines
    places = {place.id: place for place in feed.stop_places}
    classes = {"business", "first", "second"}
    riders = {"adult", "child", "student"}
    rides = {
        (here.stop_place_id, there.stop_place_id)
        for journey in feed.service_journeys
        for here, there in combinations(journey.calls, 2)
    }
    assert len(rides) > 300
    for start, end in rides:
        sold = [(each.product_id.split("-")[0], each.category_id) for each in options(line, places[start], places[end])]
        assert sorted(sold) == sorted((place_class, rider) for place_class in classes for rider in riders)


def test_beijing_to_shanghai_costs_what_was_published(
    feed: Feed, options: Callable[[Line, StopPlace, StopPlace], tuple[FareOption, ...]]
) -> None:
    places = {place.id: place for place in feed.stop_places}
    found = options(feed.lines[0], places["VNP"], places["AOH"])
    assert {each.product_name: each.amount_minor for each in found if each.category_id == "adult"} == {
        "Second class": 55_300,
        "First class": 93_300,
        "Business class": 174_800,
    }
