"""An event becomes a line, performances of one segment, a layout and prices; mistakes are named."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from central.catalogue.event import read_event
from central.catalogue.layout_file import LayoutFault
from kiosk.domain.fares import FareProduct, FareRuleV1, LegRule, fare_options
from kiosk.domain.network import Line, StopPlace
from kiosk.domain.segments import choose_places, is_adjacent

HALL = Path(__file__).parents[2] / "assets" / "demo" / "hall.toml"
MONDAY = "2026-11-23"

TEXT = """
currency = "EUR"
timezone = "Europe/Berlin"
[hall]
id = "club"
name = "Club"
[[performance]]
id = "late"
title = "Late show"
start = "23:00"
end = "25:30"
[[class]]
id = "floor"
name = "Floor"
price = { adult = "12.50" }
[[coach]]
number = "Floor"
class = "floor"
units = 80
"""


def test_the_shipped_hall_plays_every_evening() -> None:
    event = read_event(HALL, window_from=MONDAY, window_days=7)
    [hall], [line], [layout] = event.stop_places, event.lines, event.layouts
    assert (line.mode, line.names["zh-Hans"]) == (-1, "城市爱乐厅")
    assert hall.spellings == ("chengshiaiyueting", "csayt")
    evenings = sorted(day for days in event.days.values() for day in days)
    assert evenings == [f"2026-11-{day}" for day in range(23, 30)]
    for performance in event.service_journeys:
        start, end = performance.calls
        assert start.stop_place_id == end.stop_place_id == hall.id
        assert start.departure_s == 19 * 3600 + 1800
        assert start.arrival_s < start.departure_s < end.arrival_s
        assert (start.board, start.alight, end.board, end.alight) == (True, False, False, True)
        assert performance.layout_id == layout.id and performance.line_id == line.id
        assert performance.names["zh-Hans"]
    assert layout.direction == "stage"
    assert [coach.counted for coach in layout.coaches] == [False, False, True]
    assert event.languages == ("en", "zh-Hans")


def test_every_class_has_a_price_for_every_rider_in_both_kinds_of_tariff() -> None:
    event = read_event(HALL, window_from=MONDAY, window_days=7)
    [line], [layout], tariff = event.lines, event.layouts, event.tariff
    for place_class in layout.classes:
        [product_id] = place_class.fares
        prices = {p.category_id: p.amount_minor for p in tariff.products if p.id == product_id}
        assert prices.keys() == {"", "child", "student"}
        assert 0 < prices["child"] < prices["student"] < prices[""]
        assert [rule.line_id for rule in tariff.rules_v1 if rule.product_id == product_id] == [line.id]
        [leg] = [rule for rule in tariff.leg_rules if rule.product_id == product_id]
        assert leg.network_id in line.network_ids
        assert {leg.from_area, leg.to_area} <= set(event.stop_places[0].area_ids)
    assert [rider.id for rider in tariff.categories if rider.default] == ["adult"]


@pytest.mark.parametrize("version", [1, 2])
def test_prices_hold_beside_a_feed_of_either_version_and_only_for_the_hall(version: int) -> None:
    event = read_event(HALL, window_from=MONDAY, window_days=7)
    tariff = msgspec.structs.replace(
        event.tariff,
        version=version,
        products=(*event.tariff.products, FareProduct("ride", "Ride", 500, "CNY")),
        rules_v1=(*event.tariff.rules_v1, FareRuleV1("ride", line_id="metro")),
        leg_rules=(*event.tariff.leg_rules, LegRule("", "ride", from_area="city", to_area="city")),
    )
    [line], [hall], [layout] = event.lines, event.stop_places, event.layouts
    station = StopPlace("x", "X", area_ids=("city",))

    def sold(on: Line, at: StopPlace) -> set[tuple[str, str, int]]:
        options = fare_options(tariff, line=on, origin=at, destination=at, departs_s=70_000, operating_day=MONDAY)
        return {(option.product_id, option.category_id, option.amount_minor) for option in options}

    assert sold(Line("metro", "Metro", network_ids=("city-lines",)), station) == {("ride", "", 500)}
    at_the_hall = sold(line, hall)
    assert {product for product, _, _ in at_the_hall} == {each for c in layout.classes for each in c.fares}
    assert ("city-philharmonic-stalls", "", 48_000) in at_the_hall
    assert ("city-philharmonic-standing", "child", 4_000) in at_the_hall
    assert len(at_the_hall) == 9


def test_a_couple_sits_side_by_side_and_the_crowd_stands() -> None:
    [layout] = read_event(HALL, window_from=MONDAY, window_days=7).layouts
    free = [layout.full_mask]
    seats = choose_places(free, layout, "stalls", 0, 1, 4)
    assert len(seats) == 4 and is_adjacent(layout, seats)
    assert len({layout.places[index].row for index in seats}) == 1
    assert len(choose_places(free, layout, "standing", 0, 1, 100)) == 100
    companions = choose_places(free, layout, "stalls", 0, 1, 2, prefer="wheelchair")
    assert any("wheelchair" in layout.places[index].features for index in companions)


def written(folder: Path, text: str) -> Path:
    path = folder / "event.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_small_event_needs_little(tmp_path: Path) -> None:
    event = read_event(written(tmp_path, TEXT), window_from=MONDAY, window_days=3)
    [show] = event.service_journeys
    assert (show.calls[0].departure_s, show.calls[1].arrival_s) == (23 * 3600, 25 * 3600 + 1800)
    assert event.days == {show.id: ("2026-11-23", "2026-11-24", "2026-11-25")}
    assert [(p.id, p.amount_minor, p.currency) for p in event.tariff.products] == [("club-floor", 1250, "EUR")]
    assert [rider.id for rider in event.tariff.categories] == ["adult"]


@pytest.mark.parametrize(
    ("hall", "show", "named"),
    [("", "", "no"), ("required", "", "required"), ("", "optional", "optional"), ("required", "no", "no")],
)
def test_names_are_asked_for_where_hall_or_performance_say_so(tmp_path: Path, hall: str, show: str, named: str) -> None:
    text = (f'named = "{hall}"\n' if hall else "") + TEXT
    text = text.replace('end = "25:30"', f'end = "25:30"\nnamed = "{show}"') if show else text
    [performance] = read_event(written(tmp_path, text), window_from=MONDAY, window_days=3).service_journeys
    assert performance.named == named
    assert (b'"named"' in msgspec.json.encode(performance)) == (named != "no"), "the catalogue's etag stays"


@pytest.mark.parametrize(
    ("keys", "days"),
    [
        ('weekdays = ["tue"]', ["2026-11-24", "2026-12-01"]),
        ('dates = ["2026-11-25"]', ["2026-11-25"]),
        ('weekdays = ["tue"]\ndates = ["2026-11-25"]', ["2026-11-24", "2026-11-25", "2026-12-01"]),
        ('weekdays = ["tue"]\nfirst = "2026-11-30"', ["2026-12-01"]),
        ('last = "2026-11-24"', ["2026-11-23", "2026-11-24"]),
    ],
)
def test_a_performance_plays_on_its_days(tmp_path: Path, keys: str, days: list[str]) -> None:
    path = written(tmp_path, TEXT.replace('end = "25:30"', f'end = "25:30"\n{keys}'))
    event = read_event(path, window_from=MONDAY, window_days=14)
    assert list(*event.days.values()) == days


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('id = "club"', 'id = "the club"', "hall.id: 'the club': an id is made of"),
        ('name = "Club"', 'name = "Club"\nlatitude = 123', "hall.latitude: degrees from -90 to 90"),
        ('"Europe/Berlin"', '"Europe/Berlim"', "timezone: 'Europe/Berlim' is not a time zone"),
        ('"25:30"', '"01:30"', "performance[1].end: doors, start and end must follow one another"),
        ('"25:30"', '"1:30"', "performance[1].end: '1:30' is not a time"),
        ('"25:30"', '"25:30"\nweekdays = ["Mo"]', "performance[1].weekdays: 'Mo' is not one of mon, tue"),
        ('"25:30"', '"25:30"\ndates = ["24.12."]', "performance[1].dates: '24.12.' is not a date"),
        ('"25:30"', '"25:30"\ndates = ["2030-01-01"]', "performance: none takes place in the 3 days"),
        ('"12.50"', '"12.505"', "class[1].price.adult: '12.505' is not an amount of EUR"),
        ('"12.50"', '"free"', "class[1].price.adult: 'free' is not an amount"),
        ('"12.50"', '"-1"', "class[1].price.adult: '-1': a price cannot be negative"),
        ('adult = "12.50"', 'senior = "12.50"', "class[1].price.senior: unknown key (known here: adult)"),
        ('price = { adult = "12.50" }', "", "class[1].price.adult: a text is needed"),
        ('class = "floor"', 'class = "roof"', "coach[1].class: there is no class 'roof'"),
        ("units = 80", "units = 80\nentrance = 256", "coach[1].entrance: a whole number from 1 to 255"),
        ("[[performance]]", "[[show]]", "show: unknown key"),
        ('"Europe/Berlin"', '"Europe/Berlin"\nnamed = "yes"', 'named: write "no", "optional" or "required"'),
        ('"25:30"', '"25:30"\nnamed = true', "performance[1].named: a text is needed"),
    ],
)
def test_a_mistake_is_reported_by_file_and_key(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in TEXT
    path = written(tmp_path, TEXT.replace(old, new))
    with pytest.raises(LayoutFault) as caught:
        read_event(path, window_from=MONDAY, window_days=3)
    assert str(caught.value).startswith(f"{path}: ")
    assert message in str(caught.value)
