"""Fares as feeds write them: v1 with all kinds of rules and riders, v2 with all its tables, and their faults."""

from __future__ import annotations

from pathlib import Path

import pytest

from central.catalogue.feed import Feed
from central.catalogue.gtfs.fare_names import kinds, name_of_id, readable
from kiosk.domain.fares import FareOption, FareRuleV1, fare_options
from tests.central.feeds import SOUND, line_of, place_of, read

ATTRIBUTES = "fare_id,price,currency_type,payment_method,transfers,transfer_duration\n"


def options(feed: Feed, line: str, origin: str, destination: str, at: str = "08:00") -> tuple[FareOption, ...]:
    hours, minutes = map(int, at.split(":"))
    return fare_options(
        feed.tariff,
        line=line_of(feed, line),
        origin=place_of(feed, origin),
        destination=place_of(feed, destination),
        crossed_zones=frozenset({"za", "zb", "zc"} if {origin, destination} == {"S", "N"} else set()),
        departs_s=hours * 3600 + minutes * 60,
        operating_day="2026-11-23",
    )


def prices(feed: Feed, line: str, origin: str, destination: str, at: str = "08:00") -> dict[tuple[str, str], int]:
    found = options(feed, line, origin, destination, at)
    assert len({(each.product_name, each.category_id) for each in found}) == len(found)
    return {(each.product_name, each.category_id): each.amount_minor for each in found}


def test_a_fare_without_rules_holds_everywhere(tmp_path: Path) -> None:
    feed = read(tmp_path / "feed")
    assert (feed.currency, feed.tariff.version) == ("EUR", 1)
    assert prices(feed, "r1", "S", "M") == prices(feed, "r2", "N", "S") == {("Single", ""): 550}


def test_one_fare_for_each_pair_is_one_product_of_several_classes(tmp_path: Path) -> None:
    rules = [(cls, a, b) for cls in ("hsr-bus-adu", "hsr-std-rsv-adu", "hsr-std-non-adu") for a, b in ("ab", "ac")]
    feed = read(
        tmp_path / "feed",
        {
            "fare_attributes": ATTRIBUTES
            + "".join(f"{cls}-z{a}-z{b},{10 * n + 5},TWD,1,0,\n" for n, (cls, a, b) in enumerate(rules)),
            "fare_rules": "fare_id,route_id,origin_id,destination_id,contains_id\n"
            + "".join(f"{cls}-z{a}-z{b},r1,z{a},z{b},\n" for cls, a, b in rules),
        },
    )
    found = options(feed, "r1", "S", "N")
    assert [(each.product_id, each.product_name, each.amount_minor, each.currency) for each in found] == [
        ("hsr-bus-adu", "Business", 1500, "TWD"),
        ("hsr-std-rsv-adu", "Standard reserved", 3500, "TWD"),
        ("hsr-std-non-adu", "Standard non-reserved", 5500, "TWD"),
    ]
    assert {each.product_id for each in options(feed, "r1", "S", "M")} == {each.product_id for each in found}
    assert options(feed, "r1", "N", "S") == ()  # no rule for the way back
    assert options(feed, "r2", "S", "N") == ()  # nor for the other line


def test_price_levels_and_numbered_fares_are_one_product(tmp_path: Path) -> None:
    for folder, ids in (("levels", ("F_12", "F_18")), ("numbers", ("1", "2")), ("words", ("OW_1_2016", "OW_2_2016"))):
        feed = read(
            tmp_path / folder,
            {
                "fare_attributes": ATTRIBUTES + f"{ids[0]},12,INR,1,,\n{ids[1]},18,INR,1,,\n",
                "fare_rules": f"fare_id,origin_id,destination_id\n{ids[0]},za,zb\n{ids[1]},za,zc\n{ids[1]},zc,za\n",
            },
        )
        name = "One way" if folder == "words" else "Single ticket"
        assert prices(feed, "r1", "S", "M") == {(name, ""): 1200}
        assert prices(feed, "r1", "S", "N") == prices(feed, "r1", "N", "S") == {(name, ""): 1800}
        assert len({each.kind for each in feed.tariff.products}) == 1


def test_numbers_that_alone_tell_fares_apart_stay(tmp_path: Path) -> None:
    feed = read(
        tmp_path / "feed",
        {"fare_attributes": ATTRIBUTES + "single,2.5,USD,1,0,\npass_1_day,7,USD,1,,\npass_7_day,25,USD,1,,\n"},
    )
    assert prices(feed, "r1", "S", "N") == {("Single", ""): 250, ("Pass 1 day", ""): 700, ("Pass 7 day", ""): 2500}


def test_indistinguishable_fares_are_sold_at_the_lowest_price(tmp_path: Path) -> None:
    feed = read(tmp_path / "feed", {"fare_attributes": ATTRIBUTES + "a-x,3,USD,1,0,\nA-X,2.5,USD,1,0,\n"})
    assert [each.amount_minor for each in options(feed, "r1", "S", "N")] == [250]


def test_all_contained_zones_must_be_crossed_and_no_others(tmp_path: Path) -> None:
    feed = read(
        tmp_path / "feed",
        {
            "fare_attributes": ATTRIBUTES + "three,9,EUR,1,0,\ntwo,6,EUR,1,0,\n",
            "fare_rules": "fare_id,contains_id\nthree,za\nthree,zb\nthree,zc\ntwo,za\ntwo,zb\n",
        },
    )
    assert prices(feed, "r1", "S", "N") == {("Three", ""): 900}


def test_fares_of_one_agency_hold_on_its_lines(tmp_path: Path) -> None:
    feed = read(
        tmp_path / "feed",
        {
            "agency": SOUND["agency"] + "X,Express,https://x.example,Europe/Berlin,de\n",
            "routes": SOUND["routes"].replace("r2,N", "r2,X"),
            "fare_attributes": "fare_id,price,currency_type,agency_id\nlocal,3,EUR,N\nfast,8,EUR,X\n",
        },
    )
    assert prices(feed, "r1", "S", "N") == {("Local", ""): 300}
    assert prices(feed, "r2", "N", "S") == {("Fast", ""): 800}


def test_riders_of_the_old_extension(tmp_path: Path) -> None:
    feed = read(
        tmp_path / "feed",
        {
            "rider_categories": "rider_category_id,rider_category_description\n5,Youth\n2,Senior\n",
            "fare_rider_categories": "fare_id,rider_category_id,price\nsingle,5,2.75\nsingle,2,2.05\n"
            "single,9,1\nghost,5,1\nsingle,5,free\n",
        },
    )
    assert [(each.id, each.name, each.default) for each in feed.tariff.categories] == [
        ("adult", "Adult", True),
        ("5", "Youth", False),
        ("2", "Senior", False),
    ]
    assert prices(feed, "r1", "S", "N") == {("Single", ""): 550, ("Single", "5"): 275, ("Single", "2"): 205}
    assert [each.line for each in feed.report.findings] == [4, 5, 6]


def test_a_feed_that_names_its_adult_gets_no_second_one(tmp_path: Path) -> None:
    feed = read(
        tmp_path / "feed",
        {
            "rider_categories": "rider_category_id,rider_category_description\n1,Adult\n2,Child\n",
            "fare_rider_categories": "fare_id,rider_category_id,price\nsingle,2,1.00\n",
        },
    )
    assert [(each.id, each.default) for each in feed.tariff.categories] == [("1", True), ("2", False)]


def test_faults_of_v1_fares_are_named(tmp_path: Path) -> None:
    feed = read(
        tmp_path / "feed",
        {
            "fare_attributes": ATTRIBUTES + "good,5.50,eur,1,2,3600\n,1,EUR,1,0,\ngood,2,EUR,1,0,\nbad,free,EUR,1,0,\n"
            "minus,-1,EUR,1,0,\nfine,1.005,EUR,1,0,\nnowhere,1,,1,0,\nround,7.000,EUR,1,,\n",
            "fare_rules": "fare_id,route_id,origin_id\ngood,r1,\nghost,r1,\nround,r99,\n",
        },
    )
    assert {each.id: each.amount_minor for each in feed.tariff.products} == {"good": 550, "round": 700}
    assert [(each.file, each.line) for each in feed.report.findings] == [
        *(("fare_attributes.txt", line) for line in (3, 4, 5, 6, 7)),
        ("fare_rules.txt", 3),
        ("fare_rules.txt", 4),
        ("fare_attributes.txt", 0),
    ]
    assert "a ticket is not valid after a change" in feed.report.text()
    assert "fare_attributes.txt: fare: 1 more" in feed.report.text()
    assert prices(feed, "r1", "S", "N") == {("Good", ""): 550}
    assert options(feed, "r2", "S", "N") == ()  # a fare whose only rule is unsound holds nowhere
    assert (feed.tariff.transfers_v1, feed.tariff.transfer_durations_v1) == ({"good": 2, "round": -1}, {"good": 3600})


def test_no_fares_are_said_and_nothing_has_a_price(tmp_path: Path) -> None:
    feed = read(tmp_path / "feed", {"fare_attributes": None})
    assert feed.tariff.version == 0
    assert options(feed, "r1", "S", "N") == ()
    assert "--flat-fare" in feed.report.text()


@pytest.mark.parametrize(
    ("fare_id", "zones", "tokens"),
    [
        ("MSC-TU-SPÑ", ("TU", "SPÑ"), ("MSC",)),
        ("MSC-TU-GC1", ("TU", "GC1"), ("MSC",)),
        ("adult_a_b", ("a", "b"), ("adult",)),
        ("AdultSingle12", (), ("Adult", "Single")),
        ("12", (), ()),
    ],
)
def test_ids_without_their_zones_and_numbers(fare_id: str, zones: tuple[str, ...], tokens: tuple[str, ...]) -> None:
    rules = [FareRuleV1(fare_id, "", *zones)] if zones else []
    assert kinds([fare_id], rules) == {fare_id: tokens}


def test_ids_as_words() -> None:
    assert [name_of_id(each) for each in ("PS-500", "local_single", "prod_boat_zone_1a", "dayPass")] == [
        "",
        "Local single",
        "Boat 1a",
        "Day pass",
    ]
    assert readable(("bus", "single")) == "Bus single"
    assert readable(("bus", "adu"), [("std", "rsv")]) == "Business"


V2: dict[str, str | None] = {
    "fare_attributes": "fare_id,price,currency_type\nold,99,EUR\n",  # v2 takes precedence
    "areas": "area_id,area_name\ncity,City\nland,Land\n",
    "stop_areas": "area_id,stop_id\ncity,S\ncity,M\nland,N\n",
    "networks": "network_id,network_name\nregio,Regio\n",
    "route_networks": "network_id,route_id\nregio,r1\n",
    "timeframes": "timeframe_group_id,start_time,end_time,service_id\n"
    "peak,06:00:00,09:00:00,week\noff,,06:00:00,week\noff,09:00:00,24:00:00,week\noff,,,night\n",
    "rider_categories": "rider_category_id,rider_category_name,is_default_fare_category,min_age,max_age\n"
    "adult,Adult,1,,\nchild,Child,0,6,14\n",
    "fare_media": "fare_media_id,fare_media_name,fare_media_type\npaper,Paper,1\napp,App,4\n",
    "fare_products": "fare_product_id,fare_product_name,rider_category_id,fare_media_id,amount,currency\n"
    "city,City ticket,adult,paper,3.00,EUR\ncity,City ticket,child,paper,1.50,EUR\n"
    "city,City ticket,adult,app,2.50,EUR\n"
    "land-peak,Land at rush hour,adult,paper,9.00,EUR\nland-off,Land,adult,paper,6.00,EUR\n"
    "land-off,Land,child,paper,3.00,EUR\n",
    "fare_leg_rules": "leg_group_id,network_id,from_area_id,to_area_id,from_timeframe_group_id,fare_product_id\n"
    "g,regio,city,city,,city\ng,regio,city,land,peak,land-peak\ng,regio,city,land,off,land-off\n",
    "translations": "table_name,field_name,language,translation,record_id\n"
    "fare_products,fare_product_name,en,City,city\nrider_categories,rider_category_name,de,Kind,child\n",
}


def test_v2_by_area_network_time_rider_and_medium(tmp_path: Path) -> None:
    feed = read(tmp_path / "feed", V2)
    assert feed.report.total == 0, feed.report.text()
    assert feed.tariff.version == 2
    assert prices(feed, "r1", "S", "M") == {("City ticket", "adult"): 300, ("City ticket", "child"): 150}
    assert prices(feed, "r1", "S", "N", "08:59") == {("Land at rush hour", "adult"): 900}
    assert prices(feed, "r1", "S", "N", "09:00") == {("Land", "adult"): 600, ("Land", "child"): 300}
    assert options(feed, "r1", "N", "S") == ()
    assert options(feed, "r2", "S", "M") == ()
    child = feed.tariff.categories[1]
    assert (child.min_age, child.max_age, child.names, child.default) == (6, 14, {"de": "Kind"}, False)
    assert {each.id: each.names for each in feed.tariff.products}["city"] == {"en": "City"}


def test_faults_of_v2_fares_are_named_and_the_rest_is_sold(tmp_path: Path) -> None:
    broken = dict(V2)
    broken["fare_products"] = f"{V2['fare_products']}free,Free,,,,EUR\nbad,Bad,,,1.999,EUR\ncity,Alien,alien,,1,EUR\n"
    broken["fare_leg_rules"] = f"{V2['fare_leg_rules']}g,,,,,ghost\ng,,,,never,city\n"
    broken["timeframes"] = f"{V2['timeframes']}peak,12:00:00,11:00:00,week\n"
    broken["fare_transfer_rules"] = (
        "from_leg_group_id,to_leg_group_id,fare_transfer_type,fare_product_id\ng,g,7,\ng,g,0,ghost\n"
    )
    broken["fare_leg_join_rules"] = "from_network_id,to_network_id\nregio,regio\n"
    feed = read(tmp_path / "feed", broken)
    assert {(each.file, each.line) for each in feed.report.findings} == {
        ("fare_leg_join_rules.txt", 0),
        *(("fare_products.txt", line) for line in (8, 9, 10)),
        *(("fare_leg_rules.txt", line) for line in (5, 6)),
        ("timeframes.txt", 6),
        *(("fare_transfer_rules.txt", line) for line in (2, 3)),
    }
    assert prices(feed, "r1", "S", "M") == {("City ticket", "adult"): 300, ("City ticket", "child"): 150}


def test_what_a_change_costs_is_read_and_said_to_be_left_out(tmp_path: Path) -> None:
    rules = "from_leg_group_id,to_leg_group_id,fare_transfer_type,fare_product_id\ng,g,0,\n"
    feed = read(tmp_path / "feed", {**V2, "fare_transfer_rules": rules})
    assert [(rule.from_leg_group, rule.to_leg_group) for rule in feed.tariff.transfer_rules] == [("g", "g")]
    [finding] = feed.report.findings
    assert finding.file == "fare_transfer_rules.txt"
    assert finding.consequence == "only single rides are sold, each at its own price"


def test_rules_about_areas_on_the_way_and_transfers_never_give_a_wrong_price(tmp_path: Path) -> None:
    table = (
        "leg_group_id,network_id,fare_product_id,contains_exactly_area_set_id,transfer_only\n"
        "g,regio,city,some_set,\ng,regio,land-off,,1\n"
    )
    feed = read(tmp_path / "feed", {**V2, "fare_leg_rules": table})
    assert options(feed, "r1", "S", "M") == ()
    assert "areas are passed on the way" in feed.report.text()


def test_unusable_v2_fares_leave_v1_fares_in_force(tmp_path: Path) -> None:
    feed = read(tmp_path / "feed", {**V2, "fare_leg_rules": "fare_product_id\nghost\n"})
    assert (feed.tariff.version, prices(feed, "r1", "S", "M")) == (1, {("Old", ""): 9900})


def test_products_without_a_name(tmp_path: Path) -> None:
    products = "fare_product_id,amount,currency\nPS-500,5.00,CAD\nday_pass,12.00,CAD\n"
    table = "from_area_id,to_area_id,fare_product_id\ncity,city,PS-500\ncity,city,day_pass\n"
    feed = read(tmp_path / "feed", {**V2, "fare_products": products, "fare_leg_rules": table, "rider_categories": None})
    assert prices(feed, "r1", "S", "M") == {("Single ticket", ""): 500, ("Day pass", ""): 1200}


def test_half_a_fare_table_holds_both_ways_and_a_whole_one_as_written(tmp_path: Path) -> None:
    attributes = ATTRIBUTES + "p-za-zb,1,EUR,1,0,\np-za-zc,2,EUR,1,0,\np-zb-zc,3,EUR,1,0,\n"
    half = "fare_id,origin_id,destination_id\np-za-zb,za,zb\np-za-zc,za,zc\np-zb-zc,zb,zc\n"
    feed = read(tmp_path / "half", {"fare_attributes": attributes, "fare_rules": half})
    assert [each.amount_minor for each in options(feed, "r1", "N", "S")] == [200]
    assert "the same fares hold for the way back" in feed.report.text()
    # One pair in both directions, or a pair missing, and the table means what it says.
    for name, table in (("both", half + "p-za-zb,zb,za\n"), ("less", half.replace("p-zb-zc,zb,zc\n", "p-zb-zc,zb,\n"))):
        feed = read(tmp_path / name, {"fare_attributes": attributes, "fare_rules": table})
        assert options(feed, "r1", "N", "S") == ()
        assert "way back" not in feed.report.text()
